import { mkdir, open, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { lightningLora, type LoraBranch } from '../../test_data/make/checkpoints/loraFiles';
import { sizeOf } from '../../test_data/make/checkpoints/madeTensor';
import { randomCheckpoint } from '../../test_data/make/checkpoints/randomCheckpoint';
import { transformerConfig, transformerLayout, type TransformerSize } from '../../test_data/make/checkpoints/transformerLayout';
import { writeCheckpoint } from '../../test_data/make/checkpoints/writeCheckpoint';

/** The random checkpoint with a transformer of four blocks whose heads are of the real width, and two LoRAs of rank 16 for it. */
export async function writeMidSizeCheckpoint(folder: string, heads: number): Promise<{ readonly checkpoint: string; readonly loras: readonly string[]; readonly bytes: number }> {
  const size: TransformerSize = { layers: 4, heads, headWidth: 128, joint: 96, axes: [16, 56, 56] };
  const others = Object.entries(randomCheckpoint()).filter(([name]) => !name.startsWith('transformer/'));
  await writeCheckpoint(folder, { ...Object.fromEntries(others), 'transformer/config.json': JSON.stringify(transformerConfig(size)) });
  const bytes = await writeTransformer(path.join(folder, 'transformer', 'diffusion_pytorch_model.safetensors'), size);
  const loras: string[] = [];
  for (const index of [1, 2]) {
    const file = path.join(folder, 'loras', `lora-${index}.safetensors`);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, lightningLora(branches(size, index), 'BF16'));
    loras.push(file);
  }
  return { checkpoint: folder, loras, bytes };
}

/** Tensor by tensor, since at the published width they are more than a buffer holds. */
async function writeTransformer(file: string, size: TransformerSize): Promise<number> {
  const layout = [...transformerLayout(size)];
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of layout) {
    const start = end;
    end += 2 * sizeOf(shape);
    header[name] = { dtype: 'BF16', shape, data_offsets: [start, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const output = await open(file, 'w');
  try {
    await output.write(Buffer.concat([length, text]));
    let state = 1;
    for (const [name, shape] of layout) {
      const words = new Uint16Array(sizeOf(shape));
      const spread = /norm[^.]*\.weight$/.test(name) ? undefined : exponentOf(shape);
      for (let index = 0; index < words.length; index++) {
        state = (Math.imul(state, 1664525) + 1013904223) | 0;
        words[index] = spread === undefined ? 0x3f80 : ((state >>> 16) & 0x807f) | (spread << 7);
      }
      await output.write(Buffer.from(words.buffer));
    }
  } finally {
    await output.close();
  }
  return end;
}

/** bfloat16's exponent of 1 / √(fan in): all values have that size, with random signs and fractions. */
function exponentOf(shape: readonly number[]): number {
  return 127 + Math.floor(Math.log2(1 / Math.sqrt(2 * (shape[1] ?? 100))));
}

function branches(size: TransformerSize, seed: number): LoraBranch[] {
  const layout = transformerLayout(size);
  const modules = Array.from({ length: size.layers }, (_, block) => ['to_q', 'to_k', 'to_v', 'to_out.0'].map((name) => `transformer_blocks.${block}.attn.${name}`)).flat();
  return modules.map((module) => {
    const [outputs = 0, inputs = 0] = layout.get(`${module}.weight`) ?? [];
    const wave = (count: number) => Float32Array.from({ length: count }, (_, index) => 0.02 * Math.sin(seed * (index + 1) * 1.7));
    return { module, rank: 16, alpha: 16, down: wave(16 * inputs), up: wave(16 * outputs) };
  });
}
