import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { applyRating } from '../../../../src/core/review/currentRating';
import { isFullyRated, reviewProgress } from '../../../../src/core/review/progress';
import { appendLines, readRatings } from '../../../../src/core/review/ratingsFile';
import { openSession, reviewCells, shuffled, type ReviewOutput } from '../../../../src/core/review/session';
import { criteria, makeGeneration, makeRating } from './study';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

function outputs(models: readonly string[], pictures = 5, edits = 8): readonly ReviewOutput[] {
  return models.flatMap((model) =>
    Array.from({ length: pictures * edits }, (_, index) => {
      const generation = makeGeneration(model, `p${index % pictures}.png`, `e${Math.floor(index / pictures)}`);
      return { generation, outputPath: `/results/${generation.output.file}`, sourcePath: `/pictures/${generation.picture.file}` };
    }),
  );
}

const models = ['base', 'one', 'two', 'three', 'four', 'five'];

test('a cell holds one picture and one edit with every model, once', () => {
  const cells = reviewCells(outputs(models), 'seed');
  expect(cells).toHaveLength(40);
  for (const cell of cells) expect(cell.outputs.map(({ generation }) => generation.modelId).sort()).toEqual([...models].sort());
});

test('the same seed gives the same letters, whatever the order on the disk; another seed other ones', () => {
  const order = (seed: string, list = outputs(models)) => reviewCells(list, seed).map(({ key, outputs: own }) => [key, ...own.map(({ generation }) => generation.id)]);
  expect(order('seed')).toEqual(order('seed', [...outputs(models)].reverse()));
  expect(order('seed')).not.toEqual(order('other'));
});

test('letters do not follow the models: over many cells each model has each letter about equally often', () => {
  const cells = reviewCells(outputs(models, 60, 10), 'seed');
  const expected = cells.length / models.length;
  for (let letter = 0; letter < models.length; letter++) {
    const chi = models.reduce((sum, model) => sum + (cells.filter((cell) => cell.outputs[letter]?.generation.modelId === model).length - expected) ** 2 / expected, 0);
    expect(chi).toBeLessThan(20.5); // chi-square with 5 degrees of freedom, p = 0.001
  }
});

test('a further item leaves the order of the others as it was', () => {
  const before = shuffled(['a', 'b', 'c', 'd'], String, 'seed');
  expect(shuffled(['a', 'b', 'c', 'd', 'e'], String, 'seed').filter((item) => item !== 'e')).toEqual(before);
});

test('a session is opened once, found again, and knows that it was revealed', async () => {
  const file = path.join(folder, 'ratings.jsonl');
  const open = async (rater: string, fresh = false) => {
    const read = await readRatings(file);
    const session = read.ok ? await openSession(file, read.value, rater, new Date(0), fresh) : read;
    if (!session.ok) throw new Error(session.failure.message);
    return session.value;
  };
  const first = await open('ann');
  expect(await open('ann')).toEqual(first);
  expect((await open('ben')).seed).not.toBe(first.seed);
  await appendLines(file, [{ version: 1, kind: 'reveal', at: 'now', rater: 'ann', sessionId: first.id }]);
  expect(await open('ann')).toEqual({ ...first, revealed: true });
  expect(await open('ann', true)).toMatchObject({ revealed: false });
});

test('progress counts what the step asks for', () => {
  const generation = makeGeneration('base', 'p.png', 'e');
  const rated = (answers: Record<string, number | boolean>, extra = {}) => applyRating(undefined, makeRating(generation, answers, extra));
  const full = rated({ identity: 4, edit: 3, same: false, artifacts: 0 }, { milliseconds: 8000 });
  const set = [{ rating: full, seen: true }, { rating: rated({ identity: 2 }), seen: true }, { rating: undefined, seen: false }];
  expect(reviewProgress(set, criteria, 'identity').text).toBe('2 of 3');
  expect(reviewProgress(set, criteria, 'edit').text).toBe('1 of 3');
  expect(reviewProgress(set, criteria, 'failureModes').text).toBe('1 of 3');
  expect(reviewProgress(set, criteria, undefined)).toEqual({ done: 2, total: 3, complete: false, text: '2 of 3' });
  expect(reviewProgress([], criteria, undefined).complete).toBe(false);
  expect(isFullyRated(full, criteria)).toBe(true);
});

test('pace is told from the third output on, and what is left follows from it', () => {
  const generation = makeGeneration('base', 'p.png', 'e');
  const full = (milliseconds: number) => ({ rating: applyRating(undefined, makeRating(generation, { identity: 1 }, { milliseconds })), seen: true });
  const open = { rating: undefined, seen: false };
  expect(reviewProgress([full(4000), full(6000), open], criteria, 'identity').secondsPerOutput).toBeUndefined();
  expect(reviewProgress([full(4000), full(6000), full(8000), open, open], criteria, 'identity')).toMatchObject({ secondsPerOutput: 6, secondsLeft: 12 });
});
