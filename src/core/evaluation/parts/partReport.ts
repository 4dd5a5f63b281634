import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '../../outcome';
import type { MemoryUse } from '../generation';
import type { Worker } from './claim';

/** How far a part is: one small file, replaced as a whole, so that whoever watches reads it without asking the worker. */
export interface PartReport {
  readonly version: 1;
  readonly part: number;
  /** `stopped`: in good order before its end, to be continued; `ended`: nothing more can be done now, also where edits failed. */
  readonly state: 'running' | 'stopped' | 'ended';
  /** Why it stopped, if it did. */
  readonly reason?: string;
  readonly worker: Worker;
  /** ISO dates and times. */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Generations that are there, those of earlier runs included. */
  readonly completed: number;
  readonly total: number;
  /** Of `completed`, those that this worker made. */
  readonly made: number;
  /** What goes on: a generation's id, and its stage in words. */
  readonly doing?: string;
  /** Generations a second. */
  readonly speed?: number;
  readonly secondsLeft?: number;
  /** Most that an edit of this part took so far. */
  readonly memory?: Pick<MemoryUse, 'kind' | 'peakBytes'>;
  readonly device?: string;
  readonly failures: readonly PartFailure[];
  /** Not tried, because what failed would fail for them too. */
  readonly skipped: readonly string[];
}

export interface PartFailure {
  /** A generation's id, or a model's where it cannot be run at all. */
  readonly subject: string;
  readonly failure: Failure;
}

/** The report of a part; `undefined` when there is none that can be read. */
export async function readPartReport(folder: string): Promise<PartReport | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(reportFile(folder), 'utf8'));
    return isPartReport(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Not synced to the disk: a lost report costs nothing, and thousands of workers write them. */
export async function writePartReport(folder: string, report: PartReport): Promise<void> {
  const temporary = path.join(folder, `.report.${report.worker.host}.${report.worker.pid}.tmp`);
  await writeFile(temporary, `${JSON.stringify(report)}\n`);
  await rename(temporary, reportFile(folder));
}

function reportFile(folder: string): string {
  return path.join(folder, 'report.json');
}

function isPartReport(value: unknown): value is PartReport {
  const { version, state, completed, total, made, failures, skipped, worker } = (value ?? {}) as Partial<Record<keyof PartReport, unknown>>;
  return (
    version === 1 &&
    (state === 'running' || state === 'stopped' || state === 'ended') &&
    [completed, total, made].every((count) => typeof count === 'number') &&
    typeof (worker as Worker | undefined)?.host === 'string' &&
    Array.isArray(failures) &&
    failures.every((one: Partial<PartFailure> | null) => typeof one?.subject === 'string' && typeof one.failure?.message === 'string') &&
    Array.isArray(skipped)
  );
}
