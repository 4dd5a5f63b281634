import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Measurer } from '../../../../../src/core/images/comparison/measurer';
import type { Face } from '../../../../../src/core/evaluation/face';
import type { MeasureNetworks, NetworkMeasureRequest } from '../../../../../src/core/evaluation/networkMeasures';
import type { NetworkSource } from '../../../../../src/core/images/comparison/networkMeasurer';
import { fail, ok } from '../../../../../src/core/outcome';
import { measureCorrelations } from '../../../../../src/core/review/measureCorrelation';
import type { PairMeasures } from '../../../../../src/core/images/comparison/measurePair';
import { judgeOutputs } from '../../../../../src/core/review/judgedOutput';
import { currentRatings } from '../../../../../src/core/review/currentRating';
import { criteria, makeGeneration, makeRating } from '../../review/study';

let folder: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  script = path.resolve('node_modules', '.cache', `measure-${process.pid}.cjs`);
  await build({ entryPoints: ['src/core/images/comparison/measureWorker.ts'], bundle: true, platform: 'node', format: 'cjs', external: ['sharp'], outfile: script, logLevel: 'error', logOverride: { 'empty-import-meta': 'silent' } });
  for (const [name, blur] of [['source', 0], ['soft', 5]] as const) {
    const picture = sharp(Buffer.from('<svg width="200" height="160"><rect width="200" height="160" fill="#ccc"/><circle cx="90" cy="70" r="40" fill="#a33"/><path d="M0 0L200 160" stroke="#222" stroke-width="3"/></svg>'));
    await (blur ? picture.blur(blur) : picture).png().toFile(path.join(folder, `${name}.png`));
  }
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(script, { force: true });
});

const pair = (output: string, outputSha256 = output) => ({ source: path.join(folder, 'source.png'), output: path.join(folder, `${output}.png`), sourceSha256: 'source', outputSha256 });

test('measures in a worker, once for each pair of hashes, and remembers in a file', async () => {
  const cache = path.join(folder, 'cache', 'measures.jsonl');
  const warnings: string[] = [];
  const measurer = new Measurer(script, cache, (text) => warnings.push(text));
  const [first, again] = await Promise.all([measurer.measure(pair('soft')), measurer.measure(pair('soft'))]);
  expect(first!.detailRatio).toBeLessThan(0.35);
  expect(again).toEqual(first);
  expect((await readFile(cache, 'utf8')).trim().split('\n')).toHaveLength(1);
  expect(await measurer.recallAll(pair('soft'))).toEqual(first);
  expect(await measurer.recallAll(pair('soft', 'another'))).toBeUndefined();

  await writeFile(path.join(folder, 'broken.png'), 'no picture');
  expect(await measurer.measure(pair('broken'))).toBeUndefined();
  expect(warnings).toHaveLength(1);
  measurer.dispose();

  // Torn and foreign lines cost nothing but their own figures; what is known needs no pictures.
  await appendFile(cache, '{"torn\n{"version":0,"key":"x","measures":{}}\nnull\n');
  await rm(path.join(folder, 'soft.png'));
  const later = new Measurer(script, cache, () => {});
  expect(await later.measure(pair('soft'))).toEqual(first);
  later.dispose();
});

test('a worker that cannot start fails its questions, and nothing hangs', async () => {
  const warnings: string[] = [];
  const measurer = new Measurer(path.join(folder, 'no-such-file.cjs'), path.join(folder, 'none.jsonl'), (text) => warnings.push(text));
  expect(await measurer.measure(pair('source', 'other'))).toBeUndefined();
  expect(warnings[0]).toMatch(/^Not measured: /);
  measurer.dispose();
});

test('a measure that follows the ratings says something, one that does not is silent, and camera edits are left out of pixel measures', () => {
  const generations = Array.from({ length: 24 }, (_, index) => makeGeneration('base', `p${index}.png`, index % 2 ? 'left' : 'dusk', { edit: { id: 'e', kind: index % 2 ? 'angle' : 'lighting', prompt: 'x' } }));
  const ratings = generations.map((generation, index) => makeRating(generation, { identity: 1 + (index % 5), edit: 3 }));
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const outputs = judgeOutputs(generations, currentRatings(ratings, (id) => hashes.get(id)).current, criteria);
  const measures = new Map(generations.map(({ id }, index) => [id, { detailRatio: (index % 5) / 5 + index / 1000, noise: (index * 7) % 11, ssim: (index % 5) / 5 } as unknown as PairMeasures]));
  const found = measureCorrelations(outputs, measures, criteria);
  const of = (measure: string) => found.find((correlation) => correlation.measure === measure)!.with.identity!;
  expect(of('detailRatio')).toMatchObject({ n: 24, says: true });
  expect(of('detailRatio').value).toBeGreaterThan(0.9);
  expect(of('noise').says).toBe(false);
  expect(of('ssim').n).toBe(12);
  expect(found.find(({ measure }) => measure === 'detailRatio')!.with.edit).toBeUndefined();
});

