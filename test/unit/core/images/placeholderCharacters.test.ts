import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nameOf, numberOf, parseNamePattern } from '../../../../src/core/images/pictureName';
import { drawCharacters } from '../../../../src/core/images/placeholderCharacters';
import { judgePictures, nearDuplicates } from '../../../../src/core/images/quality';
import { settings } from '../../actionContext';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('ten drawn people pass our own checks and are no two alike', async () => {
  const drawn = await drawCharacters(folder, 10, { pattern: 'test_01.jpg' });
  if (!drawn.ok) throw new Error(drawn.failure.message);
  expect(drawn.value.map(({ file }) => path.basename(file)).slice(8)).toEqual(['test_09.jpg', 'test_10.jpg']);
  expect(new Set(drawn.value.map(({ words }) => words)).size).toBe(10);
  const judged = await judgePictures(drawn.value.map(({ file }) => file), settings, () => {});
  if (!judged.ok) throw new Error(judged.failure.message);
  expect(judged.value.flatMap(({ faults }) => faults)).toEqual([]);
  expect(judged.value.map(({ picture }) => `${picture.width}x${picture.height}`)).toEqual(Array(10).fill('768x960'));
  expect(judged.value[0]?.picture.caption).toBe(drawn.value[0]?.words);
  expect(nearDuplicates(judged.value)).toEqual([]);
});

test('the same picture every time, in the asked size, and never over another', async () => {
  await drawCharacters(folder, 1, { width: 320, height: 400 });
  const first = await readFile(path.join(folder, 'character_01.png'));
  expect(await sharp(first).metadata()).toMatchObject({ width: 320, height: 400, format: 'png', hasAlpha: false });
  expect(await drawCharacters(folder, 1, { width: 320, height: 400 })).toMatchObject({ ok: true });
  await writeFile(path.join(folder, 'character_02.png'), 'mine');
  expect(await drawCharacters(folder, 3, { width: 320, height: 400 })).toMatchObject({ ok: false, failure: { code: 'picture-exists' } });
  expect(await readFile(path.join(folder, 'character_02.png'), 'utf8')).toBe('mine');
  expect(await readFile(path.join(folder, 'character_01.png'))).toEqual(first);
});

test('names by a pattern', () => {
  const pattern = parseNamePattern('test_01.jpg');
  if (!pattern.ok) throw new Error(pattern.failure.message);
  expect([1, 12, 123].map((number) => nameOf(pattern.value, number))).toEqual(['test_01.jpg', 'test_12.jpg', 'test_123.jpg']);
  expect(['test_07.jpg', 'test_123.jpg', 'test_7.jpg', 'test_07.png', 'test_07x.jpg', 'x.jpg'].map((name) => numberOf(pattern.value, name))).toEqual([7, 123, undefined, undefined, undefined, undefined]);
  for (const wrong of ['test.jpg', 'test_01.txt', '../test_01.jpg', 'a/b_1.png', '.01.jpg']) expect(parseNamePattern(wrong)).toMatchObject({ ok: false });
});
