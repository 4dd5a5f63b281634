import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lowRankTargets } from '../../../../../src/engine/graph/loraTargets';
import { readConfig } from '../../../../../src/engine/models/readConfig';
import { qwenImageTransformerConfig, type QwenImageTransformerConfig } from '../../../../../src/engine/models/qwenImageTransformer/config';
import { rotaryTables, type ImageShape } from '../../../../../src/engine/models/qwenImageTransformer/positions';
import { QwenImageTransformer, type LayerChanges, type PredictInput, type TransformerOptions } from '../../../../../src/engine/models/qwenImageTransformer/qwenImageTransformer';
import { quantisedWeights } from '../../../../../src/engine/weights/quantisedWeights';
import { openSafetensors } from '../../../../../src/engine/weights/safetensors';
import type { Weights } from '../../../../../src/engine/weights/weights';
import { Golden, randomCheckpointFolder } from '../../golden';
import { largestDifference, numbers } from '../../numbers';
import { referenceTransformer, type ReferenceLoras } from './referenceTransformer';

let folder: string;
let weights: Weights;
let config: QwenImageTransformerConfig;
let golden: Golden;
const open = new Set<QwenImageTransformer>();

beforeAll(async () => {
  golden = await Golden.read('transformer');
  folder = await randomCheckpointFolder();
  const opened = await openSafetensors(path.join(folder, 'transformer'));
  const read = await readConfig(path.join(folder, 'transformer', 'config.json'), qwenImageTransformerConfig);
  if (!opened.ok || !read.ok) throw new Error('The checkpoint is not as it should be.');
  weights = opened.value;
  config = read.value;
});
afterAll(async () => {
  for (const transformer of open) await transformer.dispose();
  await rm(folder, { recursive: true });
});

const usual: TransformerOptions = { device: 'cpu', precision: 'float32', loraTargets: new Map() };

async function transformer(options: Partial<TransformerOptions> = {}, changed: Partial<QwenImageTransformerConfig> = {}, from = weights): Promise<QwenImageTransformer> {
  const opened = await QwenImageTransformer.open(from, { ...config, ...changed }, { ...usual, ...options });
  if (!opened.ok) throw new Error(opened.failure.message);
  open.add(opened.value);
  return opened.value;
}

const shapes = () => {
  const flat = golden.integers('imageShapes');
  return Array.from({ length: flat.length / 3 }, (_, index) => flat.slice(index * 3, index * 3 + 3)) as unknown as readonly ImageShape[];
};

const targetTokens = 24;
const ofTarget = (values: Float32Array) => values.subarray(0, targetTokens * config.outputs);

async function input(model: QwenImageTransformer, sigma: number, loras?: LayerChanges): Promise<PredictInput> {
  const modulation = await model.modulation(sigma, loras);
  return { latents: golden.floats('latents'), imageShapes: shapes(), prompt: golden.floats('prompt'), modulation, ...(loras ? { loras } : {}) };
}

describe('the transformer, held against diffusers', () => {
  it('turns queries and keys by the same angles', () => {
    for (const [name, table] of Object.entries(rotaryTables(shapes(), 7, config.axes))) {
      expect(largestDifference(table.data as Float32Array, golden.floats(`rotary.${name}`))).toBeLessThan(1e-6);
    }
  });

  it('modulates by the same vectors, each of several points', async () => {
    const sigmas = [...golden.floats('sigmas')];
    const modulations = await (await transformer()).modulations(sigmas);
    modulations.forEach((modulation, point) => {
      for (let block = 0; block < config.layers; block++) {
        const expected = [...golden.floats(`modulation.${point}.${block}.image`), ...golden.floats(`modulation.${point}.${block}.text`)];
        const plusOne = expected.map((value, index) => value + (Math.floor(index / config.width) % 3 === 1 ? 1 : 0));
        expect(largestDifference(modulation.get(`transformer_blocks.${block}.modulation`)?.data as Float32Array, plusOne)).toBeLessThan(1e-5);
      }
      const out = golden.floats(`modulation.${point}.normOut`).map((value, index) => value + (index < config.width ? 1 : 0));
      expect(largestDifference(modulation.get('norm_out.modulation')?.data as Float32Array, out)).toBeLessThan(1e-5);
    });
  });

  it.each([0, 1])('predicts the same at sigma %i', async (point) => {
    const model = await transformer();
    const velocity = await model.predict(await input(model, golden.floats('sigmas')[point] ?? NaN));
    expect(largestDifference(velocity, ofTarget(golden.floats(`output.${point}`)))).toBeLessThan(1e-5);
  });

  it('predicts the same without reference pictures', async () => {
    const model = await transformer();
    const whole = await input(model, golden.floats('sigmas')[0] ?? NaN);
    const velocity = await model.predict({ ...whole, imageShapes: shapes().slice(0, 1), latents: whole.latents.subarray(0, targetTokens * config.inputs) });
    expect(largestDifference(velocity, golden.floats('output.targetOnly'))).toBeLessThan(1e-5);
  });

  it('predicts the same where reference pictures are conditioned on zero, as in 2511', async () => {
    const model = await transformer({}, { zeroConditioning: true });
    const velocity = await model.predict(await input(model, golden.floats('sigmas')[0] ?? NaN));
    expect(largestDifference(velocity, ofTarget(golden.floats('output.zeroCondition')))).toBeLessThan(1e-5);
    expect(largestDifference(velocity, ofTarget(golden.floats('output.0')))).toBeGreaterThan(1e-3);
  });
});

