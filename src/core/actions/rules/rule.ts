import type { Plan, Step, Task } from '../../plan/plan';
import type { ActionArguments, ActionName } from '../action';

/** One way to recognise what a step wants. Rules are tried in order and look only at the plan. */
export interface Rule {
  readonly name: string;
  match(input: RuleInput): Match | undefined;
}

export interface RuleInput {
  readonly plan: Plan;
  readonly task: Task;
  readonly step: Step;
  /** The step's text without emphasis marks. */
  readonly text: string;
  readonly lower: string;
  /** The task's title in lower case. */
  readonly title: string;
}

export interface Match {
  readonly action: ActionName;
  readonly arguments?: ActionArguments;
  readonly reason: string;
  readonly candidates?: readonly ActionArguments[];
}

/** A rule that needs no more than a pattern over the step's text. */
export function textRule(name: string, pattern: RegExp, make: (found: RegExpExecArray, input: RuleInput) => Match | undefined): Rule {
  return {
    name,
    match(input) {
      const found = pattern.exec(input.text);
      return found ? make(found, input) : undefined;
    },
  };
}

/** `owner/name` as the Hub allows it; a path such as `scripts/x.py` or `test_data/source` has to be told apart by the caller. */
export const repositoryPattern = /\b([A-Za-z0-9][\w.-]{1,95}\/[A-Za-z0-9][\w.-]{1,95})\b/;

/** Which kind of model the words speak of; `undefined` when none or more than one. */
export function categoryOf(text: string): string | undefined {
  const found = categories.filter(({ words }) => words.test(text));
  return found.length === 1 ? found[0]?.category : undefined;
}

const categories = [
  { category: 'angles', words: /\bangles?\b|\bcamera\b|\bviewpoints?\b/i },
  { category: 'identity', words: /\bface\b|\bidentity\b|\bcharacter consistency\b/i },
  { category: 'lighting', words: /\blight(ing)?\b|\bcomplexion\b|\brelight\w*/i },
  { category: 'reference', words: /\breference models?\b|\breference loras?\b/i },
] as const;

/** "(2-3 models)" or "top 5-10" or "5 images" as numbers. */
export function rangeOf(text: string): { readonly minimum: string; readonly maximum: string } | undefined {
  const found = /(\d+)\s*(?:-|–|to)\s*(\d+)/.exec(text) ?? /\b(\d+)\b/.exec(text);
  if (!found?.[1]) return undefined;
  return { minimum: found[1], maximum: found[2] ?? found[1] };
}
