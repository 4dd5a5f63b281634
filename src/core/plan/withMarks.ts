import { meaningOf, type LegendMeanings } from './marks';
import type { Legend, Plan, Step } from './plan';

/**
 * The plan that parsing gives after only the marks of some steps have changed, without parsing: everything else is shared
 * with the old plan. Undefined when a mark changes what a line is, so that the file must be read anew.
 */
export function withMarks(plan: Plan, marks: ReadonlyMap<Step, string>): Plan | undefined {
  if (marks.size > most) return undefined;
  const meanings = meaningsOf(plan.legend);
  const phases = plan.phases.slice();
  const tasks = plan.tasks.slice();
  const steps = plan.steps.slice();
  const counts = { ...plan.counts };
  for (const [step, mark] of marks) {
    const state = meaningOf(mark, plan.dialect, meanings);
    if (state === undefined || mark.length !== 1 || step.mark.length !== 1 || wasUnknown(plan, step)) return undefined;
    const changed = { ...step, mark, state };
    steps[steps.indexOf(step)] = changed;
    if (step.state in counts) counts[step.state as Counted]--;
    if (state in counts) counts[state as Counted]++;
    const taskIndex = tasks.findIndex(({ id }) => id === step.taskId);
    const phaseIndex = phases.findIndex(({ id }) => id === step.phaseId);
    const task = tasks[taskIndex];
    const phase = phases[phaseIndex];
    if (!task || !phase) return undefined;
    const newTask = { ...task, steps: task.steps.with(step.ordinal, changed) };
    tasks[taskIndex] = newTask;
    phases[phaseIndex] = { ...phase, tasks: phase.tasks.map((other) => (other === task ? newTask : other)) };
  }
  return { ...plan, phases, tasks, steps, counts };
}

type Counted = 'done' | 'doing' | 'failed';

/** With more, parsing is as fast. */
const most = 20;

/** A legend's own marks are enough here: what is written comes from them. */
function meaningsOf(legend: Legend | undefined): LegendMeanings | undefined {
  if (!legend) return undefined;
  return new Map(Object.entries(legend.marks).map(([state, mark]) => [mark, state as Step['state']]));
}

function wasUnknown({ diagnostics }: Plan, { line }: Step): boolean {
  return diagnostics.some(({ code, range }) => code === 'unknown-mark' && range.line === line);
}
