import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/engine/graph/graphBuilder';
import { openGraph } from '../../../../src/engine/graph/graphSession';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

/** A file as its header says, true or not. */
function file(header: string | object, data: Uint8Array = new Uint8Array(), length?: bigint): Buffer {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const head = Buffer.alloc(8);
  head.writeBigUInt64LE(length ?? BigInt(text.length));
  return Buffer.concat([head, text, data]);
}

function floats(...values: readonly number[]): Buffer {
  return Buffer.from(Float32Array.from(values).buffer);
}

const tensor = (from: number, to: number, shape = [(to - from) / 4], dtype = 'F32') => ({ dtype, shape, data_offsets: [from, to] });

async function open(name: string, bytes?: Uint8Array) {
  if (bytes) await writeFile(path.join(folder, name), bytes);
  return openSafetensors(path.join(folder, name));
}

async function whole(name = '.', options = {}) {
  const opened = await openSafetensors(path.join(folder, name), options);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

describe('a safetensors file', () => {
  it('is known by its header: where each tensor lies, and what the file says of itself', async () => {
    const bytes = file({ __metadata__: { rank: '4', list: [1] }, b: tensor(8, 16, [1, 2]), a: tensor(0, 8) }, floats(1, 2, 3, 4));
    await writeFile(path.join(folder, 'x.safetensors'), bytes);
    const weights = await whole('x.safetensors');
    expect(weights.names).toEqual(['b', 'a']);
    expect(weights.metadata).toEqual({ rank: '4' });
    expect(weights.find('b')).toEqual({ name: 'b', type: 'F32', shape: [1, 2], file: await realpath(path.join(folder, 'x.safetensors')), offset: bytes.length - 8, bytes: 8 });
    expect([...(await weights.read('b'))]).toEqual([3, 4]);
  });

  it('gives the values of every type as float32', async () => {
    const parts: readonly (readonly [string, Buffer])[] = [
      ['F64', Buffer.from(Float64Array.of(0.5, -2).buffer)],
      ['F32', floats(0.1, 3)],
      // 1, the smallest above zero, minus infinity; then 1 and minus 2.
      ['F16', Buffer.from(Uint16Array.of(0x3c00, 0x0001, 0xfc00, 0xc000).buffer)],
      ['BF16', Buffer.from(Uint16Array.of(0x3f80, 0xc000).buffer)],
      ['I64', Buffer.from(BigInt64Array.of(-7n).buffer)],
      ['I32', Buffer.from(Int32Array.of(-5).buffer)],
      ['U8', Buffer.from([255])],
      ['I8', Buffer.from([255])],
      ['BOOL', Buffer.from([1, 0])],
    ];
    const widths: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, I8: 1, BOOL: 1 };
    let at = 0;
    const header = Object.fromEntries(parts.map(([type, bytes]) => [type, tensor(at, (at += bytes.length), [bytes.length / (widths[type] ?? 1)], type)]));
    await writeFile(path.join(folder, 'x.safetensors'), file(header, Buffer.concat(parts.map(([, bytes]) => bytes))));
    const weights = await whole();
    const values = await Promise.all(parts.map(async ([type]) => [...(await weights.read(type))]));
    expect(values).toEqual([[0.5, -2], [Math.fround(0.1), 3], [1, 2 ** -24, -Infinity, -2], [1, -2], [-7], [-5], [255], [-1], [1, 0]]);
  });

  it('may be without tensors, or have empty ones', async () => {
    expect(await open('none.safetensors', file({}))).toMatchObject({ ok: true });
    expect(await open('empty.safetensors', file({ a: tensor(0, 0, [0, 4]), b: tensor(0, 4) }, floats(1)))).toMatchObject({ ok: true });
  });

  it.each<readonly [string, Uint8Array, string, RegExp]>([
    ['empty', Buffer.alloc(0), 'weights-truncated', /ends after 0 bytes/],
    ['cut off in its length', Buffer.alloc(5), 'weights-truncated', /ends after 5 bytes/],
    ['cut off in its header', file({ a: tensor(0, 4) }).subarray(0, 20), 'weights-truncated', /inside its own header/],
    ['cut off in its numbers', file({ a: tensor(0, 8) }, floats(1)), 'weights-truncated', /of \d+ bytes/],
    ['with a header of petabytes', file({ a: tensor(0, 4) }, floats(1), 1n << 60n), 'weights-refused', /length of a header/],
    ['with a header beyond its end', file({ a: tensor(0, 4) }, floats(1), 90_000_000n), 'weights-truncated', /inside its own header/],
    ['of something else', Buffer.from('<!DOCTYPE html><html><body>Not found</body></html>'), 'weights-refused', /length of a header/],
    ['whose header is no JSON', file('{"a":'), 'weights-refused', /not JSON/],
    ['whose header is a list', file('[1]'), 'weights-refused', /not an object/],
    ['with a tensor that is null', file('{"a":null}'), 'weights-refused', /tensor a is not described/],
    ['with a negative offset', file({ a: tensor(-4, 0, [1]) }, floats(1)), 'weights-refused', /not described/],
    ['with fractions', file({ a: { dtype: 'F32', shape: [0.5], data_offsets: [0, 2] } }, floats(1)), 'weights-refused', /not described/],
    ['with offsets turned around', file({ a: tensor(4, 0, [1]) }, floats(1)), 'weights-refused', /takes -4 bytes/],
    ['whose shape is not as long as its bytes', file({ a: tensor(0, 4, [2]) }, floats(1)), 'weights-refused', /its shape \[2\] says otherwise/],
    ['whose shape overflows', file({ a: tensor(0, 4, [2 ** 52, 2 ** 52]) }, floats(1)), 'weights-refused', /says otherwise/],
    ['with tensors that overlap', file({ a: tensor(0, 8), b: tensor(4, 12) }, floats(1, 2, 3)), 'weights-refused', /tensor b overlaps/],
    ['with a gap', file({ a: tensor(0, 4), b: tensor(8, 12) }, floats(1, 2, 3)), 'weights-refused', /gap of 4 bytes before its tensor b/],
    ['with something behind its tensors', file({ a: tensor(0, 4) }, floats(1, 2)), 'weights-refused', /4 bytes follow/],
    ['in float8', file({ a: tensor(0, 4, [4], 'F8_E4M3') }, floats(1)), 'weights-type', /F8_E4M3/],
  ])('%s is refused', async (_, bytes, code, message) => {
    expect(await open('x.safetensors', bytes)).toMatchObject({ ok: false, failure: { code, message: expect.stringMatching(message) } });
  });

  it('with a tensor called __proto__ harms nothing', async () => {
    const opened = await open('x.safetensors', file('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}', floats(1)));
    expect(opened.ok && opened.value.names).toEqual(['__proto__']);
  });
});

