import type { Stats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { applyByteEdits, byteLineStarts } from './byteEdits';
import { decodePlan } from './decode';
import { fileFailure } from './fileFailure';
import { withFileLock } from './fileLock';
import { planOfText } from './parse';
import type { Plan, Step } from './plan';
import type { PlanEdit, PlanSnapshot, PlanStore } from './planStore';
import { readBytes, replaceFile, type ReadFile } from './replaceFile';
import { withMarks } from './withMarks';
import { plannedWork, type PlannedWork } from './write';

interface FilePlanStoreOptions {
  /** See `WriteOptions`; a function when the setting may change while the store lives. */
  readonly writeExtendedMarks?: boolean | (() => boolean);
  /** Replaces files; a test gives one that fails. */
  readonly replace?: typeof replaceFile;
}

/**
 * A plan in a file. Every edit reads the file anew, changes only the bytes that must change, and replaces the file as a
 * whole; other windows and processes that use this class wait meanwhile, and what any other program writes in between is
 * noticed and not overwritten.
 */
export class FilePlanStore implements PlanStore {
  private known: KnownPlan | undefined;

  constructor(
    readonly path: string,
    private readonly options: FilePlanStoreOptions = {},
  ) {}

  async read(): Promise<Result<PlanSnapshot>> {
    try {
      return ok(this.understand(await readBytes(this.path, this.known?.bytes)).snapshot);
    } catch (error) {
      return fail(fileFailure(error, this.path, 'read'));
    }
  }

  async edit(edits: readonly PlanEdit[]): Promise<Result<PlanSnapshot>> {
    try {
      const file = await realpath(this.path);
      const edited = await inTurn(file, () => withFileLock(file, () => this.editFile(file, edits)));
      return edited ?? fail(busy(file));
    } catch (error) {
      return fail(fileFailure(error, this.path, 'written'));
    }
  }

  /**
   * Under the lock. A file that looks as it did is not read before, since its content is compared anyway before it is
   * replaced: programs that know nothing of the lock may write at any time, and then everything begins anew.
   */
  private async editFile(file: string, edits: readonly PlanEdit[]): Promise<Result<PlanSnapshot>> {
    const previous = this.known?.snapshot.plan;
    const extended = this.options.writeExtendedMarks ?? false;
    const writeExtendedMarks = typeof extended === 'function' ? extended() : extended;
    for (let attempt = 0; attempt < 5; attempt++) {
      const current = attempt === 0 && this.known && isSame(this.known.stats, await stat(file)) ? this.known : this.understand(await readBytes(file, this.known?.bytes));
      const work = plannedWork(current.snapshot, edits, previous ? { writeExtendedMarks, previous } : { writeExtendedMarks });
      if (!work.ok) return work;
      if (work.value.edits.length === 0) return ok(current.snapshot);
      const bytes = applyByteEdits(current.bytes, current.lineStarts, work.value.edits);
      const replace = this.options.replace ?? replaceFile;
      if (await replace(file, current.bytes, bytes)) return ok(this.afterWriting(current, work.value, bytes, await readBytes(file, bytes)).snapshot);
    }
    return fail(busy(file));
  }

  private understand({ bytes, stats }: ReadFile): KnownPlan {
    if (this.known?.bytes === bytes) return (this.known = { ...this.known, stats });
    const decoded = decodePlan(bytes);
    this.known = { bytes, stats, snapshot: { plan: planOfText(decoded), bytes, text: decoded.text }, lineStarts: byteLineStarts(bytes) };
    return this.known;
  }

  /** Where only marks changed, and the file holds exactly what was written, the new plan follows from the old one. */
  private afterWriting(before: KnownPlan, { marks }: PlannedWork, written: Buffer, read: ReadFile): KnownPlan {
    const plan = marks && read.bytes === written ? withMarks(before.snapshot.plan, marks) : undefined;
    if (!marks || !plan) return this.understand(read);
    this.known = { bytes: written, stats: read.stats, snapshot: new MarkedSnapshot(plan, written), lineStarts: movedStarts(before.lineStarts, marks) };
    return this.known;
  }
}

/** Its text is made when somebody asks for it; after a mark hardly anybody does. */
class MarkedSnapshot implements PlanSnapshot {
  private decoded: string | undefined;

  constructor(
    readonly plan: Plan,
    readonly bytes: Uint8Array,
  ) {}

  get text(): string {
    this.decoded ??= decodePlan(this.bytes).text;
    return this.decoded;
  }
}

interface KnownPlan {
  readonly bytes: Buffer;
  readonly stats: Stats;
  readonly snapshot: PlanSnapshot;
  /** Where lines begin in the bytes. */
  readonly lineStarts: Uint32Array;
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino && one.size === other.size && one.mtimeMs === other.mtimeMs;
}

/** Marks of one character may have different lengths in bytes. */
function movedStarts(starts: Uint32Array, marks: ReadonlyMap<Step, string>): Uint32Array {
  const changes = [...marks]
    .map(([{ line, mark: old }, mark]) => ({ line, bytes: Buffer.byteLength(mark) - Buffer.byteLength(old) }))
    .filter(({ bytes }) => bytes !== 0);
  if (changes.length === 0) return starts;
  const moved = starts.slice();
  for (const { line, bytes } of changes) for (let next = line + 1; next < moved.length; next++) moved[next] = (moved[next] ?? 0) + bytes;
  return moved;
}

/** Edits of one file in this process wait for each other here, whichever store they come through. */
async function inTurn<Value>(file: string, work: () => Promise<Value>): Promise<Value> {
  const turn = (turns.get(file) ?? Promise.resolve()).then(work, work);
  const ended = turn.then(nothing, nothing);
  turns.set(file, ended);
  void ended.then(() => {
    if (turns.get(file) === ended) turns.delete(file);
  });
  return turn;
}

const turns = new Map<string, Promise<void>>();

function nothing(): void {}

function busy(file: string): Failure {
  return {
    code: 'plan-busy',
    message: `${path.basename(file)} is being written by another program.`,
    advice: 'Try again in a moment; nothing was changed.',
    short: 'plan is busy',
  };
}
