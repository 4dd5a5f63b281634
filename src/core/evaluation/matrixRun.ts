import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { editRequest, upcomingPrompts } from './editRequest';
import type { Evaluation } from './evaluation';
import type { EditProgress, EditResult, InferenceEngine, LocalModel } from './inference';
import { isIntact, readGeneration, sha256Of, sidecarOf, writeSidecar } from './generations';
import type { MemoryUse } from './generation';
import { generationOf } from './generationOf';
import { referencePictures } from './referencePictures';
import type { ResolvedModel } from './resolveModel';
import type { PlannedGeneration } from './runMatrix';
import { hasAskedSize, sameRequest } from './sameRequest';

export interface MatrixRun {
  readonly evaluation: Evaluation;
  readonly planned: readonly PlannedGeneration[];
  /** By model id. */
  readonly models: ReadonlyMap<string, ResolvedModel>;
  /** Absolute; names of the plan are inside it. */
  readonly pictureFolder: string;
  readonly resultsFolder: string;
  readonly engine: InferenceEngine;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  progress(report: MatrixProgress): void;
  /** Waits between two generations while runs are paused. */
  mayGoOn?(): Promise<void>;
  wrote(file: string): void;
}

export interface MatrixProgress {
  readonly current: PlannedGeneration;
  readonly stage: EditProgress;
  /** Generations that are there, kept ones included. */
  readonly completed: number;
  /** Of `completed`, those that this run made. */
  readonly made: number;
  readonly total: number;
  /** Generations a second, and seconds to the end, from those made in this run; before the first, from its steps. */
  readonly speed: number | undefined;
  readonly secondsLeft: number | undefined;
  /** Of the generations made in this run; undefined before the first. */
  readonly used: Used | undefined;
}

export interface Used {
  readonly device: string;
  readonly memory: { readonly kind: MemoryUse['kind']; readonly peakBytes: number };
}

export interface MatrixResult {
  readonly made: readonly string[];
  /** Already there from an earlier run with the same request. */
  readonly kept: readonly string[];
  readonly failed: readonly FailedGeneration[];
  /** Not tried, because what failed would fail for them too. */
  readonly skipped: readonly string[];
  readonly used: Used | undefined;
  readonly cancelled: boolean;
}

export interface FailedGeneration {
  readonly planned: PlannedGeneration;
  readonly failure: Failure;
}

/**
 * Makes what is not there yet, one generation after the other. One that fails does not stop the rest, unless its reason
 * holds for its whole model or for every model.
 */
export async function runMatrixPart(run: MatrixRun): Promise<MatrixResult> {
  const made: string[] = [];
  const kept: string[] = [];
  const failed: FailedGeneration[] = [];
  const skipped: string[] = [];
  const hashes = new PictureHashes(run.pictureFolder);
  const todo = await missing(run, hashes, kept);
  const pace = new Pace(run.planned.length, todo.length);
  const breaker = new Breaker();
  let used: Used | undefined;

  for (const [index, planned] of todo.entries()) {
    await run.mayGoOn?.();
    if (run.signal.aborted) break;
    if (breaker.isOpen(planned.model.id)) {
      skipped.push(planned.id);
      continue;
    }
    const result = await makeOne(run, planned, todo.slice(index + 1), hashes, (stage) => run.progress({ current: planned, stage, used, made: made.length, ...pace.report(kept.length + made.length, stage) }));
    if (!result.ok && run.signal.aborted) break;
    if (result.ok) used = more(used, result.value);
    breaker.note(planned.model.id, result.ok ? undefined : result.failure);
    if (result.ok) made.push(planned.id);
    else failed.push({ planned, failure: result.failure });
    pace.done();
  }
  return { made, kept, failed, skipped, used, cancelled: run.signal.aborted };
}

function more(before: Used | undefined, { device, memory: { kind, peakBytes } }: EditResult): Used {
  const same = before?.device === device && before.memory.kind === kind;
  return { device, memory: { kind, peakBytes: same ? Math.max(peakBytes, before.memory.peakBytes) : peakBytes } };
}

async function missing(run: MatrixRun, hashes: PictureHashes, kept: string[]): Promise<readonly PlannedGeneration[]> {
  const todo: PlannedGeneration[] = [];
  for (const planned of run.planned) {
    if (run.signal.aborted) break;
    if (await isThere(run, planned, hashes)) kept.push(planned.id);
    else todo.push(planned);
  }
  return todo;
}

async function isThere({ evaluation, models, resultsFolder }: MatrixRun, planned: PlannedGeneration, hashes: PictureHashes): Promise<boolean> {
  const stored = await readGeneration(sidecarOf(path.join(resultsFolder, planned.file)));
  const model = models.get(planned.model.id);
  if (!stored || !model) return false;
  const pictureSha256 = await hashes.of(planned.picture);
  const references = await referencePictures(planned.edit, (file) => hashes.of(file));
  if (pictureSha256 === undefined || !references.ok || !hasAskedSize(stored.generation, evaluation.sampler)) return false;
  return sameRequest(stored.generation, { planned, pictureSha256, references: references.value, sampler: evaluation.sampler }, model) && (await isIntact(stored));
}

