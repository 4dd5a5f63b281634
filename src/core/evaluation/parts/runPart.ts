import path from 'node:path';
import type { Result } from '../../outcome';
import type { EditProgress, InferenceEngine } from '../inference';
import { runMatrixPart, type MatrixProgress, type MatrixResult, type Used } from '../matrixRun';
import { resolveModel, type ModelPlaces, type ResolvedModel } from '../resolveModel';
import { Claim, type LeaseTimes, type Worker } from './claim';
import { GuardedEngine, type StopReason } from './guardedEngine';
import { partFolder, type OpenMatrix } from './matrixFolder';
import type { EditPart } from './part';
import { writePartReport, type PartFailure, type PartReport } from './partReport';
import { stageText } from './stageText';

export interface PartRun {
  readonly open: OpenMatrix;
  readonly part: EditPart;
  readonly worker: Worker;
  readonly places: ModelPlaces;
  readonly signal: AbortSignal;
  /** When the worker has to be gone, in milliseconds since 1970; no edit is begun that would last longer. */
  readonly until?: number | undefined;
  readonly lease?: LeaseTimes;
  readonly now: () => Date;
  /** Waits between two generations while runs are paused. */
  mayGoOn?(): Promise<void>;
  /** Started with the first part that needs one. */
  engine(): Promise<Result<InferenceEngine>>;
  /** At every step, with the last picture of the edit that is being made, if it shows one; the file is written at most every two seconds. */
  progress(report: PartReport, picture: Uint8Array | undefined): void;
  wrote(file: string): void;
}

export type PartEnding =
  | { readonly kind: 'report'; readonly report: PartReport; readonly result: MatrixResult | undefined }
  /** Another living worker carries it out. */
  | { readonly kind: 'elsewhere'; readonly worker: Worker };

/**
 * Carries out one part: makes what is missing of it, keeps what is there, and says how far it is in its report. Running
 * it twice makes nothing twice; of two workers at once, one works.
 */
export async function runPart(run: PartRun): Promise<PartEnding> {
  const folder = partFolder(run.open, run.part);
  const claim = await Claim.take(folder, run.worker, run.lease);
  if (!(claim instanceof Claim)) return { kind: 'elsewhere', worker: claim };
  try {
    return await carryOut(run, folder, claim);
  } finally {
    await claim.release();
  }
}

async function carryOut(run: PartRun, folder: string, claim: Claim): Promise<PartEnding> {
  const { open, part, signal } = run;
  const { evaluation } = open.matrix;
  const planned = open.ordered.slice(part.from, part.to);
  const journal = new ReportFile(folder, run, planned.length);
  const stopping = new AbortController();
  let stopped: StopReason | undefined;
  const stop = (reason: StopReason) => {
    stopped ??= reason;
    stopping.abort();
  };

  const { models, failures } = await resolveAll(part.models, run);
  const engine = await run.engine();
  if (!engine.ok) {
    const subjects = part.models.map((subject): PartFailure => ({ subject, failure: engine.failure }));
    return { kind: 'report', report: await journal.end({ state: 'ended', failures: subjects }), result: undefined };
  }
  const guarded = new GuardedEngine(engine.value, { workFolder: path.join(folder, `work.${claim.name}`), mayPublish: () => claim.isHeld(), until: run.until, stop });
  try {
    const result = await runMatrixPart({
      evaluation,
      planned: planned.filter(({ model }) => models.has(model.id)),
      models,
      pictureFolder: open.pictureFolder,
      resultsFolder: open.resultsFolder,
      engine: guarded,
      signal: AbortSignal.any([signal, stopping.signal]),
      now: run.now,
      progress: (report) => journal.progress(report),
      ...(run.mayGoOn && { mayGoOn: run.mayGoOn }),
      wrote: run.wrote,
    });
    const { made, kept, failed, skipped } = result;
    const isStopped = result.cancelled && made.length + kept.length + failed.length + skipped.length < planned.filter(({ model }) => models.has(model.id)).length;
    const state = isStopped ? 'stopped' : 'ended';
    const all = [...failures, ...failed.map(({ planned: { id }, failure }): PartFailure => ({ subject: id, failure }))];
    // Who lost its claim has no word about the part any more.
    const report = await journal.end({ state, failures: all, ...(isStopped ? { reason: stopped ?? 'signal' } : {}) }, result, await claim.isHeld());
    return { kind: 'report', report, result };
  } finally {
    await guarded.dispose();
  }
}

/** A model without files does not keep the others from running. */
async function resolveAll(ids: readonly string[], { open, places }: PartRun): Promise<{ readonly models: ReadonlyMap<string, ResolvedModel>; readonly failures: readonly PartFailure[] }> {
  const models = new Map<string, ResolvedModel>();
  const failures: PartFailure[] = [];
  for (const entry of open.matrix.evaluation.models) {
    if (!ids.includes(entry.id)) continue;
    const found = await resolveModel(entry, places);
    if (found.ok) models.set(entry.id, found.value);
    else failures.push({ subject: entry.id, failure: found.failure });
  }
  return { models, failures };
}

/** Keeps `report.json` true without writing it at every step. */
class ReportFile {
  private readonly preview = new LastPreview();
  private last: PartReport;
  private writtenAt = 0;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly folder: string,
    private readonly run: PartRun,
    total: number,
  ) {
    const at = run.now().toISOString();
    this.last = { version: 1, part: run.part.index, state: 'running', worker: run.worker, startedAt: at, updatedAt: at, completed: 0, total, made: 0, failures: [], skipped: [] };
    this.write();
  }

  progress({ current, stage, completed, speed, secondsLeft, made, used }: MatrixProgress): void {
    this.last = {
      ...this.base(used),
      completed,
      made,
      doing: `${current.model.id}: ${current.picture}, ${current.edit.id} (${stageText(stage)})`,
      ...(speed === undefined ? {} : { speed }),
      ...(secondsLeft === undefined ? {} : { secondsLeft }),
    };
    this.run.progress(this.last, this.preview.of(current.id, stage));
    if (Date.now() - this.writtenAt >= 2000) this.write();
  }

  async end(ending: Pick<PartReport, 'state' | 'reason' | 'failures'>, result?: MatrixResult, write = true): Promise<PartReport> {
    const { made = [], kept = [], skipped = [] } = result ?? {};
    this.last = { ...this.base(result?.used), ...ending, completed: made.length + kept.length, made: made.length, skipped };
    if (write) this.write();
    await this.writing;
    return this.last;
  }

  private base(used: Used | undefined): PartReport {
    const { version, part, state, worker, startedAt, completed, total, made, failures, skipped } = this.last;
    return { version, part, state, worker, startedAt, updatedAt: this.run.now().toISOString(), completed, total, made, failures, skipped, ...used };
  }

  private write(): void {
    this.writtenAt = Date.now();
    const report = this.last;
    this.writing = this.writing.then(() => writePartReport(this.folder, report)).catch(() => undefined);
  }
}

/** The last picture of the edit that is being made: it stays until the next one, though not every report has one. */
class LastPreview {
  private last: { readonly id: string; readonly picture: Uint8Array } | undefined;

  of(id: string, { preview }: EditProgress): Uint8Array | undefined {
    if (preview) this.last = { id, picture: preview };
    return this.last?.id === id ? this.last.picture : undefined;
  }
}
