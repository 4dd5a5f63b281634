import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { appendRating, readRatings } from '../../../../src/core/review/ratingsFile';
import type { ReviewOutput } from '../../../../src/core/review/session';
import { CompareModel, type CompareInput } from '../../../../src/extension/panels/compareModel';
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

async function paint(file: string, colour: string): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const bytes = await sharp({ create: { width: 40, height: 50, channels: 3, background: colour } }).png().withExif({ IFD0: { ImageDescription: `made by ${file}` } }).toBuffer();
  await writeFile(file, bytes);
  return createHash('sha256').update(bytes).digest('hex');
}

async function study(pictures = ['mira.png'], edits = ['left', 'dusk']): Promise<readonly ReviewOutput[]> {
  const outputs: ReviewOutput[] = [];
  for (const picture of pictures) {
    const sourcePath = path.join(folder, 'pictures', picture);
    const source = await paint(sourcePath, '#888');
    for (const edit of edits) {
      for (const [index, model] of models.entries()) {
        const outputPath = path.join(folder, 'results', model, `${path.parse(picture).name}--${edit}--7.png`);
        const sha256 = await paint(outputPath, ['#800', '#080', '#008'][index]!);
        outputs.push({ outputPath, sourcePath, generation: makeGeneration(model, picture, edit, { picture: { file: picture, sha256: source, width: 40, height: 50 }, output: { file: path.basename(outputPath), sha256, width: 40, height: 50 } }) });
      }
    }
  }
  return outputs;
}

class Desk {
  readonly messages: HostMessage[] = [];
  confirms = true;
  private constructor(readonly model: CompareModel) {}

  static async open(outputs: readonly ReviewOutput[], input: Partial<CompareInput> = {}): Promise<Desk> {
    const held: { desk?: Desk } = {};
    const opened = await CompareModel.open(
      { evaluation: makeEvaluation(models), outputs, ratingsPath: ratings, cacheFolder: path.join(folder, 'cache'), rater: 'tester', focus: undefined, restore: { plan: '/p', token: 't' }, ...input },
      { log: { debug() {}, info() {}, warn() {}, error() {} }, now: () => new Date('2026-01-02T03:04:05Z'), post: (message) => void held.desk?.messages.push(message), confirmReveal: async () => held.desk?.confirms ?? false, openRatings() {}, close() {} },
    );
    if (!opened.ok) throw new Error(opened.failure.message);
    held.desk = new Desk(opened.value);
    await held.desk.say({ type: 'ready' });
    return held.desk;
  }

  async say(...messages: readonly WebviewMessage[]): Promise<void> {
    for (const message of messages) await this.model.handle(message);
  }

  get state(): CompareState {
    const last = this.messages.findLast((message) => message.type === 'state');
    if (last?.type !== 'state') throw new Error('No state was posted');
    return last.state;
  }

  output(letter: string) {
    return this.state.cell!.outputs.find((output) => output.letter === letter)!;
  }

  async answer(letter: string, criterion: string, value: number | boolean | null, cell = this.state.cell!.index): Promise<void> {
    await this.say({ type: 'rate', cell, letter, milliseconds: 1500, change: { kind: 'answer', criterion, value } });
  }

  async rateAll(): Promise<void> {
    for (let cell = 0; cell < this.state.cells.length; cell++) {
      await this.say({ type: 'go', cell });
      for (const { letter } of this.state.cell!.outputs) {
        for (const [criterion, value] of [['identity', 4], ['edit', 3], ['same', true], ['artifacts', 0]] as const) await this.answer(letter, criterion, value);
      }
    }
  }
}

