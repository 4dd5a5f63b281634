import type { Gate, Plan, Task } from '../plan/plan';
import { isComplete, type SelectedTask } from './selection';

/** How far each task of a run is; what is missing waits. */
export type TaskProgress = 'running' | 'ended' | 'shellFailed';

export type Standing =
  | { readonly kind: 'ready' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'gate'; readonly gate: Gate }
  | { readonly kind: 'blocked'; readonly by: string; readonly reason: string };

export interface Schedule {
  /** As it is now: marks change while a run goes on. */
  readonly plan: Plan;
  readonly selected: readonly SelectedTask[];
  readonly progress: ReadonlyMap<string, TaskProgress>;
  /** Undefined: gates do not apply, because a person named the very task or step. */
  readonly agreed: ((gate: Gate) => boolean) | undefined;
}

/** Whether a task of the run may start, must wait, asks at a gate, or cannot run in this run at all. */
export function standingOf(selected: SelectedTask, schedule: Schedule): Standing {
  const order = taskOrder(selected, schedule);
  if (order.kind !== 'ready') return order;
  const needed = dependencyStanding(selected.task, schedule);
  if (needed.kind !== 'ready') return needed;
  const shell = shellStanding(selected, schedule);
  if (shell.kind !== 'ready') return shell;
  return gateStanding(selected.task, schedule);
}

/** What a task needs first by the plan's own rules, without regard to order and gates. */
export function dependencyStanding(task: Task, schedule: Pick<Schedule, 'plan' | 'selected' | 'progress'>): Standing {
  for (const rule of schedule.plan.dependencies) {
    if (!rule.after.includes(task.id)) continue;
    for (const id of rule.before) {
      const before = schedule.plan.tasks.find((other) => other.id === id);
      if (id === task.id || !before || isComplete(before)) continue;
      if (willStillRun(id, schedule)) return { kind: 'wait' };
      return { kind: 'blocked', by: id, reason: `needs Task ${id} (${before.title}), which is not done` };
    }
  }
  return { kind: 'ready' };
}

function taskOrder(selected: SelectedTask, { selected: all, progress }: Schedule): Standing {
  for (const earlier of all) {
    if (earlier.task.id === selected.task.id) return { kind: 'ready' };
    const ended = progress.get(earlier.task.id);
    if (ended === 'ended' || ended === 'shellFailed') continue;
    const beside = earlier.aside && earlier.task.phaseId === selected.task.phaseId;
    if (!(beside && ended === 'running')) return { kind: 'wait' };
  }
  return { kind: 'ready' };
}

/** Tasks of a phase share one shell: what a failed one was to set up is missing for the next. */
function shellStanding(selected: SelectedTask, { selected: all, progress }: Schedule): Standing {
  if (!selected.usesShell) return { kind: 'ready' };
  for (const earlier of all) {
    if (earlier.task.id === selected.task.id) break;
    if (earlier.task.phaseId === selected.task.phaseId && progress.get(earlier.task.id) === 'shellFailed') {
      return { kind: 'blocked', by: earlier.task.id, reason: `uses the shell that Task ${earlier.task.id} (${earlier.task.title}) was to set up` };
    }
  }
  return { kind: 'ready' };
}

function gateStanding(task: Task, schedule: Schedule): Standing {
  const { plan, agreed } = schedule;
  if (!agreed) return { kind: 'ready' };
  const position = plan.tasks.findIndex((other) => other.id === task.id);
  for (const gate of plan.gates) {
    const at = plan.tasks.findIndex((other) => other.id === gate.afterTaskId);
    const after = plan.tasks[at];
    if (!after || at >= position || agreed(gate)) continue;
    if (isComplete(after)) return { kind: 'gate', gate };
    if (willStillRun(after.id, schedule)) return { kind: 'wait' };
    return { kind: 'blocked', by: after.id, reason: `the checkpoint after Task ${after.id} is not reached: ${gate.text}` };
  }
  return { kind: 'ready' };
}

function willStillRun(taskId: string, { selected, progress }: Pick<Schedule, 'selected' | 'progress'>): boolean {
  const state = progress.get(taskId);
  return selected.some((other) => other.task.id === taskId) && state !== 'ended' && state !== 'shellFailed';
}
