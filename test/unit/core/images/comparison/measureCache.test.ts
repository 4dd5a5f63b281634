import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Face } from '../../../../../src/core/evaluation/face';
import { MeasureCache } from '../../../../../src/core/images/comparison/measureCache';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const point = { x: 0.5, y: 0.25 };
const face: Face = { box: { x: -0.01, y: 0.1, width: 0.3, height: 0.4 }, landmarks: [point, point, point, point, point], score: 0.93 };

test('faces are kept by the hash of their picture, and none found is not the same as none looked for', async () => {
  const file = path.join(folder, 'deep', 'measures.jsonl');
  const cache = new MeasureCache(file);
  expect(await cache.facesOf('a')).toBeUndefined();
  await cache.keepFaces('a', [face]);
  await cache.keepFaces('b', []);
  await cache.keepFaces('a', []);
  await appendFile(file, '{"version":3,"picture":"c","faces":[{"box":{"x":1}}]}\n{"version":3,"picture":"d","faces":"none"}\n[]\n');
  const later = new MeasureCache(file);
  expect(await later.facesOf('a')).toEqual([face]);
  expect(await later.facesOf('b')).toEqual([]);
  expect(await later.facesOf('c')).toBeUndefined();
  expect(await later.facesOf('d')).toBeUndefined();
});

test('a file that cannot be written costs nothing but the next measurement', async () => {
  const cache = new MeasureCache(path.join(folder, 'deep', 'measures.jsonl', 'below-a-file.jsonl'));
  await cache.keepFaces('a', [face]);
  expect(await cache.facesOf('a')).toEqual([face]);
});
