import { fail, ok, type Failure, type Result } from '../outcome';
import type { Plan, Step } from './plan';
import type { StepAddress } from './planStore';
import { readStepText } from './stepText';

/** What to find a step again by, however the file is edited meanwhile. */
export function stepAddress({ id, phaseId, taskId, ordinal, text }: Step): StepAddress {
  return { id, phaseId, taskId, ordinal, text };
}

/**
 * Finds the step that an address means in the newest plan: the same text in the same task, else the same with another
 * remark, else the same words elsewhere, moved or under another number. `previous` is the plan as it was known before; it
 * tells a step that moved from a twin that was there all along. Never guesses: a step that is gone, was rewritten, or could
 * be one of two, is a failure.
 */
export function findStep(plan: Plan, address: StepAddress, previous?: Plan): Result<Step> {
  const inTask = stepsOf(plan, address.taskId);
  const same = inTask.filter(({ text }) => text === address.text);
  if (same.length > 0) return only(same, address, previous);

  const judged = inTask.filter((step) => isJudged(step, address) && !wasThere(step, previous));
  if (judged.length > 0) return only(judged, address, undefined);

  const moved = plan.steps.filter(hasWordsOf(address));
  if (moved.length > 1) return fail(ambiguous(address));
  const [step] = moved;
  return step && mayHaveMoved(address, previous) ? ok(step) : fail(gone(address));
}

/**
 * Where each task stands in its plan. Looked up once for a text: plans that differ only in marks share their dependencies
 * and have the same tasks in the same order.
 */
const positions = new WeakMap<Plan['dependencies'], ReadonlyMap<string, number>>();

function stepsOf(plan: Plan, taskId: string): readonly Step[] {
  const known = positions.get(plan.dependencies) ?? new Map(plan.tasks.map(({ id }, index) => [id, index]));
  positions.set(plan.dependencies, known);
  return plan.tasks[known.get(taskId) ?? -1]?.steps ?? [];
}

/** Of steps with the same text the one at the same place under the same id, if there are as many as before; else nobody can tell. */
function only(steps: readonly Step[], address: StepAddress, previous: Plan | undefined): Result<Step> {
  const [first] = steps;
  const before = previous && stepsOf(previous, address.taskId).filter(({ text }) => text === address.text);
  if (steps.length === 1 && first && (before?.length ?? 1) <= 1) return ok(first);
  const exact = steps.find(({ id, ordinal }) => id === address.id && ordinal === address.ordinal);
  return exact && (before?.length ?? steps.length) === steps.length ? ok(exact) : fail(ambiguous(address));
}

function hasWordsOf(address: StepAddress): (step: Step) => boolean {
  const { words } = readStepText(address.text);
  return ({ text }) => text.endsWith(words) && readStepText(text).words === words;
}

/** The same step with another remark: `NAME` and `NAME - VERDICT`, or two remarks that begin with the same word. */
function isJudged({ id, text }: Step, address: StepAddress): boolean {
  if (id !== address.id) return false;
  if (text.startsWith(`${address.text} - `)) return true;
  const [words, remark] = splitRemark(text);
  const [addressWords, addressRemark] = splitRemark(address.text);
  return remark !== undefined && words === addressWords && firstWord(remark) === firstWord(addressRemark);
}

function splitRemark(text: string): readonly [string, string | undefined] {
  const start = text.indexOf(' - ');
  return start < 0 ? [text, undefined] : [text.slice(0, start), text.slice(start + 3)];
}

function firstWord(text: string | undefined): string | undefined {
  return text === undefined ? undefined : /^\S+/.exec(text)?.[0];
}

function wasThere({ taskId, text }: Step, previous: Plan | undefined): boolean {
  return previous?.steps.some((step) => step.text === text && step.taskId === taskId) ?? false;
}

function mayHaveMoved(address: StepAddress, previous: Plan | undefined): boolean {
  if (!previous) return true;
  const before = previous.steps.filter(hasWordsOf(address));
  return before.length === 1 && before[0]?.taskId === address.taskId;
}

function gone({ text }: StepAddress): Failure {
  return {
    code: 'step-gone',
    message: `The step "${shorten(text)}" is no longer in the plan, or was rewritten.`,
    advice: 'Look at the plan; nothing was written to it. Run the step again where it stands now.',
    short: 'step is gone',
  };
}

function ambiguous({ text }: StepAddress): Failure {
  return {
    code: 'step-ambiguous',
    message: `The plan was edited, and "${shorten(text)}" could now be one of several steps.`,
    advice: 'Give the steps different texts; nothing was written to the plan.',
    short: 'step is unclear',
  };
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
