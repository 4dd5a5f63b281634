import type { Step } from '../core/plan/plan';
import type { RowState } from './status/planStatus';

/** Which steps the tree shows: all conditions that are given hold. */
export interface StepFilter {
  readonly states?: ReadonlySet<RowState>;
  /** Words that all stand somewhere in the step's text, in any case. */
  readonly text?: string;
}

export function passes({ states, text }: StepFilter, step: Pick<Step, 'text'>, state: RowState): boolean {
  if (states && !states.has(state)) return false;
  const words = text?.toLowerCase().split(/\s+/) ?? [];
  const own = step.text.toLowerCase();
  return words.every((word) => own.includes(word));
}

/** For the view's header. */
export function filterText({ states, text }: StepFilter): string {
  const only = states ? `only ${[...states].map((state) => (state === 'needsPerson' ? 'waiting' : state)).join(', ')}` : '';
  return [only, text === undefined ? '' : `“${text}”`].filter((part) => part !== '').join(' · ');
}
