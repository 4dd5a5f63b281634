import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/engine/graph/graphBuilder';
import { openGraph } from '../../../../src/engine/graph/graphSession';
import { linear, operatorSet } from '../../../../src/engine/graph/layers';
import { ggufFormats } from '../../../../src/engine/weights/ggufFormats';
import { readGguf } from '../../../../src/engine/weights/ggufFile';
import { openGguf } from '../../../../src/engine/weights/ggufWeights';
import { Unquantisable } from '../../../../src/engine/weights/quantise';
import { ggufFile, type GgufType } from '../../../../test_data/make/checkpoints/ggufFile';
import { temporaryFolder } from '../../actionContext';
import { Golden, largestDifference } from '../golden';
import * as reference from '../graph/referenceLayers';
import { numbers } from '../numbers';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

const golden = await Golden.read('ggufBlocks');
const types = Object.entries(golden.said('types') as Readonly<Record<string, number>>);
const layer = 'transformer_blocks.0.attn.to_q';

interface FileParts {
  readonly architecture?: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  readonly name?: string;
  readonly version?: number;
}

/** A GGUF file of one tensor, written here by the format's own description. */
function file({ architecture = 'qwen_image', type, shape, data, name = `${layer}.weight`, version = 3 }: FileParts): Buffer {
  const number = (value: number | bigint, width: 4 | 8) => {
    const bytes = Buffer.alloc(width);
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value));
    else bytes.writeUInt32LE(Number(value));
    return bytes;
  };
  const text = (value: string) => Buffer.concat([number(Buffer.byteLength(value), 8), Buffer.from(value)]);
  const head = Buffer.concat([
    Buffer.from('GGUF'), number(version, 4), number(1, 8), number(1, 8),
    text('general.architecture'), number(8, 4), text(architecture),
    text(name), number(shape.length, 4), ...[...shape].reverse().map((side) => number(side, 8)), number(type, 4), number(0, 8),
  ]);
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), data]);
}

async function read(bytes: Uint8Array) {
  await writeFile(path.join(folder, 'model.gguf'), bytes);
  return readGguf(path.join(folder, 'model.gguf'));
}

async function weightsOf(bytes: Uint8Array) {
  await writeFile(path.join(folder, 'model.gguf'), bytes);
  const weights = await openGguf(path.join(folder, 'model.gguf'), { folder: path.join(folder, 'cache') });
  if (!weights.ok) throw new Error(weights.failure.message);
  return weights.value;
}

async function refusal(bytes: Uint8Array): Promise<string> {
  const header = await read(bytes);
  return header.ok ? 'not refused' : `${header.failure.code}: ${header.failure.message} ${header.failure.advice}`;
}

const largest = (values: Float32Array) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe('ggml’s blocks', () => {
  it.each(types)('%s are the numbers that llama.cpp reads, and the runtime computes with them', async (name, type) => {
    const [rows = 0, columns = 0] = golden.shape(`${name}.values`);
    const expected = golden.floats(`${name}.values`);
    const weights = await weightsOf(file({ type, shape: [rows, columns], data: golden.bytes(`${name}.blocks`) }));
    const values = await weights.read(`${layer}.weight`);
    // Types of 5 bits with a minimum are quantised again, in steps of 1/128 of the largest number at most.
    const exact = name !== 'Q5_1' && name !== 'Q5_K';
    expect(largestDifference(values, expected)).toBeLessThan(largest(expected) * (exact ? 1e-6 : 1 / 250));
    const x = numbers(3 * columns, 5);
    const graph = new GraphBuilder('test', operatorSet);
    const input = graph.input('x', 'float32', [3, columns]);
    graph.output('y', linear({ graph, weights, compute: 'float32', attention: 'multiHead', loraTargets: new Map() }, layer, input), 'float32', [3, rows]);
    const session = await openGraph(graph, { device: 'cpu', prepack: true });
    if (!session.ok) throw new Error(session.failure.detail);
    const { y } = await session.value.run({ x: { data: x, dims: [3, columns] } });
    await session.value.release();
    expect(largestDifference(y!.data as Float32Array, reference.linear(x, values, new Float32Array(rows), columns))).toBeLessThan(1e-5 * Math.max(1, largest(expected)));
  });

  it('are known by ggml’s numbers', () => {
    expect(types.map(([name, type]) => [name, ggufFormats[type]!.name])).toEqual(types.map(([name]) => [name, name]));
  });

  it('whose scale is no number are refused', () => {
    for (const [name, type] of types.filter(([each]) => !['Q5_1', 'Q5_K'].includes(each))) {
      const blocks = golden.bytes(`${name}.blocks`).slice();
      const { bytes } = ggufFormats[type]!;
      const at = { Q2_K: 80, Q3_K: 108, Q6_K: 208 }[name] ?? 0;
      blocks.set([0x00, 0x7e], bytes + at);
      expect(() => ggufFormats[type]!.repack(blocks), name).toThrow(Unquantisable);
    }
  });
});