describe('a folder of weights', () => {
  const index = (map: object) => JSON.stringify({ metadata: { total_size: 8 }, weight_map: map });
  const shard = (name: string, value: number) => file({ [name]: tensor(0, 4) }, floats(value));

  it('is read over all its shards, which may be links into a cache', async () => {
    await mkdir(path.join(folder, 'blobs'));
    await mkdir(path.join(folder, 'snapshot'));
    for (const [blob, name, content] of [
      ['aa', 'model-00001-of-00002.safetensors', shard('a', 1)],
      ['bb', 'model-00002-of-00002.safetensors', shard('b', 2)],
      ['cc', 'model.safetensors.index.json', index({ a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' })],
    ] as const) {
      await writeFile(path.join(folder, 'blobs', blob), content);
      await symlink(path.join('..', 'blobs', blob), path.join(folder, 'snapshot', name));
    }
    const weights = await whole('snapshot');
    expect([[...(await weights.read('a'))], [...(await weights.read('b'))]]).toEqual([[1], [2]]);
    const graph = new GraphBuilder('sum', 23);
    const [a, b] = ['a', 'b'].map((name) => graph.weight(weights.find(name)!));
    graph.output('y', graph.op('Add', [a, b]), 'float32', [1]);
    const session = await openGraph(graph, { device: 'cpu' });
    if (!session.ok) throw new Error(session.failure.detail);
    expect((await session.value.run({}))['y']?.data).toEqual(Float32Array.of(3));
  });

  it('is read by the usual name where variants lie beside it', async () => {
    await writeFile(path.join(folder, 'diffusion_pytorch_model.safetensors'), shard('whole', 1));
    await writeFile(path.join(folder, 'diffusion_pytorch_model.fp16.safetensors'), shard('half', 1));
    expect((await whole()).names).toEqual(['whole']);
  });

  it('knows modules by the names that were asked for', async () => {
    await writeFile(path.join(folder, 'model.safetensors'), file({ 'model.language_model.norm': tensor(0, 4), 'model.visual.norm': tensor(4, 8) }, floats(1, 2)));
    const weights = await whole('.', { prefixes: { 'model.language_model.': 'model.', 'model.visual.': 'visual.' } });
    expect([weights.names, [...(await weights.read('visual.norm'))]]).toEqual([['model.norm', 'visual.norm'], [2]]);
  });

  it.each<readonly [string, Readonly<Record<string, string | Uint8Array>>, RegExp]>([
    ['holds nothing', {}, /no safetensors weights/],
    ['holds several files that nothing chooses between', { 'a.safetensors': shard('a', 1), 'b.safetensors': shard('b', 1) }, /nothing chooses/],
    ['lacks a shard', { 'model.safetensors.index.json': index({ a: 'one.safetensors' }) }, /one.safetensors are not there/],
    ['has shards of another revision', { 'model.safetensors.index.json': index({ a: 'one.safetensors' }), 'one.safetensors': shard('b', 1) }, /says that a is in one.safetensors/],
    ['has an index that leaves it', { 'model.safetensors.index.json': index({ a: '../../etc/one.safetensors' }) }, /no shard in its folder/],
    ['has an index that leaves it on Windows', { 'model.safetensors.index.json': index({ a: '..\\one.safetensors' }) }, /no shard in its folder/],
    ['has an index of no weights', { 'model.safetensors.index.json': index({ a: 'passwd' }) }, /no shard in its folder/],
    ['has an empty index', { 'model.safetensors.index.json': '{}' }, /names no tensors/],
    ['has a broken index', { 'model.safetensors.index.json': '{' }, /names no tensors/],
  ])('that %s is refused', async (_, files, message) => {
    for (const [name, content] of Object.entries(files)) await writeFile(path.join(folder, name), content);
    expect(await openSafetensors(folder)).toMatchObject({ ok: false, failure: { message: expect.stringMatching(message) } });
  });

  it('with a shard cut off says which', async () => {
    await writeFile(path.join(folder, 'model.safetensors.index.json'), index({ a: 'one.safetensors', b: 'two.safetensors' }));
    await writeFile(path.join(folder, 'one.safetensors'), shard('a', 1));
    await writeFile(path.join(folder, 'two.safetensors'), shard('b', 1));
    await truncate(path.join(folder, 'two.safetensors'), shard('b', 1).length - 2);
    expect(await openSafetensors(folder)).toMatchObject({ ok: false, failure: { code: 'weights-truncated', message: expect.stringContaining('two.safetensors') } });
  });
});
