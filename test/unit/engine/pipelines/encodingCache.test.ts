import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { EncodingCache } from '../../../../src/engine/pipelines/encodingCache';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

const encoding = (value: number, count = 6) => ({ dims: [count / 2, 2], values: new Float32Array(count).fill(value) });
const key = (name: string) => EncodingCache.keyOf([name]);

it('finds again what was kept, in this process and in the next', async () => {
  const cache = new EncodingCache(folder);
  await cache.keep(key('a'), encoding(1.5));
  expect(await cache.find(key('a'))).toEqual(encoding(1.5));
  expect(await new EncodingCache(folder).find(key('a'))).toEqual(encoding(1.5));
  expect(await cache.find(key('b'))).toBeUndefined();
  expect(await new EncodingCache(undefined).find(key('a'))).toBeUndefined();
});

it('does not use what was damaged on disk', async () => {
  await new EncodingCache(folder).keep(key('a'), encoding(1));
  const file = path.join(folder, (await readdir(folder))[0]!);
  const content = await readFile(file);
  for (const damaged of [content.subarray(0, -4), Buffer.concat([content.subarray(0, -1), Buffer.of(7)]), Buffer.from('no encoding'), Buffer.alloc(0), Buffer.from(content.toString('latin1').replace('[3,2]', '[2,2]'), 'latin1')]) {
    await writeFile(file, damaged);
    expect(await new EncodingCache(folder).find(key('a'))).toBeUndefined();
  }
});

it('forgets the oldest beyond its limits, in memory and on disk', async () => {
  const cache = new EncodingCache(folder, { memoryBytes: 50, diskBytes: 300 });
  for (const name of ['a', 'b', 'c']) {
    await cache.keep(key(name), encoding(1));
    // The order of use lies in the files' times.
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(await readdir(folder)).toHaveLength(2);
  expect(await cache.find(key('a'))).toBeUndefined();
  expect(await cache.find(key('c'))).toEqual(encoding(1));
});

it('goes on without a disk that can be written', async () => {
  const blocked = path.join(folder, 'file');
  await writeFile(blocked, '');
  const cache = new EncodingCache(path.join(blocked, 'cache'));
  await cache.keep(key('a'), encoding(1));
  expect(await cache.find(key('a'))).toEqual(encoding(1));
});
