import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendLines } from '../../../../src/core/review/ratingsFile';
import type { ReviewOutput } from '../../../../src/core/review/session';
import { CompareModel } from '../../../../src/extension/panels/compareModel';
import type { CompareState, HostMessage } from '../../../../src/webviews/compare/contract';
import { makeEvaluation, makeGeneration, makeRating } from '../../core/review/study';

const models = ['base', 'relight'];
const outputs: readonly ReviewOutput[] = Array.from({ length: 500 }, (_, picture) => models.map((model) => ({ generation: makeGeneration(model, `p${picture}.png`, 'left'), outputPath: `/results/${model}/p${picture}.png`, sourcePath: `/pictures/p${picture}.png` }))).flat();

let folder: string;
let messages: HostMessage[];
let model: CompareModel;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  messages = [];
  const opened = await CompareModel.open(
    { evaluation: makeEvaluation(models), outputs, ratingsPath: path.join(folder, 'ratings.jsonl'), cacheFolder: folder, rater: 'tester', focus: undefined, restore: { plan: '/p', token: 't' } },
    { log: { debug() {}, info() {}, warn() {}, error() {} }, now: () => new Date('2026-01-02T03:04:05Z'), post: (message) => void messages.push(message), confirmReveal: async () => true, openRatings() {}, close() {} },
  );
  if (!opened.ok) throw new Error(opened.failure.message);
  model = opened.value;
  await model.handle({ type: 'ready' });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const state = (): CompareState => model.state();
const rateWhole = async (cell: number) => {
  for (const letter of ['A', 'B']) {
    for (const [criterion, value] of Object.entries({ identity: 3, edit: 4, same: true, artifacts: 0 })) await model.handle({ type: 'rate', cell, letter, change: { kind: 'answer', criterion, value }, milliseconds: 1000 });
  }
};

test('a long session tells the cells around the current one, and where the next gap is', async () => {
  expect(state()).toMatchObject({ firstCell: 0, cellCount: 500, nextGap: 1, progress: { rated: 0, total: 1000 } });
  expect(state().cells).toHaveLength(151);
  await model.handle({ type: 'go', cell: 400 });
  expect(state()).toMatchObject({ firstCell: 250, nextGap: 401 });
  expect(state().cells).toHaveLength(250);
  await rateWhole(401);
  expect(state()).toMatchObject({ nextGap: 402, progress: { rated: 2, total: 1000 } });
  expect(state().cells[151]).toMatchObject({ rated: 2, outputs: 2, partly: true });
  await model.handle({ type: 'go', cell: 499 });
  expect(state().nextGap).toBe(0);
});

test('what is counted cell by cell is what counting all again gives: after answers, undo, and another window', async () => {
  await rateWhole(0);
  await rateWhole(7);
  await model.handle({ type: 'rate', cell: 7, letter: 'A', change: { kind: 'flag', on: true }, milliseconds: 0 });
  await model.handle({ type: 'undo' });
  await model.handle({ type: 'undo' });
  const { generation } = model.cells[9]!.outputs[0]!;
  await appendLines(path.join(folder, 'ratings.jsonl'), [makeRating(generation, { identity: 5, edit: 5, same: true, artifacts: 1 }, { milliseconds: 2000 })]);
  await model.noticeFile();
  const told = state();
  expect(told.progress).toMatchObject({ rated: 4, total: 1000 });
  expect(told.cells[7]).toMatchObject({ rated: 1, flagged: false });
  expect(told.cells[9]).toMatchObject({ rated: 1 });
  model.marks.changed();
  expect(state()).toEqual(told);
});
