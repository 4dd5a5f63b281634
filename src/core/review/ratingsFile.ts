import { open, readFile } from 'node:fs/promises';
import { fail, ok, type Failure, type Result } from '../outcome';
import type { Rating } from './rating';
import { parseLine, type RatingsLine, type RevealRecord, type SeenRecord, type SessionRecord, type VoteRecord } from './records';

/** What `ratings.jsonl` holds, in the order of its lines. */
export interface RatingsFile {
  readonly ratings: readonly Rating[];
  readonly sessions: readonly SessionRecord[];
  readonly reveals: readonly RevealRecord[];
  readonly seen: readonly SeenRecord[];
  readonly votes: readonly VoteRecord[];
  /** Numbers (from 1) of lines that could not be read; they stay in the file. */
  readonly brokenLines: readonly number[];
  /** Size that was read, so that lines of another window can be noticed. */
  readonly bytes: number;
}

/** Appends one rating; it is on the disk when this resolves. */
export function appendRating(path: string, rating: Rating): Promise<Result<number>> {
  return appendLines(path, [rating]);
}

/**
 * Appends lines with one write, then fsync. `O_APPEND` keeps two processes from overwriting each other, and a line that
 * a crash left torn is closed first, so that it costs no other line.
 * @returns the size of the file afterwards, in bytes
 */
export async function appendLines(path: string, lines: readonly RatingsLine[]): Promise<Result<number>> {
  const mine = (turns.get(path) ?? Promise.resolve()).then(() => appendNow(path, lines));
  const turn = mine.catch(() => {});
  turns.set(path, turn);
  try {
    return ok(await mine);
  } catch (error) {
    return fail(saveFailure(error));
  } finally {
    if (turns.get(path) === turn) turns.delete(path);
  }
}

/** A missing file is an empty one; a file that cannot be read is a failure. */
export async function readRatings(path: string): Promise<Result<RatingsFile>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return ok(parseRatings(''));
    return fail({
      code: 'ratings-unreadable',
      message: `The ratings file cannot be read (${codeOf(error)}).`,
      advice: 'Check that ratings.jsonl beside the plan is a file that you may read.',
      short: 'unreadable',
      detail: String(error),
    });
  }
  return ok({ ...parseRatings(bytes.toString('utf8')), bytes: bytes.length });
}

/** Reads the text of a ratings file. Broken lines are counted and left out. */
export function parseRatings(text: string): RatingsFile {
  const ratings: Rating[] = [];
  const sessions: SessionRecord[] = [];
  const reveals: RevealRecord[] = [];
  const seen: SeenRecord[] = [];
  const votes: VoteRecord[] = [];
  const brokenLines: number[] = [];
  text.split('\n').forEach((line, index) => {
    const trimmed = line.replace(/^\uFEFF/, '').trim();
    if (trimmed === '') return;
    const parsed = parseLine(trimmed);
    if (!parsed) brokenLines.push(index + 1);
    else if (!('kind' in parsed)) ratings.push(parsed);
    else if (parsed.kind === 'session') sessions.push(parsed);
    else if (parsed.kind === 'reveal') reveals.push(parsed);
    else if (parsed.kind === 'vote') votes.push(parsed);
    else seen.push(parsed);
  });
  return { ratings, sessions, reveals, seen, votes, brokenLines, bytes: Buffer.byteLength(text) };
}

const turns = new Map<string, Promise<unknown>>();

async function appendNow(path: string, lines: readonly RatingsLine[]): Promise<number> {
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    const last = size === 0 ? undefined : (await handle.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0];
    const text = (last === undefined || last === newline ? '' : '\n') + lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    const bytes = Buffer.from(text);
    const { bytesWritten } = await handle.write(bytes, 0, bytes.length);
    if (bytesWritten < bytes.length) throw Object.assign(new Error('Only a part of the line was written'), { code: 'ENOSPC' });
    await handle.sync();
    return (await handle.stat()).size;
  } finally {
    await handle.close();
  }
}

const newline = 10;

function saveFailure(error: unknown): Failure {
  const why: Readonly<Record<string, readonly [string, string]>> = {
    ENOSPC: ['disk full', 'Free some space, then press the key again.'],
    EDQUOT: ['disk full', 'Free some space, then press the key again.'],
    EROFS: ['read-only disk', 'Make the folder of the plan writable, then press the key again.'],
    EACCES: ['no permission', 'Make ratings.jsonl writable, then press the key again.'],
    EPERM: ['no permission', 'Make ratings.jsonl writable, then press the key again.'],
    ENOENT: ['folder is gone', 'Put the folder of the plan back, then press the key again.'],
    EISDIR: ['not a file', 'Move the folder named ratings.jsonl away, then press the key again.'],
  };
  const [short, advice] = why[codeOf(error)] ?? [codeOf(error), 'Look at the log, then press the key again.'];
  return { code: 'rating-not-saved', message: `The rating was not saved: ${short}.`, advice, short, detail: String(error) };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'unknown error';
}
