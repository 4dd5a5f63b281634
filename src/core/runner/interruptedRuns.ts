import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ActionName } from '../actions/action';
import { linkPlan } from '../actions/link';
import type { Plan, Step } from '../plan/plan';
import type { Journal } from './journal';
import type { OpenRun, RunSelection } from './runState';
import { selectTasks } from './selection';

/** A run that a person asked for and whose process is gone before it came to its end. */
export interface InterruptedRun {
  readonly runId: string;
  /** Steps in whose middle it was. */
  readonly steps: readonly Step[];
  /** What is left of it, those steps included. */
  readonly rest: RunSelection;
  /** Whether everything that it was doing goes on from what is there, so that nobody has to look before it does. */
  readonly resumable: boolean;
  /** When its process last wrote something. */
  readonly lastSign: Date | undefined;
}

/** The journal's view of whole runs: begins and ends them, and finds those that a process left open. */
export class InterruptedRuns {
  constructor(private readonly journal: Journal) {}

  newName(): string {
    return randomUUID();
  }

  begin(runId: string, selection: RunSelection): Promise<void> {
    return this.journal.append({ kind: 'began', at: new Date().toISOString(), runId, selection, process: { pid: process.pid, host: hostname() } });
  }

  end(runId: string): Promise<void> {
    return this.journal.append({ kind: 'ended', at: new Date().toISOString(), runId });
  }

  /** Names of those that there are, without a look at the plan. @param isMine tells runs of this process */
  async names(isMine: (runId: string) => boolean): Promise<readonly string[]> {
    return (await this.journal.read(() => false, isMine)).openRuns.map(({ runId }) => runId);
  }

  async list(plan: Plan, isMine: (runId: string) => boolean): Promise<readonly InterruptedRun[]> {
    // Before the journal is written again, which would be a sign of this process.
    const lastSign = await this.journal.lastSign();
    const { openRuns, steps: known } = await this.journal.read(() => false, isMine);
    if (openRuns.length === 0) return [];
    const links = linkPlan(plan);
    return openRuns.flatMap((run) => {
      const rest = restOf(run);
      const wanted = selectTasks(plan, links, rest).flatMap(({ steps }) => steps);
      const steps = wanted.filter(({ id }) => known.get(id)?.kind === 'interrupted');
      const resumable = steps.every(({ id }) => goesOn(links.get(id)?.action ?? 'manual'));
      return wanted.length === 0 ? [] : [{ runId: run.runId, steps, rest, resumable, lastSign }];
    });
  }

  /** Somebody runs or resets the very steps in whose middle they were, which settles them. */
  async endThoseOf(stepIds: readonly string[], plan: Plan, isMine: (runId: string) => boolean): Promise<void> {
    for (const { runId, steps, rest } of await this.list(plan, isMine)) {
      const open = steps.length > 0 ? steps : selectTasks(plan, linkPlan(plan), rest).flatMap((task) => task.steps);
      if (open.every(({ id }) => stepIds.includes(id))) await this.end(runId);
    }
  }
}

function restOf({ selection, finished }: OpenRun): RunSelection {
  if (selection.kind === 'steps') return { kind: 'steps', ids: selection.ids.filter((id) => !finished.includes(id)) };
  return { ...selection, without: [...(selection.without ?? []), ...finished] };
}

/** Whether an action that was stopped in its middle takes up what is there, instead of doing it a second time. */
function goesOn(action: ActionName): boolean {
  return !onlyOnce.has(action);
}

/** Commands do what they do; what a person agreed to once is not agreed to twice. */
const onlyOnce: ReadonlySet<ActionName> = new Set<ActionName>(['shell', 'check', 'script', 'login', 'commit', 'push']);
