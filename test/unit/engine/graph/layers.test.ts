import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder, type Value } from '../../../../src/engine/graph/graphBuilder';
import { openGraph, type NumberTensor } from '../../../../src/engine/graph/graphSession';
import { attention, gelu, layerNorm, linear, linearRmsNormOfHeads, operatorSet, rotary, silu, type AttentionFlavour, type LayerContext } from '../../../../src/engine/graph/layers';
import { normedSum, settled } from '../../../../src/engine/graph/residualNorm';
import { lowRankTargets } from '../../../../src/engine/graph/loraTargets';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import { safetensorsFile, type MadeType } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { temporaryFolder } from '../../actionContext';
import { largestDifference, numbers } from '../numbers';
import * as reference from './referenceLayers';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

const tokens = 5;
const inputs = 8;
const outputs = 6;
const weight = numbers(outputs * inputs, 1);
const bias = numbers(outputs, 2);
const x = numbers(tokens * inputs, 3);

/** Stores the tensors, builds a graph on them, and runs it. */
async function run(
  tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float32Array }>>,
  build: (context: LayerContext, input: (name: string, tensor: NumberTensor) => Value) => Value,
  options: { readonly type?: MadeType; readonly attention?: AttentionFlavour; readonly loraTargets?: readonly string[]; readonly more?: Readonly<Record<string, NumberTensor>> } = {},
): Promise<Float32Array> {
  const file = path.join(folder, 'model.safetensors');
  await writeFile(file, safetensorsFile(Object.entries(tensors).map(([name, tensor]) => ({ name, ...tensor })), options.type ?? 'F32'));
  const weights = await openSafetensors(file);
  if (!weights.ok) throw new Error(weights.failure.message);
  const graph = new GraphBuilder('test', operatorSet);
  const context: LayerContext = { graph, weights: weights.value, compute: 'float32', attention: options.attention ?? 'multiHead', loraTargets: lowRankTargets(options.loraTargets ?? []) };
  const feeds: Record<string, NumberTensor> = { ...options.more };
  const value = build(context, (name, tensor) => {
    feeds[name] = tensor;
    return graph.input(name, 'float32', tensor.dims);
  });
  graph.output('y', value, 'float32', ['a', 'b']);
  const session = await openGraph(graph, { device: 'cpu' });
  if (!session.ok) throw new Error(session.failure.detail);
  const { y } = await session.value.run(feeds);
  await session.value.release();
  return y?.data as Float32Array;
}

const dense = { 'block.proj.weight': { shape: [outputs, inputs], values: weight }, 'block.proj.bias': { shape: [outputs], values: bias } };
const proj = (context: LayerContext, input: (name: string, tensor: NumberTensor) => Value) => linear(context, 'block.proj', input('x', { data: x, dims: [tokens, inputs] }));

describe('a linear layer', () => {
  const expected = reference.linear(x, weight, bias, inputs);

  it.each([['F32', 1e-6], ['BF16', 0.05], ['F16', 0.01]] as const)('is computed on %s weights as they lie in the file', async (type, tolerance) => {
    expect(largestDifference(await run(dense, proj, { type }), expected)).toBeLessThan(tolerance);
  });

  it('adds a low-rank branch whose rank may be anything, zero included, and changes the bias', async () => {
    for (const rank of [0, 1, 3, 16]) {
      const a = numbers(rank * inputs, 10 + rank);
      const b = numbers(outputs * rank, 20 + rank);
      const c = numbers(outputs, 30 + rank);
      const more = {
        'block.proj.lora_A': { data: a, dims: [rank, inputs] },
        'block.proj.lora_B': { data: b, dims: [outputs, rank] },
        'block.proj.lora_bias': { data: c, dims: [outputs] },
      };
      const low = rank === 0 ? new Float64Array(tokens * outputs) : reference.linear(reference.linear(x, a, undefined, inputs), b, undefined, rank);
      const sum = expected.map((value, index) => value + (low[index] ?? 0) + (c[index % outputs] ?? 0));
      expect(largestDifference(await run(dense, proj, { loraTargets: ['block.proj'], more }), sum)).toBeLessThan(1e-5);
    }
  });

  it('says which input of a branch is missing', async () => {
    await expect(run(dense, proj, { loraTargets: ['block.proj'] })).rejects.toThrow(/block\.proj\.lora_(A|bias)/);
  });

  it('is a bug without its weights', async () => {
    await expect(run({}, proj)).rejects.toThrow('The weights lack block.proj.weight.');
  });
});

