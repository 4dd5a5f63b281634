import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ComparePictures } from '../../../../src/extension/panels/comparePictures';

let folder: string;
let picture: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  picture = path.join(folder, 'a.png');
  await sharp({ create: { width: 300, height: 200, channels: 3, background: 'teal' } }).png().toFile(picture);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a picture that is asked for twice at once is made once, and kept', async () => {
  const pictures = new ComparePictures(path.join(folder, 'cache'));
  const id = pictures.idOf(picture);
  const [first, second] = await Promise.all([pictures.read(id), pictures.read(id)]);
  expect(first).toBeDefined();
  expect(second).toBe(first);
  expect(await pictures.read(id)).toBe(first);
});

test('small copies lie in the cache for the next window, named by what is in them', async () => {
  const cache = path.join(folder, 'cache');
  const first = new ComparePictures(cache);
  const made = await first.read(first.thumbnailOf(picture));
  expect(await readdir(path.join(cache, 'small'))).toEqual([`${made!.sha256}-80x80.png`]);
  const next = new ComparePictures(cache);
  expect((await next.read(next.thumbnailOf(picture)))!.bytes).toEqual(made!.bytes);
  expect(next.thumbnailOf(picture)).not.toBe(first.thumbnailOf(picture));
});

test('what is no picture, is gone, or was never handed out comes back as nothing', async () => {
  const pictures = new ComparePictures(path.join(folder, 'cache'));
  expect(await pictures.read(pictures.idOf(path.join(folder, 'gone.png')))).toBeUndefined();
  expect(await pictures.read(pictures.idOf(import.meta.filename))).toBeUndefined();
  expect(await pictures.read('made-up')).toBeUndefined();
  expect(await pictures.readTile(pictures.idOf(picture), { level: 0, column: 0, row: 0 })).toBeUndefined();
});
