import type { Link } from '../actions/action';
import { isOpen } from '../plan/openSteps';
import type { Plan, Step, Task } from '../plan/plan';
import { inRunningOrder } from './nestedSteps';
import type { RunSelection } from './runState';

/** A task of a run, with those of its steps that are to run. */
export interface SelectedTask {
  readonly task: Task;
  readonly steps: readonly Step[];
  /** Goes on beside the tasks that follow it in its phase: marked `[P]`, or downloads where the plan allows that. */
  readonly aside: boolean;
  readonly usesShell: boolean;
}

/** What a selection comes to: open steps of whole tasks, or exactly the steps that were named, in file order. */
export function selectTasks(plan: Plan, links: ReadonlyMap<string, Link>, selection: RunSelection): readonly SelectedTask[] {
  return plan.tasks.flatMap((task) => {
    const wanted = task.steps.filter((step) => isSelected(step, selection));
    const steps = inRunningOrder(task, wanted, links, selection.kind === 'steps');
    if (steps.length === 0) return [];
    const actions = steps.map((step) => links.get(step.id)?.action);
    return [
      {
        task,
        steps,
        aside: task.parallel || (downloadsRunAside(plan) && actions.includes('download')),
        usesShell: actions.some((action) => action === 'shell' || action === 'check'),
      },
    ];
  });
}

export function isSelected(step: Step, selection: RunSelection): boolean {
  if (selection.kind === 'steps') return selection.ids.includes(step.id);
  return isOpen(step) && inScope(step, selection) && !selection.without?.includes(step.id);
}

/** Whether a step belongs to a selection, whatever its state. */
export function inScope(step: Step, selection: RunSelection): boolean {
  switch (selection.kind) {
    case 'plan':
      return true;
    case 'phase':
      return step.phaseId === selection.id;
    case 'task':
      return step.taskId === selection.id;
    case 'steps':
      return selection.ids.includes(step.id);
  }
}

export function isComplete(task: Task): boolean {
  return !task.steps.some(isOpen);
}

function downloadsRunAside(plan: Plan): boolean {
  return /\bdownloads?\b/i.test(plan.parallelizable ?? '');
}
