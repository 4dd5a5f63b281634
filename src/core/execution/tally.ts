import type { PartProgress, Progress } from '../actions/action';
import type { FailedGeneration } from '../evaluation/matrixRun';
import type { OpenMatrix } from '../evaluation/parts/matrixFolder';
import type { EditPart } from '../evaluation/parts/part';
import type { PartFailure, PartReport } from '../evaluation/parts/partReport';
import { editParts, partName } from './planMatrix';
import type { ExecutionResult } from './executor';

export interface PartStanding {
  readonly state: PartProgress['state'];
  readonly report?: PartReport;
  /** Where it runs, or why it waits: "node7", "Priority". */
  readonly where?: string;
}

/** How far the parts of a matrix are, and what they come to together. */
export class Tally {
  private readonly standings = new Map<number, PartStanding>();
  private readonly parts: readonly EditPart[];
  private readonly since = performance.now();

  /** @param kept ids of what was there before; where they are not known, the workers' reports count them */
  constructor(
    private readonly open: OpenMatrix,
    private readonly kept?: ReadonlySet<string>,
  ) {
    this.parts = editParts(open);
  }

  set(index: number, standing: PartStanding): void {
    this.standings.set(index, standing);
  }

  get(index: number): PartStanding {
    return this.standings.get(index) ?? { state: 'waiting' };
  }

  progress(): Progress {
    const running = this.parts.filter(({ index }) => this.get(index).state === 'running');
    const completed = this.parts.reduce((sum, part) => sum + this.completedOf(part), 0);
    const total = this.open.ordered.length;
    const speed = this.speed(running);
    const secondsLeft = this.secondsLeft(running, completed, total, speed);
    return {
      message: this.message(running),
      completed,
      total,
      unit: 'items',
      ...(speed === undefined ? {} : { speed }),
      ...(secondsLeft === undefined ? {} : { secondsLeft: Math.round(secondsLeft) }),
      ...this.used(),
      ...(this.parts.length > 1 ? { parts: this.listed() } : {}),
    };
  }

  result(cancelled: boolean): ExecutionResult {
    const made: string[] = [];
    const kept: string[] = [];
    const failed: FailedGeneration[] = [];
    const skipped: string[] = [];
    const missing = new Map<string, PartFailure['failure']>();
    for (const part of this.parts) {
      const { report, state } = this.get(part.index);
      const planned = this.open.ordered.slice(part.from, part.to);
      const failures = new Map(report?.failures.map(({ subject, failure }) => [subject, failure]));
      const untried = new Set(report?.skipped);
      for (const one of planned) {
        const ofModel = failures.get(one.model.id);
        const failure = failures.get(one.id);
        if (ofModel) missing.set(one.model.id, ofModel);
        else if (failure) failed.push({ planned: one, failure });
        else if (untried.has(one.id)) skipped.push(one.id);
        else if (this.kept?.has(one.id)) kept.push(one.id);
        else if (report && (state === 'done' || state === 'failed')) made.push(one.id);
      }
      // Which of its outputs a worker found made before it came is counted by its report, not named.
      const own = report && !this.kept ? report.completed - report.made : 0;
      kept.push(...made.splice(made.length - Math.min(own, made.length), own));
    }
    return { made, kept, failed, skipped, missing: [...missing].map(([id, failure]) => ({ id, failure })), cancelled };
  }

  private completedOf(part: EditPart): number {
    const { report, state } = this.get(part.index);
    if (report) return report.completed;
    if (state === 'done') return part.to - part.from;
    const { kept } = this;
    return kept ? this.open.ordered.slice(part.from, part.to).filter(({ id }) => kept.has(id)).length : 0;
  }

  /** The most that a part took, and on what; nothing of the device where parts run on several. */
  private used(): Pick<Progress, 'device' | 'memory'> {
    const reports = this.parts.flatMap(({ index }) => this.get(index).report ?? []);
    const memories = reports.flatMap(({ memory }) => memory ?? []);
    const most = memories.reduce<PartReport['memory']>((left, right) => (left === undefined || right.peakBytes > left.peakBytes ? right : left), undefined);
    const devices = [...new Set(reports.flatMap(({ device }) => device ?? []))];
    return { ...(most === undefined ? {} : { memory: most }), ...(devices.length === 1 && devices[0] !== undefined ? { device: devices[0] } : {}) };
  }

  /** Of one worker its own word; of several what they make together. */
  private speed(running: readonly EditPart[]): number | undefined {
    const speeds = running.flatMap(({ index }) => this.get(index).report?.speed ?? []);
    return speeds.length === 0 ? this.meanSpeed() : speeds.reduce((sum, speed) => sum + speed, 0);
  }

  private meanSpeed(): number | undefined {
    const made = this.parts.reduce((sum, { index }) => sum + (this.get(index).report?.made ?? 0), 0);
    const seconds = (performance.now() - this.since) / 1000;
    return made === 0 || seconds < 1 ? undefined : made / seconds;
  }

  private secondsLeft(running: readonly EditPart[], completed: number, total: number, speed: number | undefined): number | undefined {
    const [only] = running;
    const own = only && running.length === 1 ? this.get(only.index).report : undefined;
    if (own?.secondsLeft !== undefined && own.total > own.completed) return (own.secondsLeft * (total - completed)) / (own.total - own.completed);
    return speed === undefined || speed === 0 ? undefined : (total - completed) / speed;
  }

  private message(running: readonly EditPart[]): string {
    const [only] = running;
    if (only && this.parts.length === 1) return this.get(only.index).report?.doing ?? partName(only);
    const count = (state: PartProgress['state']) => this.parts.filter(({ index }) => this.get(index).state === state).length;
    const words = ([['running', 'running'], ['waiting', 'waiting'], ['stopped', 'to be continued'], ['failed', 'failed'], ['done', 'done']] as const).flatMap(([state, word]) => {
      const number = count(state);
      return number === 0 ? [] : [`${number} ${word}`];
    });
    return `parts: ${words.join(', ')}`;
  }

  /** Those that a person wants to see first; thousands of waiting ones are a number in the message. */
  private listed(): readonly PartProgress[] {
    const rank: Readonly<Record<PartProgress['state'], number>> = { running: 0, failed: 1, stopped: 2, waiting: 3, done: 4 };
    return [...this.parts]
      .sort((left, right) => rank[this.get(left.index).state] - rank[this.get(right.index).state] || left.index - right.index)
      .slice(0, listedParts)
      .map((part) => this.lineOf(part));
  }

  private lineOf(part: EditPart): PartProgress {
    const { state, report, where } = this.get(part.index);
    const [failure] = report?.failures ?? [];
    const place = where ?? report?.worker.host;
    const message = state === 'failed' ? failure?.failure.message : state === 'running' ? report?.doing : undefined;
    return {
      name: partName(part),
      state,
      completed: this.completedOf(part),
      total: part.to - part.from,
      ...(report?.speed === undefined ? {} : { speed: report.speed }),
      ...(report?.secondsLeft === undefined || state !== 'running' ? {} : { secondsLeft: report.secondsLeft }),
      ...(report?.memory === undefined ? {} : { memory: report.memory }),
      ...(place === undefined ? {} : { where: place }),
      ...(message === undefined ? {} : { message }),
    };
  }
}

const listedParts = 30;
