import { linkPlan } from '../actions/link';
import type { Plan, Step } from '../plan/plan';
import type { Answer } from './answers';
import { decisionParts, type DecisionPart } from './decision';
import { optionsOf, questionsOf, type PlanOption } from './planOptions';

/** What a person said of the options and the decision before any step asked: in the decision panel, or on a command line. */
export interface GivenDecision {
  /** The approach is the letter of one of the plan's options, or words where it has none. */
  readonly parts: Readonly<Partial<Record<DecisionPart, string>>>;
  /** To the plan's questions, by the option's letter. */
  readonly answers: Readonly<Record<string, readonly Answer[]>>;
}

/** Who takes down what was given: steps of the plan, which are ticked by it, and what no step asks for. */
export interface DecisionWork {
  readonly steps: readonly Step[];
  /** Parts that no step asks for. */
  readonly parts: readonly DecisionPart[];
  /** Options with questions still open: what was said is kept, their steps stay open. */
  readonly options: readonly PlanOption[];
}

export function decisionWork(plan: Plan, given: GivenDecision): DecisionWork {
  const links = linkPlan(plan);
  const parts = decisionParts.filter((part) => (given.parts[part] ?? '').trim() !== '');
  const stepsFor = (part: DecisionPart) => plan.steps.filter(({ id }) => links.get(id)?.action === 'decide' && links.get(id)?.arguments.part === part);
  const answered = optionsOf(plan).filter(({ letter }) => (given.answers[letter] ?? []).length > 0);
  const whole = answered.filter((option) => links.get(option.step.id)?.action === 'options' && isWhole(option, given.answers[option.letter] ?? []));
  return {
    steps: [...whole.map(({ step }) => step), ...parts.flatMap(stepsFor)],
    parts: parts.filter((part) => stepsFor(part).length === 0),
    options: answered.filter((option) => !whole.includes(option)),
  };
}

function isWhole({ step }: PlanOption, answers: readonly Answer[]): boolean {
  return questionsOf(step).every((question) => answers.some((answer) => answer.question === question && answer.text.trim() !== ''));
}
