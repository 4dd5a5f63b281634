import type { Plan } from '../core/plan/plan';
import { fail, ok, type Result } from '../core/outcome';
import type { RunSelection } from '../core/runner/runState';

/** Turns the words after PLAN into what to run: nothing means the whole plan. */
export function selectionOf(plan: Plan, names: readonly string[]): Result<RunSelection> {
  if (names.length === 0) return ok({ kind: 'plan' });
  const only = names.length === 1 ? names[0] : undefined;
  if (only !== undefined) {
    const phase = /^phase:(.+)$/.exec(only)?.[1];
    if (phase !== undefined && plan.phases.some(({ id }) => id === phase)) return ok({ kind: 'phase', id: phase });
    if (plan.tasks.some(({ id }) => id === only)) return ok({ kind: 'task', id: only });
  }
  const ids: string[] = [];
  for (const name of names) {
    const found = stepsOf(plan, name);
    if (found.length === 0) {
      return fail({
        code: 'unknown-step',
        message: `The plan has no step "${name}".`,
        advice: 'Name a step by its id, a task by its id, a phase as phase:ID or a line as line:NUMBER; `evalmark list PLAN` shows them.',
      });
    }
    ids.push(...found);
  }
  return ok({ kind: 'steps', ids: [...new Set(ids)] });
}

function stepsOf(plan: Plan, name: string): readonly string[] {
  const line = /^line:(\d+)$/.exec(name)?.[1];
  const phase = /^phase:(.+)$/.exec(name)?.[1];
  return plan.steps
    .filter(
      (step) =>
        step.id === name || step.taskId === name || (line !== undefined && step.line === Number(line) - 1) || (phase !== undefined && step.phaseId === phase),
    )
    .map(({ id }) => id);
}
