import type { LocalSettings } from '../evaluation/evaluation';
import { isHopeless } from '../evaluation/matrixRun';
import { thisWorker } from '../evaluation/parts/claim';
import { forgetMatrix, type OpenMatrix } from '../evaluation/parts/matrixFolder';
import type { EditPart } from '../evaluation/parts/part';
import type { PartReport } from '../evaluation/parts/partReport';
import { runPart } from '../evaluation/parts/runPart';
import { failed, type Failure } from '../outcome';
import type { Execution, Executor, MatrixOrder } from './executor';
import { editParts, planMatrix } from './planMatrix';
import { Tally } from './tally';

/** Engines of this machine, one for each device, that take part after part until none is left. */
export class LocalExecutor implements Executor {
  constructor(private readonly settings: LocalSettings) {}

  async run({ matrix, context }: MatrixOrder): Promise<Execution> {
    const devices: readonly (number | undefined)[] = this.settings.devices ?? [undefined];
    const open = await planMatrix({
      matrix,
      paths: context.paths,
      executor: this.settings,
      // These workers ask the Hub's connection of the editor itself.
      cacheFolder: context.paths.storage,
      needed: [],
      // One engine keeps what it loaded in any case; several need something to take from each other.
      target: ({ load }, total) => (devices.length === 1 ? Infinity : Math.max(total / (devices.length * 4), load)),
    });
    if (!open.ok) return { kind: 'outcome', outcome: failed(open.failure) };
    const run = new LocalRun(open.value, context);
    await Promise.all(devices.map((device) => run.work(device)));
    const result = run.tally.result(context.signal.aborted);
    if (!result.cancelled) await forgetMatrix(open.value);
    return { kind: 'ran', result };
  }
}

class LocalRun {
  readonly tally: Tally;
  private readonly queue: EditPart[];
  private hopeless: Failure | undefined;

  constructor(
    private readonly open: OpenMatrix,
    private readonly context: MatrixOrder['context'],
  ) {
    this.tally = new Tally(open);
    this.queue = [...editParts(open)];
  }

  async work(device: number | undefined): Promise<void> {
    const worker = thisWorker();
    const { open, context } = this;
    let last: EditPart | undefined;
    for (let part = this.next(last); part && !context.signal.aborted; part = this.next(last)) {
      last = part;
      const { index } = part;
      const where = device === undefined ? {} : { where: `GPU ${device}` };
      if (this.hopeless) {
        this.tally.set(index, { state: 'failed', report: untried(open, part, context.now()) });
        continue;
      }
      const ending = await runPart({
        open,
        part,
        worker,
        places: { workspace: context.paths.workspace, plan: context.plan, hub: () => context.hub() },
        signal: context.signal,
        now: context.now,
        engine: () => context.inference(device),
        progress: (report, picture) => {
          this.tally.set(index, { state: 'running', report, ...where });
          context.progress({ ...this.tally.progress(), ...(picture ? { picture } : {}) });
        },
        wrote: (file) => context.wrote(file),
        ...(context.mayGoOn && { mayGoOn: context.mayGoOn }),
      });
      if (ending.kind === 'elsewhere') {
        await this.waitFor(part, `process ${ending.worker.pid} of ${ending.worker.host}`);
        continue;
      }
      const { report } = ending;
      if (report.reason === 'claim') {
        await this.waitFor(part, 'another process');
        continue;
      }
      this.hopeless ??= report.failures.find(({ failure }) => isHopeless(failure))?.failure;
      this.tally.set(index, { state: report.state === 'stopped' ? 'stopped' : report.failures.length > 0 ? 'failed' : 'done', report, ...where });
    }
  }

  /** What needs the least loading after the last one: one with the same models, else the next in the matrix's own order. */
  private next(last: EditPart | undefined): EditPart | undefined {
    const near = this.queue.findIndex(({ models }) => models.some((id) => last?.models.includes(id)));
    const [part] = this.queue.splice(Math.max(near, 0), 1);
    return part;
  }

  /** Another process carries it out: it goes to the end of the queue, and is looked at again. */
  private async waitFor(part: EditPart, where: string): Promise<void> {
    this.tally.set(part.index, { state: 'waiting', where });
    this.context.progress(this.tally.progress());
    this.queue.push(part);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 1000);
      this.context.signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true });
    });
  }
}

/** A part that is not begun, because its first edit would fail as others did. */
function untried({ ordered }: OpenMatrix, { index, from, to }: EditPart, at: Date): PartReport {
  const time = at.toISOString();
  return { version: 1, part: index, state: 'ended', worker: thisWorker(), startedAt: time, updatedAt: time, completed: 0, total: to - from, made: 0, failures: [], skipped: ordered.slice(from, to).map(({ id }) => id) };
}
