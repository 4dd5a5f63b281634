import { open as openFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger, Progress } from '../../actions/action';
import { partFolder } from '../../evaluation/parts/matrixFolder';
import { readPartReport, type PartReport } from '../../evaluation/parts/partReport';
import type { Part } from '../../evaluation/parts/part';
import { ok, type Failure, type Result } from '../../outcome';
import { Tally } from '../tally';
import { readAccounting, readQueue, type JobTask, type Queue } from './queue';
import { submitParts, type SubmitOrder } from './submit';
import { givenUp, verdictOf, type Verdict } from './verdict';

export interface SlurmWatch extends SubmitOrder {
  /** Ids of what was there before anything was submitted. */
  readonly there: ReadonlySet<string>;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly pollMilliseconds: number;
  progress(report: Progress): void;
}

/**
 * Watches what was submitted until nothing of it can go on, and submits again what was ended by no fault of its own.
 * Keeps a few words for each part; of the queue only what the last look showed.
 */
export class SlurmRun {
  readonly tally: Tally;
  /** Parts whose end is not known yet. */
  private readonly unsettled = new Map<number, { completed: number; attempts: number; submission: string; unseen: number }>();
  private readAt = 0;

  constructor(private readonly watch: SlurmWatch) {
    this.tally = new Tally(watch.open, watch.there);
    for (const { parts, name } of watch.submissions.open) for (const index of parts) this.unsettled.set(index, { completed: -1, attempts: 0, submission: name, unseen: 0 });
    for (const part of watch.open.matrix.parts) if (part.kind === 'edit' && !this.unsettled.has(part.index)) this.tally.set(part.index, { state: 'done' });
  }

  /** @returns the failure that ended everything, such as a download that failed */
  async toTheEnd(): Promise<Failure | undefined> {
    const { signal, cluster, submissions, log, pollMilliseconds } = this.watch;
    let silent = false;
    while (this.unsettled.size > 0 && !signal.aborted) {
      const queue = await readQueue(cluster, submissions.open.map(({ name }) => name), signal);
      if (signal.aborted) break;
      if (queue.ok) {
        const failure = await this.look(queue.value);
        if (failure) return failure;
      } else if (!silent) log.warn(`${queue.failure.message} ${queue.failure.advice}`);
      silent = !queue.ok;
      this.tell(silent);
      if (this.unsettled.size > 0) await sleep(pollMilliseconds, signal);
    }
    return undefined;
  }

  private async look(queue: Queue): Promise<Failure | undefined> {
    const again = new Map<number, string>();
    const ended: number[] = [];
    const forgotten = [...this.unsettled.keys()].some((index) => !queue.has(this.keyOf(index))) ? await this.accounting() : new Map<string, JobTask>();
    let running = 0;
    for (const [index, standing] of this.unsettled) {
      const task = queue.get(this.keyOf(index)) ?? forgotten.get(this.keyOf(index));
      // Of thousands that run, a few hundred reports are read at each look, turn by turn.
      const isRunning = task?.state === 'RUNNING';
      if (isRunning && running++ >= reportsAtOnce && (index + this.readAt) % Math.ceil(running / reportsAtOnce) !== 0) continue;
      if (task?.state === 'PENDING' && standing.attempts === 0 && this.tally.get(index).state === 'waiting' && this.tally.get(index).where === task.reason) continue;
      // What was submitted a moment ago may not be listed yet, and what a node wrote may not be seen yet.
      if (task === undefined && ++standing.unseen < 3) continue;
      const failure = await this.judge(index, task, again, ended);
      if (failure) return failure;
    }
    this.readAt += 1;
    for (const index of ended) this.unsettled.delete(index);
    return this.submitAgain(again);
  }

  private async judge(index: number, task: JobTask | undefined, again: Map<number, string>, ended: number[]): Promise<Failure | undefined> {
    const { open } = this.watch;
    const part = open.matrix.parts[index];
    const standing = this.unsettled.get(index);
    if (!part || !standing) return undefined;
    const report = await readPartReport(partFolder(open, part));
    const isOver = task === undefined || !/^(RUNNING|PENDING|COMPLETING|CONFIGURING|REQUEUED)$/.test(task.state);
    const log = isOver && report?.state !== 'ended' ? await this.logOf(index) : '';
    const verdict = verdictOf({ task, report, advanced: (report?.completed ?? 0) > Math.max(0, standing.completed), log });
    if (part.kind === 'download') return this.judgeDownload(part, verdict, report, ended);
    switch (verdict.kind) {
      case 'waiting':
      case 'running':
        this.tally.set(index, { state: verdict.kind, ...(report ? { report } : {}), where: verdict.where });
        break;
      case 'ended':
        ended.push(index);
        this.tally.set(index, { state: report && report.failures.length > 0 ? 'failed' : 'done', ...(report ? { report } : {}), ...(task?.node ? { where: task.node } : {}) });
        this.complain(index, report?.failures.map(({ subject, failure }) => `${subject}: ${failure.message}`) ?? []);
        break;
      case 'failed':
        ended.push(index);
        this.fail(index, verdict.failure, report);
        break;
      case 'again': {
        const completed = report?.completed ?? 0;
        standing.attempts = completed > standing.completed ? 1 : standing.attempts + 1;
        standing.completed = completed;
        if (standing.attempts > 3) {
          ended.push(index);
          this.fail(index, givenUp(verdict.why), report);
        } else {
          again.set(index, verdict.why);
          this.tally.set(index, { state: 'stopped', ...(report ? { report } : {}), where: verdict.why });
        }
      }
    }
    return undefined;
  }

