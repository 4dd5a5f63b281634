import { mkdtemp, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QwenImageTransformer } from '../../../../../src/engine/models/qwenImageTransformer/qwenImageTransformer';
import type { QwenImageTransformerConfig } from '../../../../../src/engine/models/qwenImageTransformer/config';
import { transformerTensors } from '../../../../../src/engine/models/qwenImageTransformer/tensors';
import { openSafetensors, type SafetensorsWeights } from '../../../../../src/engine/weights/safetensors';
import { temporaryFolder } from '../../../actionContext';
import { largestDifference, numbers } from '../../numbers';
import { referenceTransformer } from './referenceTransformer';

/** Takes 5 GB of memory, 1.5 GB of disk and minutes: `EVALMARK_REAL_WIDTH=1 npx vitest run test/unit/engine/models`. */
describe.skipIf(process.env['EVALMARK_REAL_WIDTH'] !== '1')('two blocks of the published width, in bfloat16', () => {
  const config: QwenImageTransformerConfig = { layers: 2, heads: 24, headFeatures: 128, width: 3072, inputs: 64, outputs: 64, joint: 3584, axes: [16, 56, 56], zeroConditioning: false };
  let folder: string;
  let weights: SafetensorsWeights;

  beforeAll(async () => {
    folder = await mkdtemp(temporaryFolder);
    const file = path.join(folder, 'diffusion_pytorch_model.safetensors');
    await writeRandom(file, transformerTensors(config));
    const opened = await openSafetensors(folder);
    if (!opened.ok) throw new Error(opened.failure.message);
    weights = opened.value;
  }, 600_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('predict what float64 says, whole and block by block', async () => {
    const imageShapes = [[1, 4, 4], [1, 2, 3]] as const;
    const job = { latents: numbers(22 * config.inputs, 1), imageShapes, prompt: numbers(5 * config.joint, 2) };
    const sigma = 0.75;
    const velocities: Float32Array[] = [];
    for (const blocksPerSession of [undefined, 1]) {
      const model = await QwenImageTransformer.open(weights, config, { device: 'cpu', precision: 'bfloat16', loraTargets: new Map(), ...(blocksPerSession === undefined ? {} : { blocksPerSession }) });
      if (!model.ok) throw new Error(model.failure.message);
      velocities.push(await model.value.predict({ ...job, modulation: await model.value.modulation(sigma) }));
      await model.value.dispose();
    }
    const values = new Map(await Promise.all(weights.names.map(async (name) => [name, await weights.read(name)] as const)));
    const expected = referenceTransformer(values, config, { ...job, sigma });
    const size = Math.max(...expected.map(Math.abs));
    for (const velocity of velocities) {
      console.log(`largest difference ${largestDifference(velocity, expected).toExponential(2)}, largest value ${size.toFixed(2)}`);
      expect(largestDifference(velocity, expected)).toBeLessThan(1e-4);
    }
  }, 600_000);
});

/** Uniform numbers about as spread as trained weights are, rounded to bfloat16, written without ever being all in memory. */
async function writeRandom(file: string, shapes: ReadonlyMap<string, readonly number[]>): Promise<void> {
  const header: Record<string, unknown> = {};
  let end = 0;
  const sizes = [...shapes].map(([name, shape]) => {
    const count = shape.reduce((product, side) => product * side, 1);
    header[name] = { dtype: 'BF16', shape, data_offsets: [end, end + 2 * count] };
    end += 2 * count;
    return { name, shape, count };
  });
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const handle = await open(file, 'w');
  await handle.write(Buffer.concat([length, text]));
  let state = 88172645;
  for (const { name, shape, count } of sizes) {
    const floats = new Float32Array(count);
    const spread = Math.sqrt(3 / (shape[1] ?? 100));
    const middle = /norm[^.]*\.weight$/.test(name) ? 1 : 0;
    for (let index = 0; index < count; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      floats[index] = middle + (state / 2 ** 31) * spread;
    }
    const halves = new Uint16Array(floats.buffer);
    const upper = Uint16Array.from({ length: count }, (_, index) => halves[2 * index + 1] ?? 0);
    await handle.write(Buffer.from(upper.buffer));
  }
  await handle.close();
}
