import { hostname } from 'node:os';
import type { JournalEntry, ProcessName } from './journalEntry';
import { stepRunOf, type OpenRun, type PastRun, type StepRun } from './runState';

export interface JournalState {
  readonly steps: ReadonlyMap<string, StepRun>;
  readonly agreedGates: ReadonlyMap<string, string>;
  /** Steps that another living process of this machine is running. */
  readonly elsewhere: ReadonlyMap<string, ProcessName>;
  /** Runs that somebody asked for and whose process is gone. */
  readonly openRuns: readonly OpenRun[];
}

/** What the entries of a journal come to. */
export class KnownEntries {
  private readonly steps = new Map<string, StepRun>();
  private readonly agreedGates = new Map<string, string>();
  private readonly started = new Map<string, ProcessName>();
  private readonly past = new Map<string, PastRun[]>();
  private readonly runs = new Map<string, { readonly selection: OpenRun['selection']; readonly finished: Set<string>; process: ProcessName | undefined }>();

  take(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'started':
        this.steps.set(entry.stepId, { kind: 'interrupted', since: entry.at });
        this.started.set(entry.stepId, entry.process);
        this.remember(entry.stepId, { since: entry.at, log: entry.log, run: { kind: 'interrupted', since: entry.at } });
        break;
      case 'finished':
        this.finish(entry);
        break;
      case 'interrupted':
        this.started.delete(entry.stepId);
        break;
      case 'reset':
        this.steps.delete(entry.stepId);
        this.started.delete(entry.stepId);
        break;
      case 'renamed':
        for (const map of [this.steps, this.started, this.past] as readonly Map<string, unknown>[]) move(map, entry.from, entry.to);
        break;
      case 'agreed':
        this.agreedGates.set(entry.gateId, entry.at);
        break;
      case 'began':
        this.runs.set(entry.runId, { selection: entry.selection, finished: new Set(), process: entry.process });
        break;
      case 'ended':
        this.runs.delete(entry.runId);
        break;
      case 'left': {
        const run = this.runs.get(entry.runId);
        if (run) run.process = undefined;
      }
    }
  }

  clear(): void {
    for (const map of [this.steps, this.agreedGates, this.started, this.past, this.runs]) map.clear();
  }

  /** Newest first. */
  pastRuns(stepId: string): readonly PastRun[] {
    return [...(this.past.get(stepId) ?? [])].reverse();
  }

  state(isMine: (stepId: string) => boolean, isMyRun: (runId: string) => boolean): JournalState {
    const elsewhere = new Map([...this.started].filter(([stepId, owner]) => !isMine(stepId) && isAlive(owner)));
    const steps = new Map([...this.steps].filter(([stepId]) => !elsewhere.has(stepId)));
    const openRuns = [...this.runs].flatMap(([runId, { selection, finished, process: owner }]) =>
      isMyRun(runId) || (owner && isAlive(owner)) ? [] : [{ runId, selection, finished: [...finished] }],
    );
    return { steps, agreedGates: new Map(this.agreedGates), elsewhere, openRuns };
  }

  private finish({ stepId, outcome, at, milliseconds }: Extract<JournalEntry, { kind: 'finished' }>): void {
    const run = stepRunOf(outcome, at, milliseconds);
    this.steps.set(stepId, run);
    this.started.delete(stepId);
    for (const { finished } of this.runs.values()) finished.add(stepId);
    const list = this.past.get(stepId);
    const last = list?.at(-1);
    if (list && last?.run.kind === 'interrupted') list[list.length - 1] = { ...last, run };
    else this.remember(stepId, { since: at, log: undefined, run });
  }

  private remember(stepId: string, run: PastRun): void {
    const list = this.past.get(stepId) ?? [];
    list.push(run);
    if (list.length > mostPastRuns) list.shift();
    this.past.set(stepId, list);
  }
}

/** Of one step; the journal keeps all. */
const mostPastRuns = 100;

function move(map: Map<string, unknown>, from: string, to: string): void {
  if (!map.has(from)) return;
  map.set(to, map.get(from));
  map.delete(from);
}

function isAlive({ pid, host }: ProcessName): boolean {
  // Of another machine nothing is known; its step counts as interrupted, which asks the person before it runs again.
  if (host !== hostname()) return false;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