describe('the transformer, held against float64', () => {
  it('takes LoRAs on any module, several ranks in turn, and is the base again without', async () => {
    const targets = ['img_in', 'transformer_blocks.0.attn.to_q', 'transformer_blocks.0.attn.to_out.0', 'transformer_blocks.0.attn.add_k_proj', 'transformer_blocks.1.txt_mlp.net.0.proj'];
    targets.push('transformer_blocks.2.img_mlp.net.2', 'transformer_blocks.1.txt_mod.1', 'time_text_embed.timestep_embedder.linear_1', 'norm_out.linear', 'proj_out');
    const model = await transformer({ loraTargets: lowRankTargets(targets) });
    const values = await allValues(weights);
    const sigma = 0.375;
    for (const rank of [0, 4, 9, 0]) {
      const loras = rank === 0 ? undefined : stackOf(targets, rank);
      const job = await input(model, sigma, loras?.stack);
      const expected = referenceTransformer(values, config, { ...job, sigma }, loras?.reference);
      // The angles of the timestep, up to 375 here, are float32 as in the reference.
      expect(largestDifference(await model.predict(job), expected)).toBeLessThan(1e-4);
    }
  });

  it('is the same block by block, for two prompts at once, on weights of 16 bits', async () => {
    const whole = await transformer();
    const parts = await transformer({ blocksPerSession: 2, loraTargets: lowRankTargets(['transformer_blocks.1.attn.to_v']) });
    const first = await input(whole, 0.625);
    const second = { ...first, prompt: numbers(3 * config.joint, 5) };
    const velocities = await parts.predictAll([first, second]);
    expect(largestDifference(velocities[0] ?? [], await whole.predict(first))).toBeLessThan(3e-6);
    expect(largestDifference(velocities[1] ?? [], await whole.predict(second))).toBeLessThan(3e-6);
    expect(largestDifference(velocities[0] ?? [], velocities[1] ?? [])).toBeGreaterThan(1e-3);
  });

  it.each(['int4', 'int8', 'nf4'] as const)('computes on matrices packed in %s, with a LoRA on top, whole and in parts', async (precision) => {
    const packed = await quantisedWeights(weights, precision, { folder: path.join(folder, 'packed') });
    if (!packed.ok) throw new Error(packed.failure.message);
    const target = 'transformer_blocks.1.attn.to_v';
    expect(packed.value.packed?.(`${target}.weight`)).toBeDefined();
    const loras = stackOf([target], 3);
    const values = await allValues(packed.value);
    for (const blocksPerSession of [undefined, 1]) {
      const model = await transformer({ loraTargets: lowRankTargets([target]), ...(blocksPerSession === undefined ? {} : { blocksPerSession }) }, {}, packed.value);
      const job = await input(model, 0.625, loras.stack);
      expect(largestDifference(await model.predict(job), referenceTransformer(values, config, { ...job, sigma: 0.625 }, loras.reference))).toBeLessThan(1e-4);
    }
  });

  it('stops between sections when it is told to', async () => {
    const model = await transformer({ blocksPerSession: 1 });
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(model.predict({ ...(await input(model, 0.5)), signal: controller.signal })).rejects.toThrow('enough');
  });

  async function allValues(from: Weights): Promise<ReadonlyMap<string, Float32Array>> {
    return new Map(await Promise.all(from.names.map(async (name) => [name, await from.read(name)] as const)));
  }

  function stackOf(targets: readonly string[], rank: number): { readonly stack: LayerChanges; readonly reference: ReferenceLoras } {
    const parts = new Map(
      targets.map((target, index) => {
        const [rows = 0, columns = 0] = weights.find(`${target}.weight`)?.shape ?? [];
        return [target, { rows, columns, a: numbers(rank * columns, 50 + index, 0.1), b: numbers(rows * rank, 90 + index, 0.2), bias: numbers(rows, 130 + index, 0.1) }] as const;
      }),
    );
    const stack = {
      change: (target: string) => {
        const part = parts.get(target);
        return part && { lowRank: { a: { data: part.a, dims: [rank, part.columns] }, b: { data: part.b, dims: [part.rows, rank] } }, bias: part.bias };
      },
    };
    return { stack, reference: new Map([...parts].map(([target, { a, b, bias }]) => [target, { a, b, bias, rank }])) };
  }
});

describe('a transformer that does not fit', () => {
  it('is refused when its weights are those of another', async () => {
    const other: Weights = { names: weights.names, find: (name) => (name.includes('txt_mlp') ? undefined : weights.find(name)), read: (name) => weights.read(name) };
    expect(await QwenImageTransformer.open(other, config, usual)).toMatchObject({ ok: false, failure: { code: 'weights-incomplete', message: expect.stringContaining('lack 12 of 109 tensors, the first is transformer_blocks.0.txt_mlp.net.0.proj.weight') } });
    expect(await QwenImageTransformer.open(weights, { ...config, joint: 95 }, usual)).toMatchObject({ ok: false, failure: { code: 'weights-differ', message: expect.stringContaining('txt_norm.weight of the transformer has the shape [96]') } });
  });
});
