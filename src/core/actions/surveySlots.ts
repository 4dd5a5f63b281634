import type { Plan } from '../plan/plan';
import { linkPlan } from './link';
import { categoryOf } from './rules/rule';

/** A place in the selection that a later step downloads: "lighting/complexion LoRAs (1-2 models)". */
export interface SurveySlot {
  /** Undefined where the step names its model and its words tell no kind. */
  readonly category: string | undefined;
  /** The one model that the step names. */
  readonly repository: string | undefined;
  readonly taskId: string;
  readonly stepText: string;
  readonly minimum: number;
  readonly maximum: number;
}

/** What the plan's own steps ask of the selection. */
export interface SurveyWishes {
  /** In the words of the steps that score. */
  readonly criteria: readonly string[];
  /** How many are to be selected; undefined where no step says. */
  readonly range: { readonly minimum: number; readonly maximum: number } | undefined;
  readonly slots: readonly SurveySlot[];
}

export function surveyWishes(plan: Plan): SurveyWishes {
  const criteria: string[] = [];
  const slots: SurveySlot[] = [];
  let range: SurveyWishes['range'];
  const links = linkPlan(plan);
  for (const step of plan.steps) {
    const link = links.get(step.id);
    if (!link) continue;
    const { action, arguments: args } = link;
    if (action === 'relevance' && args.criterion && !criteria.includes(args.criterion)) criteria.push(args.criterion);
    if (action === 'select') range ??= numbersOf(args.minimum, args.maximum);
    if (action === 'download' && (args.category || args.repository)) {
      slots.push({ category: args.category ?? categoryOf(step.text.replace(/[-_/]+/g, ' ')), repository: args.repository, taskId: step.taskId, stepText: step.text, ...numbersOf(args.minimum, args.maximum) });
    }
  }
  return { criteria, range, slots };
}

function numbersOf(minimum: string | undefined, maximum: string | undefined): { readonly minimum: number; readonly maximum: number } {
  const least = Math.max(1, Number.parseInt(minimum ?? '', 10) || 1);
  return { minimum: least, maximum: Math.max(least, Number.parseInt(maximum ?? '', 10) || least) };
}
