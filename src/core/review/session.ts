import { hash, randomBytes } from 'node:crypto';
import type { Generation } from '../evaluation/generation';
import { ok, type Result } from '../outcome';
import type { AnchorKind } from './rating';
import { appendLines, type RatingsFile } from './ratingsFile';
import type { SessionRecord } from './records';

/** One generated picture as the review needs it. */
export interface ReviewOutput {
  readonly generation: Generation;
  /** Absolute paths. */
  readonly outputPath: string;
  readonly sourcePath: string;
  /** A hidden check: what is shown was not made by the generation's model. */
  readonly anchor?: AnchorKind;
  /** Shown before. */
  readonly repeat?: true;
}

/** What tells one showing of an output from another: an output that is shown twice is rated twice. */
export function showingOf(shown: { readonly generationId: string; readonly repeat?: true | undefined } | ReviewOutput): string {
  const id = 'generation' in shown ? shown.generation.id : shown.generationId;
  return shown.repeat ? `${id} again` : id;
}

/** One source picture, one edit and one seed, with the outputs of all models: what a rater sees at a time. */
export interface ReviewCell {
  readonly key: string;
  readonly picture: string;
  readonly sourcePath: string;
  readonly edit: Generation['edit'];
  /** In the order of the letters A, B, C… of this session. */
  readonly outputs: readonly ReviewOutput[];
}

/** A blind session of one rater. */
export interface Session {
  readonly id: string;
  readonly rater: string;
  readonly seed: string;
  readonly revealed: boolean;
}

/** The rater's newest session; a new one with a fresh seed when there is none, or when `fresh` asks for it. */
export async function openSession(path: string, file: RatingsFile, rater: string, now: Date, fresh = false): Promise<Result<Session>> {
  const found = fresh ? undefined : sessionOf(file, rater);
  if (found) return ok(found);
  const record: SessionRecord = {
    version: 1,
    kind: 'session',
    at: now.toISOString(),
    rater,
    sessionId: randomBytes(6).toString('hex'),
    seed: randomBytes(8).toString('hex'),
  };
  const appended = await appendLines(path, [record]);
  return appended.ok ? ok({ id: record.sessionId, rater, seed: record.seed, revealed: false }) : appended;
}

/** The rater's newest session in the file, if there is one. */
export function sessionOf(file: RatingsFile, rater: string): Session | undefined {
  const record = file.sessions.findLast((session) => session.rater === rater);
  if (!record) return undefined;
  const revealed = file.reveals.some((reveal) => reveal.sessionId === record.sessionId);
  return { id: record.sessionId, rater, seed: record.seed, revealed };
}

/**
 * Groups outputs into cells. The order of cells and, in each cell, which output is A, B, C… follow from the seed alone,
 * so that a reopened session looks the same and nothing on the screen follows the models.
 */
export function reviewCells(outputs: readonly ReviewOutput[], seed: string): readonly ReviewCell[] {
  const groups = new Map<string, ReviewOutput[]>();
  for (const output of outputs) {
    const key = cellKey(output.generation);
    const group = groups.get(key);
    if (group) group.push(output);
    else groups.set(key, [output]);
  }
  const cells = [...groups].map(([key, group]) => cellOf(key, group, seed));
  return shuffled(cells, (cell) => cell.key, `${seed}/cells`);
}

/** Picture, edit and seed: what is the same for all outputs that are compared with each other. */
export function cellKey({ picture, edit, seed }: Generation): string {
  return JSON.stringify([picture.file, edit.id, seed]);
}

/** Items in an order that follows from `seed` and their keys only: adding one item moves none of the others apart. */
export function shuffled<Item>(items: readonly Item[], keyOf: (item: Item) => string, seed: string): readonly Item[] {
  return items
    .map((item) => ({ item, place: place(seed, keyOf(item)) }))
    .sort((left, right) => (left.place < right.place ? -1 : left.place > right.place ? 1 : 0))
    .map(({ item }) => item);
}

export function cellOf(key: string, group: readonly ReviewOutput[], seed: string): ReviewCell {
  const outputs = shuffled(group, ({ generation }) => generation.id, `${seed}/${key}`);
  const { generation, sourcePath } = outputs[0] ?? unreachable();
  return { key, picture: generation.picture.file, sourcePath, edit: generation.edit, outputs };
}

function place(seed: string, key: string): string {
  return hash('sha256', `${seed}\0${key}`);
}

function unreachable(): never {
  throw new Error('A cell has at least one output');
}