async function makeOne(run: MatrixRun, planned: PlannedGeneration, later: readonly PlannedGeneration[], hashes: PictureHashes, stage: (progress: EditProgress) => void): Promise<Result<EditResult>> {
  const { evaluation, engine, signal, resultsFolder, pictureFolder } = run;
  const model = run.models.get(planned.model.id);
  if (!model) throw new Error(`The model ${planned.model.id} was not resolved.`);
  const picture = path.join(pictureFolder, planned.picture);
  const pictureSha256 = await hashes.of(planned.picture);
  if (pictureSha256 === undefined) {
    return fail({ code: 'picture-missing', message: `${planned.picture} cannot be read.`, advice: 'Put it back, then run the step again.', short: 'picture missing' });
  }
  const references = await referencePictures(planned.edit, (file) => hashes.of(file));
  if (!references.ok) return references;
  const output = path.join(resultsFolder, planned.file);
  const { sampler, engine: settings } = evaluation;
  await mkdir(path.dirname(output), { recursive: true });
  const pictures = [picture, ...references.value.map(({ file }) => path.join(pictureFolder, file))];
  const sameBase = later.filter((other) => isOnBase(run.models.get(other.model.id)?.local, model.local));
  const upcoming = upcomingPrompts(sameBase, sampler, pictureFolder);
  const request = editRequest({ planned, model: withOthers(model.local, run.models), sampler, engine: settings, pictures, output, upcoming });
  const first = await engine.edit(request, { signal, progress: stage });
  // A process that died or froze is replaced; what did it once may have had its reason outside.
  const edited = !first.ok && diedWith.has(first.failure.code) && !signal.aborted ? await engine.edit(request, { signal, progress: stage }) : first;
  if (!edited.ok) return edited;
  const generation = await generationOf({ planned, model, sampler, picture, pictureSha256, references: references.value, result: edited.value, at: run.now() });
  const written = await writeSidecar(sidecarOf(output), generation);
  if (!written.ok) return written;
  run.wrote(output);
  run.wrote(sidecarOf(output));
  return ok(edited.value);
}

function isOnBase(other: LocalModel | undefined, { path: base, transformer }: LocalModel): boolean {
  return other?.path === base && other.transformer === transformer;
}

/** The model, told of the LoRAs that others of this run put on the same base. */
function withOthers(local: LocalModel, models: MatrixRun['models']): LocalModel {
  const others = [...models.values()].filter((other) => isOnBase(other.local, local)).flatMap(({ local: { loras } }) => loras.map((lora) => lora.path));
  const otherLoras = [...new Set(others)].filter((file) => local.loras.every((lora) => lora.path !== file));
  return otherLoras.length === 0 ? local : { ...local, otherLoras };
}

/** Each source picture is hashed once a run. */
class PictureHashes {
  private readonly known = new Map<string, string | undefined>();

  constructor(private readonly folder: string) {}

  async of(picture: string): Promise<string | undefined> {
    if (!this.known.has(picture)) this.known.set(picture, await sha256Of(path.join(this.folder, picture)));
    return this.known.get(picture);
  }
}

/** Knows when it makes no sense to go on with a model, or at all. */
class Breaker {
  private readonly broken = new Set<string>();
  private readonly crashes = new Map<string, number>();
  private all = false;

  isOpen(modelId: string): boolean {
    return this.all || this.broken.has(modelId);
  }

  note(modelId: string, failure: Failure | undefined): void {
    if (failure && hopeless.has(failure.code)) this.all = true;
    if (failure && isHopelessForModel(failure.code)) this.broken.add(modelId);
    const crashes = diedWith.has(failure?.code ?? '') ? (this.crashes.get(modelId) ?? 0) + 1 : 0;
    this.crashes.set(modelId, crashes);
    if (crashes >= 2) this.broken.add(modelId);
  }
}

const diedWith = new Set(['engine-crashed', 'engine-hung']);

const hopeless = new Set(['engine-not-started', 'engine-broken', 'disk-full', 'disk-space']);

/** Whether what failed would fail for every model. */
export function isHopeless({ code }: Failure): boolean {
  return hopeless.has(code);
}

/** What is wrong with a model's files is wrong for each of its edits. */
function isHopelessForModel(code: string): boolean {
  return hopelessForModel.has(code) || ['model-', 'weights-', 'lora-', 'config-', 'tokenizer-'].some((kind) => code.startsWith(kind));
}

const hopelessForModel = new Set([
  'not-an-onnx-model', 'not-a-model', 'pipeline-not-supported', 'transformer-not-supported', 'scheduler-not-supported',
  'loras-not-supported', 'unknown-input', 'no-image-port', 'no-cache', 'memory-short',
]);

/** Speed and time left from what this run has made; what was kept from earlier runs cost nothing. */
class Pace {
  private readonly since = performance.now();
  private finished = 0;

  constructor(
    private readonly total: number,
    private readonly todo: number,
  ) {}

  done(): void {
    this.finished++;
  }

  report(completed: number, { secondsLeft }: EditProgress): Pick<MatrixProgress, 'completed' | 'total' | 'speed' | 'secondsLeft'> {
    const seconds = (performance.now() - this.since) / 1000;
    const speed = this.finished === 0 || seconds === 0 ? undefined : this.finished / seconds;
    // Before the first is done, its own steps tell how long one takes.
    const each = this.finished > 0 ? seconds / this.finished : secondsLeft === undefined ? undefined : seconds + secondsLeft;
    const left = each === undefined ? undefined : each * this.todo - seconds;
    return { completed, total: this.total, speed, secondsLeft: left === undefined ? undefined : Math.round(left) };
  }
}
