import { rm } from 'node:fs/promises';
import path from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGraph, type NumberTensor } from '../../../../../src/engine/graph/graphSession';
import type { AttentionFlavour, ComputeType } from '../../../../../src/engine/graph/layers';
import { ModelProtoSchema } from '../../../../../src/engine/graph/onnx_pb';
import { readConfig } from '../../../../../src/engine/models/readConfig';
import { ports, sectionGraph } from '../../../../../src/engine/models/qwenImageTransformer/blockGraph';
import { sectionsOf, type Section } from '../../../../../src/engine/models/sections';
import { qwenImageTransformerConfig, type QwenImageTransformerConfig } from '../../../../../src/engine/models/qwenImageTransformer/config';
import { rotaryTables } from '../../../../../src/engine/models/qwenImageTransformer/positions';
import { openSafetensors } from '../../../../../src/engine/weights/safetensors';
import type { Weights } from '../../../../../src/engine/weights/weights';
import { randomCheckpointFolder } from '../../golden';
import { largestDifference, numbers } from '../../numbers';

let folder: string;
let weights: Weights;
let published: QwenImageTransformerConfig;

beforeAll(async () => {
  folder = await randomCheckpointFolder();
  const opened = await openSafetensors(path.join(folder, 'transformer'));
  const read = await readConfig(path.join(folder, 'transformer', 'config.json'), qwenImageTransformerConfig);
  if (!opened.ok || !read.ok) throw new Error('The checkpoint is not as it should be.');
  weights = opened.value;
  published = read.value;
});
afterAll(() => rm(folder, { recursive: true }));

const shapes = [[1, 3, 4], [1, 2, 3]] as const;
const tokens = 18;
const promptTokens = 5;

async function velocity(compute: ComputeType, attention: AttentionFlavour, zeroConditioning: boolean, sections: readonly Section[]): Promise<Float32Array> {
  const config = { ...published, zeroConditioning };
  const rows = zeroConditioning ? 2 : 1;
  let feeds: Record<string, NumberTensor> = {
    [ports.latents]: { data: numbers(tokens * config.inputs, 1), dims: [tokens, config.inputs] },
    [ports.prompt]: { data: numbers(promptTokens * config.joint, 2), dims: [promptTokens, config.joint] },
    ...rotaryTables(shapes, promptTokens, config.axes),
    [ports.target]: { data: BigInt64Array.of(12n), dims: [1] },
    [ports.modulationRows]: { data: BigInt64Array.from({ length: tokens }, (_, token) => (token < 12 ? 0n : 1n)), dims: [tokens] },
    [ports.outputModulation]: { data: numbers(2 * rows * config.width, 3), dims: [2, rows, config.width] },
  };
  for (let block = 0; block < config.layers; block++) feeds[ports.blockModulation(block)] = { data: numbers(12 * rows * config.width, 10 + block, 0.3), dims: [12, rows, config.width] };
  for (const section of sections) {
    const session = await openGraph(sectionGraph({ weights, compute, attention, loraTargets: new Map() }, config, section), { device: 'cpu' });
    if (!session.ok) throw new Error(session.failure.detail);
    const results = await session.value.run(feeds);
    feeds = { ...feeds, ...Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name.replace('.next', ''), tensor])) };
    await session.value.release();
  }
  return feeds[ports.velocity]?.data as Float32Array;
}

describe.each([false, true])('the graph of the blocks (zero conditioning: %s)', (zeroConditioning) => {
  it('is the same with the attention taken apart', async () => {
    const whole = [{ first: 0, end: 3 }];
    expect(largestDifference(await velocity('float32', 'plain', zeroConditioning, whole), await velocity('float32', 'multiHead', zeroConditioning, whole))).toBeLessThan(1e-5);
  });

  // The processor has float16 kernels for some operators, and for the rest the runtime casts.
  it('is right to float16 in float16, whole and in parts', async () => {
    const exact = await velocity('float32', 'multiHead', zeroConditioning, [{ first: 0, end: 3 }]);
    for (const sections of [[{ first: 0, end: 3 }], sectionsOf(3, 1)]) {
      expect(largestDifference(await velocity('float16', 'multiHead', zeroConditioning, sections), exact)).toBeLessThan(0.02);
    }
  });

  it('fits together in bfloat16, for which the processor only lacks kernels', async () => {
    for (const section of sectionsOf(3, 1)) {
      const graph = sectionGraph({ weights, compute: 'bfloat16', attention: 'multiHead', loraTargets: new Map([['transformer_blocks.1.attn.to_q', { rowGain: true, columnGain: true, kronecker: 1, hadamard: 1 }]]) }, { ...published, zeroConditioning }, section);
      expect(await openGraph(graph, { device: 'cpu' })).toMatchObject({ ok: false, failure: { detail: expect.stringMatching(/^Could not find an implementation for \w+\(\d+\) node/) } });
    }
  });
});

describe('the names in the graph', () => {
  it('are the module paths of the checkpoint, and its weights are nowhere copied', () => {
    const { graph } = fromBinary(ModelProtoSchema, sectionGraph({ weights, compute: 'float32', attention: 'multiHead', loraTargets: new Map() }, published, { first: 0, end: 3 }).build());
    const nodes = new Set(graph?.node.map(({ name }) => name));
    for (const name of ['img_in', 'txt_norm', 'transformer_blocks.1.attn.to_out.0', 'transformer_blocks.2.img_mlp.net.0.proj', 'proj_out']) expect(nodes).toContain(name);
    // What only the last block's text would need is left out.
    for (const name of ['transformer_blocks.2.attn.to_add_out', 'transformer_blocks.2.attn.add_q_proj', 'transformer_blocks.2.txt_mlp.net.2']) expect(nodes).not.toContain(name);
    const stored = graph?.initializer.filter(({ name }) => weights.find(name)) ?? [];
    expect(stored.length).toBeGreaterThan(70);
    expect(stored.every(({ externalData, rawData }) => externalData.length === 3 && rawData.length === 0)).toBe(true);
    expect(stored.some(({ name }) => /_mod\.1|norm_out\.linear/.test(name))).toBe(false);
  });
});

describe('sections', () => {
  it('cover all blocks in order, the last one maybe shorter', () => {
    expect(sectionsOf(5, 2)).toEqual([{ first: 0, end: 2 }, { first: 2, end: 4 }, { first: 4, end: 5 }]);
    expect(sectionsOf(3, 99)).toEqual([{ first: 0, end: 3 }]);
    expect(sectionsOf(2, 0)).toEqual([{ first: 0, end: 1 }, { first: 1, end: 2 }]);
  });
});
