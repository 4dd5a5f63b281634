import type { StepState } from '../core/plan/plan';

/** One column wide, in any terminal that can show the plan itself. */
export function stateSign(state: StepState): string {
  return signs[state];
}

const signs: Readonly<Record<StepState, string>> = { todo: '○', doing: '→', done: '✓', failed: '✗', deferred: '–' };