  private judgeDownload(part: Part, verdict: Verdict, report: PartReport | undefined, ended: number[]): Failure | undefined {
    if (verdict.kind === 'failed') return verdict.failure;
    if (verdict.kind === 'again') return givenUp(verdict.why);
    const [first] = report?.failures ?? [];
    if (verdict.kind === 'ended' && first) return first.failure;
    if (verdict.kind === 'ended') ended.push(part.index);
    else this.downloading = verdict.kind === 'running' ? report?.doing : `download waits (${verdict.where})`;
    if (verdict.kind === 'ended') this.downloading = undefined;
    return undefined;
  }

  private downloading: string | undefined;

  /** What is missing of a part that nothing can be made of any more: one edit bears the failure, the rest was not tried. */
  private fail(index: number, failure: Failure, report: PartReport | undefined): void {
    const { open, there } = this.watch;
    const part = open.matrix.parts[index];
    if (part?.kind !== 'edit') return;
    const failed = new Set(report?.failures.map(({ subject }) => subject));
    const ids = open.ordered.slice(part.from, part.to).map(({ id }) => id);
    const missing = ids.filter((id) => !there.has(id) && !failed.has(id));
    // Edits are made in their order: the last ones are those that are missing.
    const made = Math.max(0, (report?.completed ?? 0) - ids.filter((id) => there.has(id)).length);
    const left = missing.slice(Math.min(made, Math.max(0, missing.length - 1)));
    const [first, ...untried] = left;
    const at = new Date().toISOString();
    const base: PartReport = report ?? { version: 1, part: index, state: 'ended', worker: { host: '', pid: 0 }, startedAt: at, updatedAt: at, completed: 0, total: part.to - part.from, made: 0, failures: [], skipped: [] };
    this.tally.set(index, { state: 'failed', report: { ...base, failures: [{ subject: first ?? part.models[0] ?? '', failure }, ...base.failures], skipped: untried } });
    this.complain(index, [failure.message]);
  }

  private async submitAgain(again: ReadonlyMap<number, string>): Promise<Failure | undefined> {
    if (again.size === 0) return undefined;
    const { log, submissions } = this.watch;
    for (const [index, why] of again) log.warn(`Part ${index + 1} goes on in another job: ${why}.`);
    const before = new Set(submissions.open.map(({ name }) => name));
    const submitted = await submitParts(this.watch, 'edit', [...again.keys()]);
    if (!submitted.ok) return submitted.failure;
    for (const { parts, name } of submissions.open) {
      if (before.has(name)) continue;
      for (const index of parts) {
        const standing = this.unsettled.get(index);
        if (standing) Object.assign(standing, { submission: name, unseen: 0 });
      }
    }
    return undefined;
  }

  private tell(silent: boolean): void {
    const progress = this.tally.progress();
    const message = silent ? 'Slurm does not answer; jobs go on' : (this.downloading ?? progress.message);
    this.watch.progress({ ...progress, ...(message === undefined ? {} : { message }) });
  }

  private complain(index: number, messages: readonly string[]): void {
    for (const message of messages) this.watch.log.error(`Part ${index + 1}: ${message}`);
  }

  private submissionOf(index: number) {
    const name = this.unsettled.get(index)?.submission;
    return this.watch.submissions.open.find((one) => one.name === name);
  }

  /** `12_3`: the array's number and the index in it. */
  private keyOf(index: number): string {
    const submission = this.submissionOf(index);
    return `${submission?.job ?? ''}_${index - (submission?.offset ?? 0)}`;
  }

  private accounting(): Promise<Queue> {
    return readAccounting(this.watch.cluster, this.watch.submissions.open.flatMap(({ job }) => job ?? []));
  }

  private logOf(index: number): Promise<string> {
    return tailOf(path.join(this.watch.open.folder, 'logs', `${this.keyOf(index)}.log`));
  }
}

const reportsAtOnce = 200;

/** The last of a file; empty when it cannot be read. */
async function tailOf(file: string, bytes = 4000): Promise<string> {
  const handle = await openFile(file).catch(() => undefined);
  if (!handle) return '';
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.alloc(Math.min(bytes, size));
    await handle.read(buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

/** Before parts are tried anew, so that what they said last time is not taken for this time's word. */
export async function forgetReports({ folder }: { readonly folder: string }, parts: readonly number[]): Promise<Result<void>> {
  const known = new Set(await readdir(path.join(folder, 'parts')).catch(() => []));
  for (const index of parts) if (known.has(String(index))) await rm(path.join(folder, 'parts', String(index), 'report.json'), { force: true });
  return ok(undefined);
}

function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end, { once: true });
  });
}
