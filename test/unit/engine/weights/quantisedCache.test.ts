import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../../src/engine/graph/graphBuilder';
import { openGraph } from '../../../../src/engine/graph/graphSession';
import { linear, operatorSet } from '../../../../src/engine/graph/layers';
import { quantisedBytes, quantisedWeights } from '../../../../src/engine/weights/quantisedWeights';
import type { QuantisedPrecision } from '../../../../src/engine/weights/quantisePlan';
import { openSafetensors } from '../../../../src/engine/weights/safetensors';
import type { Weights } from '../../../../src/engine/weights/weights';
import { safetensorsFile, type MadeType } from '../../../../test_data/make/checkpoints/safetensorsFile';
import { temporaryFolder } from '../../actionContext';
import { largestDifference } from '../golden';
import { numbers } from '../numbers';
import * as reference from '../graph/referenceLayers';

let folder: string;
let cache: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  cache = path.join(folder, 'cache', 'packed');
});
afterEach(() => rm(folder, { recursive: true }));

const rows = 48;
const columns = 192;
const layer = 'transformer_blocks.0.attn.to_q';
const shapes: Readonly<Record<string, readonly number[]>> = {
  [`${layer}.weight`]: [rows, columns],
  [`${layer}.bias`]: [rows],
  'transformer_blocks.0.img_mod.1.weight': [rows, columns],
  'transformer_blocks.0.attn.norm_q.weight': [columns],
  'transformer_blocks.1.img_mlp.net.2.weight': [rows, columns],
  'transformer_blocks.1.txt_mlp.net.2.weight': [8, 40],
  'proj_out.weight': [64, columns],
};
const packable = [`${layer}.weight`, 'transformer_blocks.1.img_mlp.net.2.weight'];
const values = (name: string) => numbers(shapes[name]!.reduce((a, b) => a * b, 1), Object.keys(shapes).indexOf(name) + 1, 0.05);

async function checkpoint(type: MadeType = 'F32', change: (name: string, values: Float32Array) => void = () => {}): Promise<Weights> {
  const tensors = Object.entries(shapes).map(([name, shape]) => {
    const made = values(name);
    change(name, made);
    return { name, shape, values: made };
  });
  const file = path.join(folder, 'model.safetensors');
  await writeFile(file, safetensorsFile(tensors, type));
  return opened(file);
}

async function opened(file: string): Promise<Weights> {
  const weights = await openSafetensors(file);
  if (!weights.ok) throw new Error(weights.failure.message);
  return weights.value;
}

/** What lies in the cache, but marks of who uses it. */
async function kept(): Promise<string[]> {
  return (await readdir(cache)).filter((name) => !name.endsWith('.use'));
}