describe('a GGUF file', () => {
  const floats = [
    ['F32', 1e-9],
    ['F16', 1e-3],
    ['BF16', 1e-2],
  ] as const;

  it.each(floats)('of %s is mapped as it is, without a cache', async (type: GgufType, tolerance) => {
    const values = numbers(6 * 32, 4);
    const bytes = ggufFile([{ name: `${layer}.weight`, shape: [6, 32], values }, { name: `${layer}.bias`, shape: [6], values: values.slice(0, 6) }], 'qwen_image', () => type);
    const weights = await weightsOf(bytes);
    expect(weights.find(`${layer}.weight`)).toMatchObject({ type, shape: [6, 32], file: expect.stringContaining('model.gguf') });
    expect(largestDifference(await weights.read(`${layer}.weight`), values)).toBeLessThan(tolerance * 4);
    expect(await readdir(folder)).toEqual(['model.gguf']);
  });

  it('gives names without ComfyUI’s prefix, and both kinds of tensors', async () => {
    const tensor = (name: string) => ({ name, shape: [4, 32], values: numbers(128, 1) });
    const weights = await weightsOf(ggufFile([tensor('model.diffusion_model.a.weight'), tensor('b.weight')], 'qwen_image', ({ name }) => (name === 'b.weight' ? 'Q8_0' : 'F16')));
    expect([...weights.names].sort()).toEqual(['a.weight', 'b.weight']);
    expect(weights.find('b.weight')).toBeUndefined();
    expect(weights.packed?.('b.weight')).toMatchObject({ scheme: 'nbits8', rows: 4, columns: 32, blockSize: 32 });
  });

  const block = golden.bytes('Q8_0.blocks');
  it.each([
    ['of another architecture', file({ architecture: 'flux', type: 8, shape: [2, 512], data: block }), 'weights-architecture: model.gguf is a model of the architecture flux; the engine runs GGUF files of qwen_image. Choose'],
    ['in a type that is not read', file({ type: 16, shape: [2, 512], data: block }), 'weights-type: model.gguf holds transformer_blocks.0.attn.to_q.weight in ggml’s type 16, which the engine does not read. Choose a file in one of Q4_0, Q4_1, Q5_0'],
    ['that is cut off', file({ type: 8, shape: [2, 512], data: block.subarray(0, 1000) }), 'weights-truncated: model.gguf is incomplete'],
    ['whose rows do not fill blocks', file({ type: 8, shape: [32, 17], data: block }), 'does not fill blocks of Q8_0'],
    ['with more sides than a matrix in blocks', file({ type: 8, shape: [2, 2, 256], data: block }), 'does not fill blocks'],
    ['with impossible sides', file({ type: 0, shape: [2 ** 32, 2 ** 32], data: block }), 'has no possible shape'],
    ['of a version to come', file({ type: 8, shape: [2, 512], data: block, version: 9 }), 'weights-refused: model.gguf is no sound GGUF file'],
    ['that is something else', Buffer.from('PK no GGUF at all, and long enough to be looked at'), 'weights-refused'],
    ['without a byte', Buffer.alloc(0), 'weights-refused'],
    ['that ends in its header', file({ type: 8, shape: [2, 512], data: block }).subarray(0, 60), 'weights-'],
  ])('%s is refused', async (_, bytes, message) => {
    expect(await refusal(bytes)).toContain(message);
  });

  it('with a tensor twice is refused', async () => {
    const tensor = (name: string) => ({ name, shape: [1], values: new Float32Array(1) });
    expect(await refusal(ggufFile([tensor('a'), tensor('diffusion_model.a')], 'qwen_image', () => 'F32'))).toContain('it holds a twice');
  });

  it('of blocks needs a cache', async () => {
    await writeFile(path.join(folder, 'model.gguf'), file({ type: 8, shape: [2, 512], data: block }));
    expect(await openGguf(path.join(folder, 'model.gguf'))).toMatchObject({ ok: false, failure: { code: 'no-cache' } });
  });

  it('that is not there is said to be missing', async () => {
    expect(await readGguf(path.join(folder, 'none.gguf'))).toMatchObject({ ok: false, failure: { code: 'weights-missing' } });
  });
});