describe('attention', () => {
  const heads = 4;
  const features = 6;
  const part = (seed: number, width = heads) => numbers(tokens * width * features, seed);
  const values = (seed: number, width = heads) => ({ data: part(seed, width), dims: [tokens, width * features] });

  for (const flavour of ['multiHead', 'plain'] as const) {
    it.each([
      ['all tokens', {}],
      ['earlier tokens only', { causal: true }],
      ['shared keys and values', { keyValueHeads: 2 }],
      ['shared and earlier only', { keyValueHeads: 2, causal: true }],
    ])(`over %s is the reference's (${flavour})`, async (_, options: { readonly keyValueHeads?: number; readonly causal?: boolean }) => {
      const keyHeads = options.keyValueHeads ?? heads;
      const y = await run({}, (context, input) => attention(context, 'attn', [input('q', values(1)), input('k', values(2, keyHeads)), input('v', values(3, keyHeads))], { heads, features, ...options }), {
        attention: flavour,
      });
      expect(largestDifference(y, reference.attention([part(1), part(2, keyHeads), part(3, keyHeads)], { heads, keyHeads, features, causal: options.causal ?? false }))).toBeLessThan(1e-6);
    });

    it.each([2, 3, 5, 8])(`is the same in %i parts (${flavour})`, async (queryParts) => {
      const y = await run({}, (context, input) => attention(context, 'attn', [input('q', values(1)), input('k', values(2)), input('v', values(3))], { heads, features, queryParts }), { attention: flavour });
      expect(largestDifference(y, reference.attention([part(1), part(2), part(3)], { heads, keyHeads: heads, features, causal: false }))).toBeLessThan(1e-6);
    });

    it(`adds a bias to the scores (${flavour})`, async () => {
      const bias = numbers(tokens * tokens, 9);
      const y = await run(
        {},
        (context, input) => attention(context, 'attn', [input('q', values(1)), input('k', values(2)), input('v', values(3))], { heads, features, bias: input('bias', { data: bias, dims: [1, 1, tokens, tokens] }) }),
        { attention: flavour },
      );
      expect(largestDifference(y, reference.attention([part(1), part(2), part(3)], { heads, keyHeads: heads, features, causal: false, bias }))).toBeLessThan(1e-6);
    });
  }
});

describe('norms, rotation and activations', () => {
  const heads = 2;
  const features = inputs / heads;

  it('normalise each head by itself', async () => {
    const scale = numbers(features, 4);
    const square = numbers(inputs * inputs, 7);
    const tensors = { 'attn.norm_q.weight': { shape: [features], values: scale }, 'attn.to_q.weight': { shape: [inputs, inputs], values: square }, 'attn.to_q.bias': { shape: [inputs], values: numbers(inputs, 8) } };
    const y = await run(tensors, (context, input) => linearRmsNormOfHeads(context, { linear: 'attn.to_q', norm: 'attn.norm_q' }, input('x', { data: x, dims: [tokens, inputs] }), heads));
    expect(largestDifference(y, reference.rmsNorm(reference.linear(x, square, numbers(inputs, 8), inputs), scale, 1e-6))).toBeLessThan(1e-6);
  });

  it.each([['with a bias', true], ['without a bias', false]] as const)('add a change and normalise the sum at once, %s', async (_, isBiased) => {
    const [scale, shift, change, offset] = [5, 6, 9, 10].map((seed) => numbers(seed === 9 ? x.length : inputs, seed)) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const whole = x.map((value, index) => value + (change[index] ?? 0) + (isBiased ? (offset[index % inputs] ?? 0) : 0));
    for (const part of ['normed', 'sum', 'settled'] as const) {
      const y = await run({}, (context, input) => {
        const vector = (name: string, data: Float32Array) => input(name, { data, dims: [inputs] });
        const residual = {
          x: input('x', { data: x, dims: [tokens, inputs] }),
          change: { value: input('change', { data: change, dims: [tokens, inputs] }), bias: isBiased ? vector('offset', offset) : undefined },
        };
        return part === 'settled' ? settled(context.graph, residual) : normedSum(context, 'norm', residual, vector('scale', scale), vector('shift', shift))[part];
      });
      expect(largestDifference(y, part === 'normed' ? reference.layerNorm(whole, scale, shift, 1e-6) : whole)).toBeLessThan(1e-6);
    }
  });

  it('take scale and shift from the graph', async () => {
    const scale = numbers(inputs, 5);
    const shift = numbers(inputs, 6);
    const y = await run({}, (context, input) => layerNorm(context, 'norm', input('x', { data: x, dims: [tokens, inputs] }), input('scale', { data: scale, dims: [inputs] }), input('shift', { data: shift, dims: [inputs] })));
    expect(largestDifference(y, reference.layerNorm(x, scale, shift, 1e-6))).toBeLessThan(1e-6);
  });

  it.each([true, false])('rotate pairs (neighbours: %s)', async (interleaved) => {
    const angles = numbers((tokens * features) / 2, 7);
    const table = (of: (angle: number) => number) => ({ data: angles.map(of), dims: [1, tokens, features / 2] });
    const y = await run({}, (context, input) => rotary(context, 'rope', input('x', { data: x, dims: [tokens, inputs] }), input('cos', table(Math.cos)), input('sin', table(Math.sin)), { heads, interleaved }));
    expect(largestDifference(y, reference.rotate(x, angles, { heads, features, interleaved }))).toBeLessThan(1e-6);
  });

  it('activate', async () => {
    const on = (of: (context: LayerContext, value: Value) => Value) => run({}, (context, input) => of(context, input('x', { data: x, dims: [tokens, inputs] })));
    expect(largestDifference(await on(silu), Float64Array.from(x, reference.silu))).toBeLessThan(1e-6);
    expect(largestDifference(await on((context, value) => gelu(context, value, 'tanh')), Float64Array.from(x, reference.geluTanh))).toBeLessThan(1e-6);
  });
});
