import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinedTargets, type LoraTargets } from '../../../../src/engine/graph/loraTargets';
import { readLora } from '../../../../src/engine/lora/loraFile';
import { stackLoras, type LoraStack } from '../../../../src/engine/lora/loraStack';
import { qwenImageTransformerConfig, type QwenImageTransformerConfig } from '../../../../src/engine/models/qwenImageTransformer/config';
import type { ImageShape } from '../../../../src/engine/models/qwenImageTransformer/positions';
import { QwenImageTransformer } from '../../../../src/engine/models/qwenImageTransformer/qwenImageTransformer';
import { readConfig } from '../../../../src/engine/models/readConfig';
import { openGguf } from '../../../../src/engine/weights/ggufWeights';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { Weights } from '../../../../src/engine/weights/weights';
import { randomGguf } from '../../../../test_data/make/checkpoints/randomCheckpoint';
import { randomLoras } from '../../../../test_data/make/checkpoints/randomLoras';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

let folder: string;
let weights: Weights;
let config: QwenImageTransformerConfig;
const open = new Set<QwenImageTransformer>();

beforeAll(async () => {
  folder = await randomCheckpointFolder();
  await mkdir(path.join(folder, 'loras'));
  for (const [name, bytes] of Object.entries(randomLoras())) await writeFile(path.join(folder, 'loras', name), bytes);
  await writeFile(path.join(folder, 'transformer.gguf'), randomGguf());
  const [base, read] = [await openSafetensors(path.join(folder, 'transformer')), await readConfig(path.join(folder, 'transformer', 'config.json'), qwenImageTransformerConfig)];
  if (!base.ok || !read.ok) throw new Error('The checkpoint is not as it should be.');
  weights = base.value;
  config = read.value;
});
afterAll(async () => {
  for (const transformer of open) await transformer.dispose();
  await rm(folder, { recursive: true });
});

async function transformer(from: Weights, loraTargets: LoraTargets): Promise<QwenImageTransformer> {
  const opened = await QwenImageTransformer.open(from, config, { device: 'cpu', precision: 'float32', loraTargets });
  if (!opened.ok) throw new Error(opened.failure.message);
  open.add(opened.value);
  return opened.value;
}

async function stack(uses: Readonly<Record<string, number>>, base = weights): Promise<LoraStack> {
  const read = await Promise.all(Object.entries(uses).map(async ([name, weight]) => ({ file: await readLora(path.join(folder, 'loras', `${name}.safetensors`)), weight })));
  const stacked = await stackLoras(read.map(({ file, weight }) => ({ file: valueOf(file), weight })), base);
  return valueOf(stacked);
}

function valueOf<Value>(result: { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: { readonly message: string } }): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

/** The target's shape, then those of two references, as the reference scripts have them. */
const imageShapes: readonly ImageShape[] = [[1, 4, 6], [1, 6, 4], [1, 3, 2]];
const targetTokens = 24;

async function predict(model: QwenImageTransformer, golden: Golden, loras?: LoraStack): Promise<Float32Array> {
  const modulation = await model.modulation(golden.said('sigma') as number, loras);
  return model.predict({ latents: golden.floats('latents'), imageShapes, prompt: golden.floats('prompt'), modulation, ...(loras ? { loras } : {}) });
}

const target = (golden: Golden, name: string) => golden.floats(name).subarray(0, targetTokens * config.outputs);

describe('LoRAs, held against diffusers', () => {
  it('of every format move the prediction alike, alone, weakly and stacked, on one base that stays open', async () => {
    const golden = await Golden.read('loras');
    const formats = golden.said('formats') as readonly string[];
    const uses = new Map<string, Readonly<Record<string, number>>>([
      ...formats.map((name) => [name, { [name]: 1 }] as const),
      ['weak', golden.said('weak') as Readonly<Record<string, number>>],
      ['stack', golden.said('stack') as Readonly<Record<string, number>>],
    ]);
    const stacks = new Map<string, LoraStack>();
    for (const [name, use] of uses) stacks.set(name, await stack(use));
    const model = await transformer(weights, joinedTargets(...[...stacks.values()].map(({ targets }) => targets)));
    const base = target(golden, 'output.base');
    for (const [name, loras] of stacks) {
      const expected = target(golden, `output.${name}`);
      expect(largestDifference(await predict(model, golden, loras), expected), name).toBeLessThan(1e-4);
      expect(largestDifference(expected, base), name).toBeGreaterThan(0.01);
      expect(loras.matches.flatMap(({ unmatched }) => unmatched)).toEqual([]);
    }
    expect(largestDifference(await predict(model, golden), base)).toBeLessThan(1e-4);
  });

  it('for Flux, or that hold no numbers, are refused', async () => {
    await expect(stack({ flux: 1 })).rejects.toThrow('is a LoRA for FLUX.1; this base model is Qwen-Image');
    await expect(stack({ 'not-a-number': 1 })).rejects.toThrow('NaN');
  });

  it('that diffusers does not take whole (LoKr, and DoRA as trainers write it) are taken', async () => {
    const [kronecker, scaled, magnitudes] = [await stack({ lokr: 1 }), await stack({ 'dora-scale': 1 }), await stack({ dora: 1 })];
    expect([...kronecker.targets.keys()]).toEqual(['transformer_blocks.0.attn.to_q', 'transformer_blocks.0.attn.to_out.0']);
    // The same numbers as PEFT's spelling, to which diffusers is held above.
    for (const module of magnitudes.targets.keys()) {
      const [own, other] = [scaled.change(module)!, magnitudes.change(module)!];
      expect(largestDifference(own.lowRank!.b.data, other.lowRank!.b.data)).toBeLessThan(1e-6);
      expect(largestDifference(own.rowGain!, other.rowGain!)).toBeLessThan(1e-6);
    }
  });
});

describe('a GGUF file, held against llama.cpp’s own reader and diffusers', () => {
  it('predicts alike, and takes a LoRA', async () => {
    const golden = await Golden.read('gguf');
    const packed = valueOf(await openGguf(path.join(folder, 'transformer.gguf'), { folder: path.join(folder, 'packed') }));
    for (const name of golden.names.filter((each) => each.startsWith('first64.'))) {
      expect(largestDifference((await packed.read(name.slice('first64.'.length))).subarray(0, 64), golden.floats(name))).toBeLessThan(1e-7);
    }
    const loras = await stack({ comfy: 1 }, packed);
    const model = await transformer(packed, loras.targets);
    const plain = await predict(model, golden);
    expect(largestDifference(plain, target(golden, 'output'))).toBeLessThan(1e-4);
    expect(largestDifference(await predict(model, golden, loras), plain)).toBeGreaterThan(0.01);
  });
});
