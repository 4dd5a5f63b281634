import type { Plan, PlanCounts } from './plan';

/** The figures that the tree, the status bar and the command line show. */
export function counts({ phases, tasks, steps }: Pick<Plan, 'phases' | 'tasks' | 'steps'>): PlanCounts {
  const states = { todo: 0, doing: 0, done: 0, failed: 0, deferred: 0 };
  for (const { state } of steps) states[state]++;
  const { done, doing, failed } = states;
  return { phases: phases.length, tasks: tasks.length, steps: steps.length, done, doing, failed };
}
