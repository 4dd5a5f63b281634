import type { Plan, Step, Task } from '../plan/plan';
import { readStepText } from '../plan/stepText';
import { actionNames, type ActionArguments, type ActionName, type Link } from './action';
import { pictureRules } from './rules/pictures';
import { resultRules } from './rules/results';
import { reviewRules } from './rules/review';
import type { Rule, RuleInput } from './rules/rule';
import { setupRules } from './rules/setup';
import { shellRule } from './rules/shell';
import { surveyRules } from './rules/survey';
import { testingRules } from './rules/testing';

/**
 * Ties a step to its action: the person's own comment first, then the first rule that fits, else `manual`.
 * Never guesses between equally good targets: these come back as `candidates` and must be chosen.
 */
export function linkStep(plan: Plan, task: Task, step: Step): Link {
  if (step.override) return linkOfOverride(step.override.action, step.override.arguments);
  const input = ruleInput(plan, task, step);
  for (const rule of rules) {
    const match = rule.match(input);
    if (match) {
      return {
        action: match.action,
        arguments: match.arguments ?? {},
        reason: match.reason,
        origin: 'rule',
        candidates: match.candidates ?? [],
      };
    }
  }
  return { action: 'manual', arguments: {}, reason: 'no rule fits this text; a person says when it is done', origin: 'none', candidates: [] };
}

/** Links of all steps by step id. */
export function linkPlan(plan: Plan): ReadonlyMap<string, Link> {
  const links = new Map<string, Link>();
  for (const task of plan.tasks) {
    for (const step of task.steps) links.set(step.id, linkStep(plan, task, step));
  }
  return links;
}

export function isActionName(name: string): name is ActionName {
  return (actionNames as readonly string[]).includes(name);
}

/** Order matters: the specific before the general. */
const rules: readonly Rule[] = [...surveyRules, ...setupRules, ...pictureRules, ...testingRules, ...reviewRules, ...resultRules, shellRule];

function linkOfOverride(action: string, args: ActionArguments): Link {
  if (isActionName(action)) {
    return { action, arguments: args, reason: 'written in the plan as a comment', origin: 'person', candidates: [] };
  }
  return {
    action: 'manual',
    arguments: {},
    reason: `the comment names the action "${action}", which does not exist; known are ${actionNames.join(', ')}`,
    origin: 'person',
    candidates: [],
  };
}

function ruleInput(plan: Plan, task: Task, step: Step): RuleInput {
  const text = readStepText(step.text).words.replace(/[*_]{2}/g, '').trim();
  return { plan, task, step, text, lower: text.toLowerCase(), title: task.title.toLowerCase() };
}
