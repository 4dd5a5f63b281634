import { createHash } from 'node:crypto';
import { appendFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import { appendLines, readRatings } from '../../../../src/core/review/ratingsFile';
import { showingOf, type ReviewOutput } from '../../../../src/core/review/session';
import { studyOf } from '../../../../src/core/review/study';
import { CompareModel } from '../../../../src/extension/panels/compareModel';
import type { CompareState, HostMessage, WebviewMessage } from '../../../../src/webviews/compare/contract';
import { makeEvaluation, makeGeneration, makeRating } from '../../core/review/study';

let folder: string;
let ratings: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  ratings = path.join(folder, 'ratings.jsonl');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const models = ['base', 'face-keep', 'relight'];

async function paint(file: string, seed: number): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const data = Buffer.from(Array.from({ length: 96 * 120 * 3 }, (_, index) => (Math.floor(index / 288) * seed * 7 + index * seed) % 256));
  const bytes = await sharp(data, { raw: { width: 96, height: 120, channels: 3 } }).png().toBuffer();
  await writeFile(file, bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

async function study(pictures = 4, edits = ['left', 'dusk', 'forest']): Promise<readonly ReviewOutput[]> {
  const outputs: ReviewOutput[] = [];
  for (let picture = 0; picture < pictures; picture++) {
    const file = `p${picture}.png`;
    const sourcePath = path.join(folder, 'pictures', file);
    const source = await paint(sourcePath, picture + 2);
    for (const edit of edits) {
      for (const [index, model] of models.entries()) {
        const outputPath = path.join(folder, 'results', model, `p${picture}--${edit}.png`);
        const sha256 = await paint(outputPath, picture * 31 + index * 5 + edit.length);
        outputs.push({ outputPath, sourcePath, generation: makeGeneration(model, file, edit, { picture: { file, sha256: source, width: 96, height: 120 }, output: { file: path.basename(outputPath), sha256, width: 96, height: 120 } }) });
      }
    }
  }
  return outputs;
}

async function open(outputs: readonly ReviewOutput[], overrides: Partial<Evaluation> = {}) {
  const messages: HostMessage[] = [];
  const opened = await CompareModel.open(
    { evaluation: makeEvaluation(models, overrides), outputs, ratingsPath: ratings, cacheFolder: path.join(folder, 'cache'), rater: 'tester', focus: undefined, restore: { plan: '/p', token: 't' } },
    { log: { debug() {}, info() {}, warn() {}, error() {} }, now: () => new Date('2026-01-02T03:04:05Z'), post: (message) => void messages.push(message), confirmReveal: async () => true, openRatings() {}, close() {} },
  );
  if (!opened.ok) throw new Error(opened.failure.message);
  const model = opened.value;
  const say = async (...said: readonly WebviewMessage[]) => {
    for (const message of said) await model.handle(message);
  };
  await say({ type: 'ready' });
  const state = (): CompareState => {
    const last = messages.findLast((message) => message.type === 'state');
    if (last?.type !== 'state') throw new Error('No state was posted');
    return last.state;
  };
  /** Answers every question of every showing by what is really shown. */
  const rateAll = async (score: (output: ReviewOutput) => number) => {
    for (const [cell, { outputs: shown }] of model.cells.entries()) {
      await say({ type: 'go', cell });
      for (const [place, { letter }] of state().cell!.outputs.entries()) {
        const value = score(shown[place]!);
        for (const [criterion, answer] of [['identity', value], ['edit', Math.max(1, value - 1)], ['same', value > 2], ['artifacts', 0]] as const) {
          await say({ type: 'rate', cell, letter, milliseconds: 1000, change: { kind: 'answer', criterion, value: answer } });
        }
      }
    }
  };
  return { model, messages, say, state, rateAll };
}

async function file() {
  const read = await readRatings(ratings);
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

const checks = { review: { anchors: 2, repeats: 0.25 } };

test('hidden checks look like all other outputs, and are told apart only in the file', async () => {
  const outputs = await study();
  const { model, messages, say, state, rateAll } = await open(outputs, checks);
  expect(model.cells).toHaveLength(15);
  expect(model.cells.flatMap(({ outputs: all }) => all)).toHaveLength(36 + 2 + 9);
  await rateAll(() => 3);
  const sent = messages.flatMap((message) => (message.type === 'state' ? [JSON.stringify([message.state.cell, message.state.cells, message.state.prefetch])] : []));
  for (const word of ['anchor', 'degraded', 'repeat', 'again', 'Untouched']) expect(sent.some((text) => text.includes(word)), word).toBe(false);
  // Threes everywhere: low enough for the spoilt output, too low for the untouched source.
  expect(state().summary!.anchors).toEqual({ met: 1, n: 2 });
  for (const { outputs: shown, sourcePath } of model.cells) for (const output of shown) expect(model.pictures.idOf(output.outputPath, output.anchor)).not.toBe(model.pictures.idOf(sourcePath));

  const { ratings: lines } = await file();
  expect(new Set(lines.filter(({ anchor }) => anchor).map(({ anchor }) => anchor))).toEqual(new Set(['source', 'degraded']));
  expect(new Set(lines.filter(({ repeat }) => repeat).map(({ generationId }) => generationId)).size).toBe(9);
  const { summary, analysis } = studyOf(makeEvaluation(models), outputs, await file());
  expect(summary.models.map(({ rated }) => rated)).toEqual([12, 12, 12]);
  expect(analysis.selfAgreement[0]).toMatchObject({ n: 9, meanDifference: 0 });

  await say({ type: 'reveal' });
  const cell = model.cells.findIndex(({ outputs: shown }) => shown.some(({ anchor }) => anchor === 'source'));
  await say({ type: 'go', cell });
  expect(state().cell!.outputs.map(({ model: name }) => name)).toContain('Untouched source');
});

test('anchors are shown as what they are: the source itself, and a spoilt output', async () => {
  const { model, messages, say } = await open(await study(), { review: { anchors: 2 } });
  const pixels = async (id: string) => {
    await say({ type: 'picture', id });
    const message = messages.findLast((sent) => sent.type === 'picture' && sent.id === id);
    if (message?.type !== 'picture') throw new Error('no picture');
    return sharp(message.bytes).raw().toBuffer();
  };
  for (const anchor of model.cells.flatMap(({ outputs: all }) => all).filter((output) => output.anchor)) {
    const shown = await pixels(model.pictures.idOf(anchor.outputPath, anchor.anchor));
    const plain = await pixels(model.pictures.idOf(anchor.outputPath));
    expect(shown.length).toBe(plain.length);
    const difference = shown.reduce((sum, value, index) => sum + Math.abs(value - plain[index]!), 0) / shown.length;
    if (anchor.anchor === 'source') expect(difference).toBe(0);
    else expect(difference).toBeGreaterThan(8);
  }
});

test('an output that comes twice is rated twice, and undo takes back the right one', async () => {
  const { model, say, state } = await open(await study(), { review: { repeats: 0.25 } });
  const again = model.cells.findIndex(({ outputs }) => outputs.some(({ repeat }) => repeat));
  const first = model.cells.findIndex(({ outputs }) => outputs.some((output) => !output.repeat && output.generation.id === model.cells[again]!.outputs[0]!.generation.id));
  await say({ type: 'go', cell: again }, { type: 'rate', cell: again, letter: 'A', milliseconds: 1, change: { kind: 'answer', criterion: 'identity', value: 5 } });
  expect(state().cell!.outputs[0]!.answers).toEqual({ identity: 5 });
  await say({ type: 'go', cell: first });
  for (const { answers } of state().cell!.outputs) expect(answers).toEqual({});
  await say({ type: 'undo' });
  expect(state().cell).toMatchObject({ index: again });
  expect(state().cell!.outputs[0]!.answers).toEqual({});
  expect((await file()).ratings.map(({ repeat, answers }) => [repeat, answers.identity])).toEqual([[true, 5], [true, null]]);
  expect(model.ledger.current.has(showingOf(model.cells[again]!.outputs[0]!))).toBe(true);
});

test('votes are asked for on tied models only, kept, undone by a further line, and end', async () => {
  const outputs = await study();
  const { model, say, state, messages, rateAll } = await open(outputs);
  await say({ type: 'voting', on: true });
  expect(state().vote).toBeUndefined();
  await rateAll((output) => (output.generation.modelId === 'relight' ? 1 : 4));
  await say({ type: 'voting', on: true });
  expect(state().vote).toMatchObject({ given: 0, pairsLeft: 1, canUndo: false });
  const names = new Map(outputs.map((output) => [model.pictures.idOf(output.outputPath), output.generation.modelId]));
  const lefts: string[] = [];
  while (state().vote?.question) {
    const { left, right } = state().vote!.question!;
    expect([names.get(left), names.get(right)].sort()).toEqual(['base', 'face-keep']);
    lefts.push(names.get(left)!);
    await say({ type: 'vote', choice: names.get(left) === 'face-keep' ? 'left' : 'right', milliseconds: 900 });
    if (lefts.length === 1) {
      await say({ type: 'undo' });
      expect(state().vote).toMatchObject({ given: 0, canUndo: false });
      await say({ type: 'vote', choice: names.get(left) === 'face-keep' ? 'left' : 'right', milliseconds: 900 });
    }
  }
  expect(state().vote).toMatchObject({ pairsLeft: 0 });
  expect(new Set(lefts).size).toBe(2);
  const { votes } = await file();
  expect(votes.map(({ choice }) => choice)).toContain(null);
  expect(votes.length).toBe(lefts.length + 2);
  const { analysis } = studyOf(makeEvaluation(models), outputs, await file());
  expect(analysis.votes!.pairs[0]).toMatchObject({ first: 'base', second: 'face-keep', firstWins: 0, secondWins: lefts.length });
  expect(analysis.votes!.pairs[0]!.probability).toBeLessThan(0.1);
  for (const message of messages) if (message.type === 'state') expect(JSON.stringify(message.state).includes('face-keep')).toBe(false);
  await say({ type: 'voting', on: false });
  expect(state().vote).toBeUndefined();
});

test('when another window rates for the same person this one only shows, until it is asked to take over', async () => {
  const outputs = await study();
  const { model, say, state } = await open(outputs);
  const rate = (value: number) => say({ type: 'rate', cell: 0, letter: 'A', milliseconds: 1, change: { kind: 'answer', criterion: 'identity', value } });
  await rate(2);
  await model.noticeFile();
  expect(state().elsewhere).toBeUndefined();
  await appendLines(ratings, [makeRating(outputs[0]!.generation, { identity: 5 }, { rater: 'someone else' })]);
  await model.noticeFile();
  expect(state().elsewhere).toBeUndefined();

  const { generation } = model.cells[0]!.outputs[1]!;
  await appendLines(ratings, [makeRating(generation, { identity: 5 })]);
  await model.noticeFile();
  expect(state().elsewhere).toBe(true);
  expect(state().cell!.outputs[1]!.answers).toEqual({ identity: 5 });
  await rate(3);
  expect(state().cell!.outputs[0]!.answers).toEqual({ identity: 2 });
  await say({ type: 'takeOver' });
  await rate(3);
  expect(state()).not.toHaveProperty('elsewhere');
  expect(state().cell!.outputs[0]!.answers).toEqual({ identity: 3 });
  expect((await file()).ratings).toHaveLength(4);
});

test.runIf(process.platform === 'linux')('a full disk is told by the key, and nothing pretends to be saved', async () => {
  const { say, state } = await open(await study());
  await rm(ratings);
  await symlink('/dev/full', ratings);
  await say({ type: 'rate', cell: 0, letter: 'A', milliseconds: 1, change: { kind: 'answer', criterion: 'identity', value: 4 } });
  expect(state().save).toEqual({ kind: 'failed', reason: 'disk full', letter: 'A', row: 'identity' });
  expect(state().cell!.outputs[0]!.answers).toEqual({});
});

test('foreign and broken lines are kept and counted, and cost no other line', async () => {
  await writeFile(ratings, 'not json\n{"version":9}\n');
  const { say, state } = await open(await study());
  await appendFile(ratings, '{"torn');
  await say({ type: 'rate', cell: 0, letter: 'A', milliseconds: 1, change: { kind: 'answer', criterion: 'identity', value: 4 } });
  const read = await file();
  expect(read.brokenLines).toHaveLength(3);
  expect(read.ratings).toHaveLength(1);
  expect(state().brokenLines).toBe(3);
});

test('the panel opens at a cell that was asked for, also when all is rated', async () => {
  const { model, say, state, rateAll } = await open(await study());
  await rateAll(() => 4);
  const { key } = model.cells[5]!;
  model.openAt(key);
  await say({ type: 'ready' });
  expect(state()).toMatchObject({ wanted: true, cell: { index: 5 } });
  await say({ type: 'go', cell: 2 });
  expect(state()).not.toHaveProperty('wanted');
  model.openAt('no such cell');
  await say({ type: 'ready' });
  expect(state().cell!.index).toBe(2);
});
