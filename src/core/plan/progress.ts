import type { Plan, Step, StepState, Task } from './plan';
import type { Progress } from './statusWords';

/** States that marks have after the edits under way. */
export type StateOf = (step: Step) => StepState;

export function taskProgress(task: Task, stateOf: StateOf, reason: string | undefined): Progress {
  const states = neededSteps(task, stateOf).map(stateOf);
  return {
    unit: 'steps',
    complete: states.filter((state) => state === 'done').length,
    total: states.length,
    doing: states.includes('doing'),
    failed: states.includes('failed'),
    begun: states.includes('done'),
    reason,
  };
}

/** Of a phase or of the whole plan. Tasks without steps say nothing about themselves and are not counted. */
export function tasksProgress(tasks: Plan['tasks'], stateOf: StateOf): Progress {
  const each = tasks.map((task) => taskProgress(task, stateOf, undefined)).filter(({ total }) => total > 0);
  return {
    unit: 'tasks',
    complete: each.filter(({ complete, total }) => complete === total).length,
    total: each.length,
    doing: each.some(({ doing }) => doing),
    failed: each.some(({ failed }) => failed),
    begun: each.some(({ begun }) => begun),
    reason: undefined,
  };
}

/** What must be done for a task to be done: optional steps only where there are no others. */
function neededSteps({ steps }: Task, stateOf: StateOf): readonly Step[] {
  const open = steps.filter((step) => stateOf(step) !== 'deferred');
  const needed = open.filter(({ optional }) => !optional);
  return needed.length > 0 ? needed : open;
}