async function file() {
  const read = await readRatings(ratings);
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

test('an answer is on the disk before the panel is told', async () => {
  const desk = await Desk.open(await study());
  const seen: number[] = [];
  desk.messages.push = (...messages: HostMessage[]) => {
    for (const message of messages) if (message.type === 'state') seen.push(Number(message.state.cell?.outputs[0]?.answers.identity ?? 0));
    return Array.prototype.push.apply(desk.messages, messages);
  };
  await desk.answer('A', 'identity', 4);
  const [rating] = (await file()).ratings;
  expect(seen).toEqual([4]);
  expect(rating).toMatchObject({ rater: 'tester', answers: { identity: 4 }, milliseconds: 1500 });
  expect(desk.state.save).toEqual({ kind: 'saved', at: '2026-01-02T03:04:05.000Z' });
  expect(desk.state.last).toMatchObject({ text: 'A: identity preservation set to 4', letter: 'A', row: 'identity', undo: true });
});

test('where it cannot be saved nothing is shown as saved, and the next press tries again', async () => {
  const desk = await Desk.open(await study());
  await rename(ratings, `${ratings}.away`);
  await mkdir(ratings);
  await desk.answer('A', 'identity', 4);
  expect(desk.state.save).toEqual({ kind: 'failed', reason: 'not a file', letter: 'A', row: 'identity' });
  expect(desk.output('A').answers).toEqual({});
  await rm(ratings, { recursive: true });
  await rename(`${ratings}.away`, ratings);
  await desk.answer('A', 'identity', 4);
  expect(desk.state.save.kind).toBe('saved');
  expect(desk.output('A').answers).toEqual({ identity: 4 });
});

test('nothing that the panel is told names or follows a model before the reveal', async () => {
  const outputs = await study();
  const desk = await Desk.open(outputs);
  await desk.rateAll();
  const wanted = desk.state.cells.flatMap(({ thumbnail }) => thumbnail ?? []).concat(desk.state.cell!.outputs.flatMap(({ picture }) => picture ?? []), desk.state.cell!.source.picture!);
  await Promise.all(wanted.map((id) => desk.say({ type: 'picture', id })));
  const secrets = [...models, 'secret-lab', 'results', folder, '--7', 'made by', ...outputs.map(({ generation }) => generation.output.sha256)];
  const told = desk.messages.map((message) => (message.type === 'picture' ? Buffer.from(message.bytes).toString('latin1') : JSON.stringify(message)));
  expect(desk.messages.filter(({ type }) => type === 'picture')).toHaveLength(wanted.length);
  for (const secret of secrets) expect(told.filter((text) => text.includes(secret)), secret).toEqual([]);
  expect(desk.state.summary!.models.map(({ name }) => name).sort()).toEqual(['Model 1', 'Model 2', 'Model 3']);
});

test('pictures keep their pixels and lose everything else', async () => {
  const desk = await Desk.open(await study());
  await desk.say({ type: 'picture', id: desk.output('A').picture! }, { type: 'picture', id: 'invented' });
  const [picture, missing] = desk.messages.filter(({ type }) => type !== 'state');
  expect(missing).toEqual({ type: 'pictureMissing', id: 'invented' });
  const { format, width, height, exif } = await sharp(picture!.type === 'picture' ? picture!.bytes : undefined).metadata();
  expect({ format, width, height, exif }).toEqual({ format: 'png', width: 40, height: 50, exif: undefined });
});

test('undo goes back across cells, appends, and is honest about what it restores', async () => {
  const desk = await Desk.open(await study());
  await desk.answer('B', 'identity', 2);
  await desk.answer('B', 'identity', 5);
  await desk.say({ type: 'rate', cell: 0, letter: 'B', milliseconds: 10, change: { kind: 'pins', pins: [{ x: 0.5, y: 0.5, type: 'seam' }] } });
  expect(desk.output('B')).toMatchObject({ answers: { identity: 5, artifacts: 1 }, pins: [{ type: 'seam' }] });
  await desk.say({ type: 'go', cell: 1 }, { type: 'undo' });
  expect(desk.state.cell!.index).toBe(0);
  expect(desk.output('B')).toMatchObject({ answers: { identity: 5 }, pins: [] });
  await desk.say({ type: 'undo' });
  expect(desk.output('B').answers).toEqual({ identity: 2 });
  await desk.say({ type: 'undo' }, { type: 'undo' });
  expect(desk.output('B').answers).toEqual({});
  expect((await file()).ratings).toHaveLength(6);
});

test('best and worst have one holder in a cell; a second press takes the mark back', async () => {
  const desk = await Desk.open(await study());
  const mark = (letter: string, kind: 'best' | 'worst', on = true) => desk.say({ type: 'rate', cell: 0, letter, milliseconds: 0, change: { kind, on } });
  const holders = (kind: 'best' | 'worst') => desk.state.cell!.outputs.filter((output) => output[kind]).map(({ letter }) => letter);
  await mark('A', 'best');
  await mark('C', 'best');
  expect(holders('best')).toEqual(['C']);
  await mark('C', 'worst');
  expect([holders('best'), holders('worst')]).toEqual([[], ['C']]);
  await mark('C', 'worst', false);
  expect(holders('worst')).toEqual([]);
  await desk.say({ type: 'undo' }, { type: 'undo' });
  expect([holders('best'), holders('worst')]).toEqual([['C'], []]);
});

test('the artifact count follows the pins unless more were counted', async () => {
  const desk = await Desk.open(await study());
  const pins = (...types: readonly string[]) => desk.say({ type: 'rate', cell: 0, letter: 'A', milliseconds: 0, change: { kind: 'pins', pins: types.map((type) => ({ x: 0.1, y: 0.1, type })) } });
  await pins('seam');
  await pins('seam', 'hands');
  expect(desk.output('A').answers.artifacts).toBe(2);
  await pins('hands');
  expect(desk.output('A').answers.artifacts).toBe(1);
  await desk.answer('A', 'artifacts', 4);
  await pins('hands', 'face');
  expect(desk.output('A').answers.artifacts).toBe(4);
});

test.each([
  [{ kind: 'answer', criterion: 'identity', value: 6 }],
  [{ kind: 'answer', criterion: 'identity', value: 2.5 }],
  [{ kind: 'answer', criterion: 'identity', value: true }],
  [{ kind: 'answer', criterion: 'invented', value: 1 }],
  [{ kind: 'pins', pins: [{ x: 2, y: 0, type: 'seam' }] }],
  [{ kind: 'failureModes', modes: ['Invented'] }],
  [{ kind: 'note', note: 'x'.repeat(20_000) }],
] as const)('an answer that the evaluation does not know is refused: %j', async (change) => {
  const desk = await Desk.open(await study());
  await desk.say({ type: 'rate', cell: 0, letter: 'A', milliseconds: 0, change }, { type: 'rate', cell: 9, letter: 'A', milliseconds: 0, change: { kind: 'flag', on: true } });
  expect((await file()).ratings).toEqual([]);
});

test('reopened, the session has the same letters and answers, and begins at the first gap', async () => {
  const outputs = await study();
  const first = await Desk.open(outputs);
  for (const { letter } of first.state.cell!.outputs) for (const [criterion, value] of [['identity', 4], ['edit', 3], ['same', false], ['artifacts', 2]] as const) await first.answer(letter, criterion, value);
  const order = first.model.cells.map((cell) => cell.outputs.map(({ generation }) => generation.id));
  const again = await Desk.open(outputs);
  expect(again.model.cells.map((cell) => cell.outputs.map(({ generation }) => generation.id))).toEqual(order);
  expect(again.state.cell!.index).toBe(1);
  expect(again.state.cells[0]).toMatchObject({ rated: 3, outputs: 3 });
});

test('the reveal is asked, recorded, and marks what is rated after it', async () => {
  const desk = await Desk.open(await study());
  desk.confirms = false;
  await desk.say({ type: 'reveal' });
  expect(desk.state.blind).toBe(true);
  desk.confirms = true;
  await desk.answer('A', 'identity', 3);
  await desk.say({ type: 'reveal' });
  expect(desk.state.blind).toBe(false);
  expect(desk.state.cell!.outputs.map(({ model }) => model).sort()).toEqual([...models].sort());
  await desk.answer('A', 'identity', 5);
  const { ratings: lines, reveals } = await file();
  expect(reveals).toHaveLength(1);
  expect(lines.map(({ unblinded }) => unblinded)).toEqual([undefined, true]);
  await desk.say({ type: 'newSession' });
  expect(desk.state.blind).toBe(true);
  expect(desk.state.cell!.outputs.every(({ model }) => model === undefined)).toBe(true);
});

test('a step that asks for one criterion is done when every output has it', async () => {
  const desk = await Desk.open(await study(['mira.png'], ['left']));
  let done: boolean | undefined;
  void desk.model.finished('identity').then((value) => (done = value));
  await desk.answer('A', 'identity', 3);
  await desk.answer('B', 'identity', 3);
  expect(done).toBeUndefined();
  await desk.answer('C', 'identity', 3);
  expect(done).toBe(true);
  const closed = desk.model.finished('edit');
  desk.model.dispose();
  expect(await closed).toBe(false);
});

test('a step that only asks to look is done when every cell was on the screen', async () => {
  const desk = await Desk.open(await study());
  const finished = desk.model.finished(undefined);
  await desk.say({ type: 'go', cell: 1 });
  expect(await finished).toBe(true);
  expect((await file()).seen.flatMap(({ outputs }) => outputs)).toHaveLength(6);
});

test('a picture that was replaced is asked again, and its scores are set aside', async () => {
  const outputs = await study(['mira.png'], ['left']);
  const desk = await Desk.open(outputs);
  await desk.answer('A', 'identity', 5);
  const [first] = desk.model.cells[0]!.outputs;
  await paint(first!.outputPath, '#fff');
  const again = await Desk.open(outputs);
  expect(again.output('A')).toMatchObject({ answers: { identity: 5 }, changed: false });
  await again.say({ type: 'picture', id: again.output('A').picture! });
  expect(again.output('A')).toMatchObject({ answers: {}, changed: true });
  await again.answer('A', 'identity', 2);
  expect(again.output('A').answers).toEqual({ identity: 2 });
  expect((await file()).ratings.map(({ answers }) => answers.identity)).toEqual([5, 2]);
});

test('a picture that cannot be decoded is skipped and not counted', async () => {
  const outputs = await study(['mira.png'], ['left']);
  await writeFile(outputs[0]!.outputPath, 'no picture');
  const desk = await Desk.open(outputs);
  const letter = desk.state.cell!.outputs[desk.model.cells[0]!.outputs.findIndex(({ generation }) => generation.id === outputs[0]!.generation.id)]!.letter;
  await desk.say({ type: 'picture', id: desk.output(letter).picture! });
  expect(desk.output(letter).picture).toBeUndefined();
  expect(desk.state.progress.total).toBe(2);
});

test('what another window appends is taken in with the next save', async () => {
  const outputs = await study(['mira.png'], ['left']);
  const desk = await Desk.open(outputs);
  const other = desk.model.cells[0]!.outputs[1]!.generation;
  await appendRating(ratings, makeRating(other, { identity: 1 }));
  await desk.answer('A', 'identity', 5);
  expect(desk.output('B').answers).toEqual({ identity: 1 });
  expect(desk.output('A').answers).toEqual({ identity: 5 });
});

test('broken lines are counted and kept', async () => {
  await writeFile(ratings, '{"torn":\n');
  const desk = await Desk.open(await study());
  await desk.answer('A', 'identity', 5);
  expect(desk.state.brokenLines).toBe(1);
  expect(await readFile(ratings, 'utf8')).toMatch(/^\{"torn":\n/);
});

test('without outputs the panel says which step makes them', async () => {
  const desk = await Desk.open([]);
  expect(desk.state.empty?.advice).toMatch(/edits the pictures/);
});
