import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cacheContent, clearCache } from '../../../src/engine/engineCache';
import { claimPacked, makeRoom, removeLeftovers } from '../../../src/engine/weights/packedFiles';
import { temporaryFolder } from '../actionContext';

let folder: string;
let weights: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  weights = path.join(folder, 'weights');
  await mkdir(weights);
  await mkdir(path.join(folder, 'encodings'));
});
afterEach(() => rm(folder, { recursive: true }));

/** @param day when it was last used */
async function packed(name: string, bytes: number, day: number): Promise<string> {
  const file = path.join(weights, `${name}.safetensors`);
  await writeFile(file, Buffer.alloc(bytes));
  await utimes(file, new Date(2026, 0, day), new Date(2026, 0, 1));
  return file;
}

const left = async () => (await readdir(weights)).sort();
/** A process that has ended. */
const gone = async () => new Promise<number>((resolve) => {
  const child = spawn(process.execPath, ['-e', '']);
  child.once('exit', () => resolve(child.pid ?? 0));
});

describe('what the engine keeps', () => {
  it('is counted, and cleared but for what a running engine reads from', async () => {
    await packed('old', 100, 1);
    const used = await packed('used', 50, 2);
    await claimPacked(used);
    await writeFile(path.join(weights, `old.safetensors.${await gone()}.use`), '');
    await writeFile(path.join(weights, `half.${await gone()}.part`), Buffer.alloc(9));
    await writeFile(path.join(weights, `half.${process.ppid}.part`), Buffer.alloc(9));
    await writeFile(path.join(folder, 'encodings', 'a.encoding'), Buffer.alloc(7));
    expect(await cacheContent(folder)).toEqual({ weights: { files: 2, bytes: 150, inUse: 50 }, encodings: { files: 1, bytes: 7, inUse: 0 } });
    expect(await clearCache(folder)).toBe(107);
    expect(await left()).toEqual([`half.${process.ppid}.part`, 'used.safetensors', `used.safetensors.${process.pid}.use`]);
    expect(await cacheContent(folder)).toEqual({ weights: { files: 1, bytes: 50, inUse: 50 }, encodings: { files: 0, bytes: 0, inUse: 0 } });
  });

  it('is nothing where nothing was ever kept', async () => {
    expect(await cacheContent(path.join(folder, 'none'))).toEqual({ weights: { files: 0, bytes: 0, inUse: 0 }, encodings: { files: 0, bytes: 0, inUse: 0 } });
    expect(await clearCache(path.join(folder, 'none'))).toBe(0);
  });

  it('makes room for new weights: what was not used for longest goes, what is used stays', async () => {
    await packed('first', 40, 1);
    await claimPacked(await packed('second', 40, 2));
    await utimes(path.join(weights, 'second.safetensors'), new Date(2026, 0, 2), new Date(2026, 0, 2));
    await packed('third', 40, 3);
    await packed('fourth', 40, 4);
    await makeRoom(weights, 30, 200);
    expect((await left()).filter((name) => name.endsWith('.safetensors'))).toHaveLength(4);
    await makeRoom(weights, 30, 120);
    expect((await left()).filter((name) => name.endsWith('.safetensors'))).toEqual(['fourth.safetensors', 'second.safetensors']);
    await makeRoom(weights, 1e30);
    expect((await left()).filter((name) => name.endsWith('.safetensors'))).toEqual(['second.safetensors']);
  });

  it('keeps no marks of processes that are gone', async () => {
    await writeFile(path.join(weights, `a.safetensors.${await gone()}.use`), '');
    await writeFile(path.join(weights, `a.safetensors.${process.pid}.use`), '');
    await removeLeftovers(weights);
    expect(await left()).toEqual([`a.safetensors.${process.pid}.use`]);
  });
});