async function quantised(base: Weights, precision: QuantisedPrecision, options = {}): Promise<Weights> {
  const result = await quantisedWeights(base, precision, { folder: cache, ...options });
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

describe('packed weights', () => {
  it.each([
    ['int4', 'F32', 0.09],
    ['int8', 'BF16', 0.006],
    ['nf4', 'F16', 0.1],
  ] as const)('in %s are computed by the runtime as they are unpacked here', async (precision, type, error) => {
    const base = await checkpoint(type);
    const weights = await quantised(base, precision);
    const x = numbers(7 * columns, 99);
    const unpacked = await weights.read(`${layer}.weight`);
    const expected = reference.linear(x, unpacked, await weights.read(`${layer}.bias`), columns);
    const graph = new GraphBuilder('test', operatorSet);
    const input = graph.input('x', 'float32', [7, columns]);
    graph.output('y', linear({ graph, weights, compute: 'float32', attention: 'multiHead', loraTargets: new Map() }, layer, input), 'float32', [7, rows]);
    const session = await openGraph(graph, { device: 'cpu', prepack: true });
    if (!session.ok) throw new Error(session.failure.detail);
    const { y } = await session.value.run({ x: { data: x, dims: [7, columns] } });
    await session.value.release();
    expect(largestDifference(y!.data as Float32Array, expected)).toBeLessThan(5e-6);
    const exact = await base.read(`${layer}.weight`);
    const rms = (list: Float32Array) => Math.sqrt(list.reduce((sum, value) => sum + value * value, 0) / list.length);
    const relative = rms(unpacked.map((value, index) => value - exact[index]!)) / rms(exact);
    expect(relative).toBeGreaterThan(error / 20);
    expect(relative).toBeLessThan(error);
  });

  it('leave modulation, small, uneven and outer tensors as they are', async () => {
    const base = await checkpoint();
    const weights = await quantised(base, 'int4');
    expect([...weights.names].sort()).toEqual([...base.names].sort());
    expect(weights.names.filter((name) => weights.packed?.(name))).toEqual(packable);
    for (const name of weights.names) expect(weights.find(name)).toEqual(packable.includes(name) ? undefined : base.find(name));
  });

  it('lie in a safetensors file in which every tensor starts at a multiple of 256 bytes, of the size that was foretold', async () => {
    const base = await checkpoint();
    const weights = await quantised(base, 'int4');
    const [file] = await kept();
    const inside = await opened(path.join(cache, file!));
    for (const name of inside.names.filter((each) => !each.startsWith('padding'))) expect(inside.find(name)!.offset % 256).toBe(0);
    const { codes, scales } = weights.packed!(`${layer}.weight`)!;
    expect(inside.find(codes.name)).toEqual(codes);
    expect(inside.find(scales.name)).toEqual(scales);
    const { disk, memory } = quantisedBytes(base, 'int4');
    expect(disk).toBe(packable.length * rows * columns * (4.5 / 8));
    expect(memory - disk).toBe(base.names.filter((name) => !packable.includes(name)).reduce((sum, name) => sum + base.find(name)!.bytes, 0));
    expect((await stat(codes.file)).size).toBeLessThan(disk + 4096);
  });
});

describe('the cache', () => {
  const files = async () => (await kept()).sort();

  it('is written once, and anew where precision or source differ', async () => {
    const base = await checkpoint();
    const progress: number[] = [];
    await quantised(base, 'int4', { onProgress: ({ done, total }: { done: number; total: number }) => progress.push(done / total) });
    expect(progress).toEqual([...progress].sort((a, b) => a - b));
    expect(progress.at(-1)).toBeLessThanOrEqual(1);
    const [first] = await files();
    const written = (await stat(path.join(cache, first!))).mtimeMs;
    await quantised(base, 'int4', { onProgress: () => expect.unreachable() });
    expect((await stat(path.join(cache, first!))).mtimeMs).toBe(written);
    await quantised(base, 'nf4');
    expect(await files()).toHaveLength(2);
    await utimes(path.join(folder, 'model.safetensors'), 1, 1);
    await quantised(base, 'int4');
    expect(await files()).toHaveLength(3);
  });

  it('knows a file of the Hub’s cache by its hash, whenever it was downloaded', async () => {
    await checkpoint();
    const blob = path.join(folder, 'blobs', 'a'.repeat(64));
    await mkdir(path.join(folder, 'blobs'));
    await rename(path.join(folder, 'model.safetensors'), blob);
    await symlink(blob, path.join(folder, 'link.safetensors'));
    await quantised(await opened(path.join(folder, 'link.safetensors')), 'int4');
    await utimes(blob, 1, 1);
    await quantised(await opened(path.join(folder, 'link.safetensors')), 'int4');
    expect(await files()).toHaveLength(1);
  });

  it('goes on where a process was killed, and is the same bytes in the end', async () => {
    const base = await checkpoint();
    await quantised(base, 'int4');
    const [name] = await files();
    const whole = await readFile(path.join(cache, name!));
    const secondStarts = (await opened(path.join(cache, name!))).find(`${packable[1]}.codes`)!.offset;
    const gone = spawn('true');
    await new Promise((resolve) => gone.on('exit', resolve));
    await rm(path.join(cache, name!));
    // The first matrix is whole but marked, so that it is seen whether it is written again; the second is half there.
    const part = Buffer.from(whole.subarray(0, secondStarts + 100));
    part[secondStarts - 300] = 0xee;
    await writeFile(path.join(cache, name!.replace('.safetensors', `.${gone.pid}.part`)), part);
    const progress: number[] = [];
    await quantised(base, 'int4', { onProgress: ({ done }: { done: number }) => progress.push(done) });
    expect(progress[0]).toBeGreaterThan(secondStarts - 256);
    expect(await files()).toEqual([name]);
    const again = await readFile(path.join(cache, name!));
    expect(again.subarray(secondStarts)).toEqual(whole.subarray(secondStarts));
    expect(again[secondStarts - 300]).toBe(0xee);
  });

  it('leaves alone what another process that lives is writing', async () => {
    const base = await checkpoint();
    await quantised(base, 'int4');
    const [name] = await files();
    await rm(path.join(cache, name!));
    const theirs = name!.replace('.safetensors', `.${process.ppid}.part`);
    await writeFile(path.join(cache, theirs), 'theirs');
    await quantised(base, 'int4');
    expect(await files()).toEqual([theirs, name].sort());
    expect(await readFile(path.join(cache, theirs), 'utf8')).toBe('theirs');
  });

  it('stops between rows when it is told to, and goes on later', async () => {
    const base = await checkpoint();
    const stop = new AbortController();
    let reports = 0;
    await expect(quantised(base, 'int4', { signal: stop.signal, onProgress: () => ++reports === 2 && stop.abort() })).rejects.toThrow('abort');
    expect((await files()).map((name) => path.extname(name))).toEqual(['.part']);
    const weights = await quantised(base, 'int4');
    expect((await files()).map((name) => path.extname(name))).toEqual(['.safetensors']);
    const exact = await base.read(packable[1]!);
    expect(largestDifference(await weights.read(packable[1]!), exact)).toBeLessThan(0.03);
  });

  it('packs a file anew that is no longer what it was written as', async () => {
    const base = await checkpoint();
    await quantised(base, 'int4');
    const [name] = await files();
    const whole = await readFile(path.join(cache, name!));
    const handle = await open(path.join(cache, name!), 'r+');
    await handle.truncate(whole.length - 10);
    await handle.close();
    await quantised(base, 'int4');
    expect(await readFile(path.join(cache, name!))).toEqual(whole);
  });

  it.each([NaN, Infinity])('refuses weights that hold %d, by the tensor’s name, and keeps the disk clean of a finished file', async (value) => {
    const base = await checkpoint('F32', (name, made) => name === packable[1] && (made[77] = value));
    const result = await quantisedWeights(base, 'int4', { folder: cache });
    expect(result).toMatchObject({ ok: false, failure: { code: 'weights-refused', message: expect.stringContaining(packable[1]!) } });
    expect((await files()).filter((name) => name.endsWith('.safetensors'))).toEqual([]);
  });

  it('refuses a file that became shorter since its header was read', async () => {
    const base = await checkpoint();
    const file = path.join(folder, 'model.safetensors');
    const handle = await open(file, 'r+');
    await handle.truncate(20_000);
    await handle.close();
    expect(await quantisedWeights(base, 'int4', { folder: cache })).toMatchObject({ ok: false, failure: { message: expect.stringContaining('shorter') } });
  });
});
