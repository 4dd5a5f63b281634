import type { EditRequest, EditResult, EditWatch, InferenceEngine } from '../core/evaluation/inference';
import type { NetworkMeasureRequest, NetworkMeasurement, NetworkMeasuring } from '../core/evaluation/networkMeasures';
import type { Logger } from '../core/actions/action';
import { fail, type Result } from '../core/outcome';
import { crashed, editCancelled, hung } from './childFailure';
import { EngineChild, type EngineChildOptions, type EngineJob } from './engineChild';

export interface EngineClientOptions {
  /** How long a cancelled edit may take to stop by itself before its process is killed. */
  readonly graceMilliseconds?: number;
  /** How long a process with a loaded model is kept without work. */
  readonly idleMilliseconds?: number;
  /** Absolute; where encoded prompts, pictures and packed weights are kept. Nothing is kept when left out. */
  readonly cacheFolder?: string;
  /** How much of the device's memory may be used; all that is free when left out. */
  readonly memoryBytes?: number;
  /** After how many steps each an edit shows how far it is; 0 for not at all, as when left out. Asked at each edit. */
  readonly previewSteps?: () => number;
  /** Number of the GPU that it may use; all when left out. */
  readonly device?: number;
  /** What runs the process, asked anew for each; this process's own program when left out. */
  readonly program?: EngineChildOptions['program'];
  /** When a process that lives counts as hung; for tests. */
  readonly pulse?: EngineChildOptions['pulse'];
}

/**
 * The host's side of the engine: starts the child process at the first edit, gives it one edit at a time, and outlives
 * its crashes. An edit whose process dies comes back as a failure; the next one gets a new process.
 */
export class EngineClient implements InferenceEngine, NetworkMeasuring {
  private child: EngineChild | undefined;
  private turn: Promise<unknown> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;
  private disposed = false;
  private readonly previewSteps: () => number;
  private readonly grace: number;
  private readonly idleAfter: number;
  private readonly childOptions: EngineChildOptions;

  /** @param entry the bundled child, `dist/engine.cjs` */
  constructor(
    private readonly entry: string,
    private readonly log: Logger,
    { graceMilliseconds = 3000, idleMilliseconds = 600_000, cacheFolder, memoryBytes, program, previewSteps = () => 0, device, pulse = usualPulse }: EngineClientOptions = {},
  ) {
    this.childOptions = { patienceMilliseconds: 60_000, pulse, program, ...(device === undefined ? {} : { device }), settings: { ...(cacheFolder === undefined ? {} : { cacheFolder }), ...(memoryBytes === undefined ? {} : { memoryBytes }) } };
    this.previewSteps = previewSteps;
    this.grace = graceMilliseconds;
    this.idleAfter = idleMilliseconds;
  }

  edit(request: EditRequest, watch: EditWatch): Promise<Result<EditResult>> {
    return this.inTurn((child) => {
      const previewSteps = this.previewSteps();
      return child.edit(previewSteps > 0 ? { previewSteps, ...request } : request, watch.progress);
    }, watch);
  }

  measure(request: NetworkMeasureRequest, signal: AbortSignal): Promise<Result<NetworkMeasurement>> {
    return this.inTurn((child) => child.measure(request), { signal, progress: () => undefined });
  }

  /** Process id of the child while there is one; for messages and tests. */
  get processId(): number | undefined {
    return this.child?.running ? this.child.processId : undefined;
  }

  /** The next edit gets a new process: something that holds from a process's start on has changed. */
  renew(): void {
    const mine = this.turn.then(async () => {
      const child = this.child;
      this.child = undefined;
      await child?.kill();
    });
    this.turn = mine.catch(() => undefined);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    clearTimeout(this.idle);
    const child = this.child;
    this.child = undefined;
    await child?.kill();
  }

  private inTurn<Value>(begin: Begin<Value>, watch: EditWatch): Promise<Result<Value>> {
    const mine = this.turn.then(() => this.perform(begin, watch));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async perform<Value>(begin: Begin<Value>, watch: EditWatch): Promise<Result<Value>> {
    if (watch.signal.aborted || this.disposed) return fail(editCancelled);
    clearTimeout(this.idle);
    if (!this.child?.running) watch.progress({ stage: 'starting' });
    const started = await this.runningChild();
    if (!started.ok) return started;
    const child = started.value;
    const result = await this.watched(child, begin(child), watch.signal);
    if (!child.running && this.child === child) this.child = undefined;
    this.endWhenIdle();
    return result;
  }

  private async runningChild(): Promise<Result<EngineChild>> {
    if (this.child?.running) return { ok: true, value: this.child };
    const started = await EngineChild.start(this.entry, this.childOptions);
    if (!started.ok) return started;
    this.log.debug(`The inference process ${started.value.processId ?? '?'} started.`);
    this.child = started.value;
    if (!this.disposed) return started;
    await started.value.kill();
    return fail(editCancelled);
  }

  private async watched<Value>(child: EngineChild, job: EngineJob<Value>, signal: AbortSignal): Promise<Result<Value>> {
    let killer: NodeJS.Timeout | undefined;
    const cancel = () => {
      job.cancel();
      killer = setTimeout(() => void child.kill(), this.grace);
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      const ending = await job.ending;
      if (ending.kind === 'result') return ending.result;
      if (ending.kind === 'hang') await child.kill();
      if (signal.aborted || this.disposed) return fail(editCancelled);
      const failure = ending.kind === 'hang' ? hung(ending.why) : crashed(ending.exit);
      this.log.error(`${failure.message}${failure.detail ? `\n${failure.detail}` : ''}`);
      return fail(failure);
    } finally {
      clearTimeout(killer);
      signal.removeEventListener('abort', cancel);
    }
  }

  private endWhenIdle(): void {
    clearTimeout(this.idle);
    this.idle = setTimeout(() => {
      const child = this.child;
      this.child = undefined;
      void child?.kill();
    }, this.idleAfter);
    this.idle.unref();
  }
}

/** Gives a job to the process. */
type Begin<Value> = (child: EngineChild) => EngineJob<Value>;

/** Half a minute without a beat, or ten minutes in which nothing was computed and nothing said. */
const usualPulse: EngineChildOptions['pulse'] = { checkMilliseconds: 5000, silentChecks: 6, idleChecks: 120 };