test('networks measure each pair once for the same networks and words, keep faces, and tell a reason once', async () => {
  const cache = path.join(folder, 'networks', 'measures.jsonl');
  const network = path.join(folder, 'yunet.onnx');
  await writeFile(network, 'network');
  await sharp({ create: { width: 64, height: 64, channels: 3, background: 'teal' } }).png().toFile(path.join(folder, 'again.png'));
  const point = { x: 0.5, y: 0.5 };
  const face: Face = { box: { ...point, width: 0.1, height: 0.1 }, landmarks: [point, point, point, point, point], score: 0.9 };
  const asked: NetworkMeasureRequest[] = [];
  let networks: MeasureNetworks = {};
  const warnings: string[] = [];
  const source: NetworkSource = {
    find: async () => networks,
    measure: async (request) => {
      asked.push(request);
      return request.output.endsWith('source.png') ? fail({ code: 'x', message: 'Broken.', advice: 'Mend it.' }) : ok({ measures: { identity: 0.5 }, faces: { source: [face], output: [] }, skipped: ['lpips.onnx failed'] });
    },
  };
  const make = () => new Measurer(script, cache, (text) => warnings.push(text), source);
  const first = make();
  expect((await first.measureAll(pair('again')))?.identity).toBeUndefined();
  expect(asked).toEqual([]);
  networks = { detector: network };
  expect(await first.lookForNetworks()).toEqual(networks);
  expect(await first.recallAll(pair('again'))).toBeUndefined();
  expect(await first.measureAll(pair('again'))).toMatchObject({ identity: 0.5 });
  expect(asked[0]?.kept?.kept).toMatch(/^[0-9a-f]+$/);
  expect(await first.measureAll({ ...pair('again'), captions: ['a', 'b'] })).toMatchObject({ identity: 0.5 });
  expect(asked.map(({ captions }) => captions)).toEqual([undefined, ['a', 'b']]);
  expect(await first.measureAll({ ...pair('source'), outputSha256: 'broken' })).not.toHaveProperty('identity');
  expect(warnings).toEqual(['Not measured: lpips.onnx failed', 'Not measured: Broken. Mend it.']);
  first.dispose();

  const later = make();
  expect(await later.recallAll(pair('again'))).toMatchObject({ identity: 0.5 });
  expect(await later.faces('source')).toEqual([face]);
  expect(await later.faces('again')).toEqual([]);
  expect(await later.faces('unknown')).toBeUndefined();
  expect(asked).toHaveLength(3);
  // A panel that shows a pair before it is measured has its faces looked for, once.
  const shown = { ...pair('again'), outputSha256: 'shown' };
  expect(await Promise.all([later.faces('shown', shown), later.faces('source', shown), later.faces('shown', shown)])).toEqual([[], [face], []]);
  expect(asked.slice(3)).toEqual([{ networks, source: shown.source, output: shown.output }]);
  later.dispose();
});

test('identity is compared within one edit alone, and a profile says nothing of it', () => {
  // Two edits: in one all likenesses are lower, as of profiles, but the ratings are not.
  const generations = Array.from({ length: 40 }, (_, index) => makeGeneration(`m${index % 4}`, `p${Math.floor(index / 8)}.png`, index % 8 < 4 ? 'left' : 'dusk'));
  const ratings = generations.map((generation, index) => makeRating(generation, { identity: 1 + (index % 4) + (index % 8 < 4 ? 1 : 0), edit: 3 }));
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const outputs = judgeOutputs(generations, currentRatings(ratings, (id) => hashes.get(id)).current, criteria);
  const measures = new Map(generations.map(({ id }, index) => [id, { identity: 0.2 * (index % 4) - (index % 8 < 4 ? 0.9 : 0) + (index % 7) / 500, person: index % 2, yaw: index === 5 ? 75 : 10 }]));
  const found = measureCorrelations(outputs, measures, criteria).find(({ measure }) => measure === 'identity')!;
  expect(found.within).toBe(true);
  expect(found.with.identity!.value).toBeGreaterThan(0.9);
  expect(found.with.identity!.n).toBe(39);
});
