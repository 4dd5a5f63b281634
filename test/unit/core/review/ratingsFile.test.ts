import { execFile } from 'node:child_process';
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyRating, currentRatings } from '../../../../src/core/review/currentRating';
import { appendLines, appendRating, parseRatings, readRatings } from '../../../../src/core/review/ratingsFile';
import { makeGeneration, makeRating } from './study';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  file = path.join(folder, 'ratings.jsonl');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const output = makeGeneration('base', 'mira.png', 'left');

async function read() {
  const result = await readRatings(file);
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

test('an appended rating is read back as it was', async () => {
  const rating = makeRating(output, { identity: 4, same: true }, { pins: [{ x: 0.3, y: 0.8, type: 'limb' }], note: 'ä "quoted"\n2 lines', milliseconds: 900 });
  expect(await appendRating(file, rating)).toEqual({ ok: true, value: Buffer.byteLength(JSON.stringify(rating)) + 1 });
  expect((await read()).ratings).toEqual([rating]);
});

test('a file that is not there yet has no ratings', async () => {
  expect(await read()).toMatchObject({ ratings: [], brokenLines: [], bytes: 0 });
});

test('broken, foreign and torn lines are counted, kept, and cost no other line', async () => {
  const good = JSON.stringify(makeRating(output, { identity: 4 }));
  const broken = ['{"version":1', 'hello', '{"version":2,"kind":"vote"}', '[]', good.replace('"identity":4', '"identity":"four"'), good.replace('"answers"', '"pins":[{"x":7,"y":0,"type":"seam"}],"answers"')];
  const before = `\uFEFF${good}\r\n${broken.join('\n')}\n\n${good}\n${good.slice(0, 40)}`;
  await writeFile(file, before);
  await appendRating(file, makeRating(output, { identity: 5 }));
  const { ratings, brokenLines } = await read();
  expect(ratings.map(({ answers }) => answers.identity)).toEqual([4, 4, 5]);
  expect(brokenLines).toEqual([2, 3, 4, 5, 6, 7, 10]);
  expect(await readFile(file, 'utf8')).toMatch(before);
});

test('two processes that append at once lose nothing', async () => {
  const bundle = path.join(folder, 'ratings.mjs');
  await build({ entryPoints: ['src/core/review/ratingsFile.ts'], bundle: true, platform: 'node', format: 'esm', outfile: bundle });
  const script = `import { appendRating } from ${JSON.stringify(bundle)};
    const [file, rater] = process.argv.slice(2);
    for (let i = 0; i < 150; i++) {
      const result = await appendRating(file, { version: 1, at: 'now', rater, sessionId: 's', generationId: 'g' + i, outputSha256: 'x', answers: { identity: 3 }, note: 'n'.repeat(i * 7) });
      if (!result.ok) process.exit(1);
    }`;
  await writeFile(path.join(folder, 'append.mjs'), script);
  const run = promisify(execFile);
  await Promise.all(['ann', 'ben'].map((rater) => run(process.execPath, [path.join(folder, 'append.mjs'), file, rater])));
  const { ratings, brokenLines } = await read();
  expect(brokenLines).toEqual([]);
  for (const rater of ['ann', 'ben']) {
    expect(ratings.filter((rating) => rating.rater === rater).map(({ generationId }) => generationId)).toEqual(Array.from({ length: 150 }, (_, i) => `g${i}`));
  }
});

test('appends of one window are written in the order of the keys', async () => {
  await Promise.all(Array.from({ length: 40 }, (_, index) => appendRating(file, makeRating(output, { artifacts: index }))));
  expect((await read()).ratings.map(({ answers }) => answers.artifacts)).toEqual(Array.from({ length: 40 }, (_, index) => index));
});

test('a file that cannot be written says so in words', async () => {
  const result = await appendLines(folder, [makeRating(output, {})]);
  expect(result).toMatchObject({ ok: false, failure: { code: 'rating-not-saved', short: 'not a file' } });
  if (process.platform === 'linux') {
    expect(await appendLines('/dev/full', [makeRating(output, {})])).toMatchObject({ ok: false, failure: { short: 'disk full' } });
  }
  if (process.getuid?.() !== 0) {
    await appendFile(file, '');
    await chmod(file, 0o400);
    expect(await appendRating(file, makeRating(output, {}))).toMatchObject({ ok: false, failure: { short: 'no permission' } });
  }
});

test('what holds is the fold of the lines; null takes an answer back; clocks do not matter', () => {
  const lines = [
    makeRating(output, { identity: 2 }, { at: '2030-01-01T00:00:00Z', flagged: true, milliseconds: 3000 }),
    makeRating(output, { edit: 5, identity: 4 }, { note: 'soft', milliseconds: 90_000 }),
    makeRating(output, { edit: null }, { flagged: false, pins: [{ x: 0, y: 1, type: 'seam' }], unblinded: true, milliseconds: 500 }),
  ];
  const { current, setAside } = currentRatings(lines, () => output.output.sha256);
  expect(setAside).toEqual([]);
  expect(current).toEqual([
    expect.objectContaining({ answers: { identity: 4 }, note: 'soft', flagged: false, best: false, pins: [{ x: 0, y: 1, type: 'seam' }], milliseconds: 3500, unblinded: true }),
  ]);
});

test('ratings of a replaced picture are set aside, of each rater apart', () => {
  const lines = [makeRating(output, { identity: 2 }), makeRating(output, { identity: 5 }, { rater: 'ann', outputSha256: 'new' })];
  const { current, setAside } = currentRatings(lines, () => 'new');
  expect(current.map(({ rater, answers }) => [rater, answers.identity])).toEqual([['ann', 5]]);
  expect(setAside.map(({ rater, answers }) => [rater, answers.identity])).toEqual([['tester', 2]]);
  expect(currentRatings(lines, () => undefined).setAside).toHaveLength(2);
});

test('an empty list of failure modes is an answer, a missing one is none', () => {
  const none = applyRating(undefined, makeRating(output, {}));
  expect(none.failureModes).toBeUndefined();
  expect(applyRating(none, makeRating(output, {}, { failureModes: [] })).failureModes).toEqual([]);
});

test('session, seen and reveal lines are told apart from ratings', () => {
  const head = { version: 1, at: 'now', rater: 'r', sessionId: 's' };
  const file = parseRatings([{ ...head, kind: 'session', seed: 'abc' }, { ...head, kind: 'seen', outputs: [{ generationId: 'g', outputSha256: 'x' }] }, { ...head, kind: 'reveal' }].map((line) => JSON.stringify(line)).join('\n'));
  expect([file.sessions.length, file.seen.length, file.reveals.length, file.ratings.length, file.brokenLines.length]).toEqual([1, 1, 1, 0, 0]);
});
