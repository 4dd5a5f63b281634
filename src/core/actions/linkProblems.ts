import type { LinkOverride, Plan, PlanDiagnostic } from '../plan/plan';
import { actionNames } from './action';
import { argumentsOf } from './actionArguments';
import { isActionName } from './link';

/** What is wrong with the comments that link steps by hand: an action, an argument or a value that nobody knows. */
export function linkProblems(plan: Pick<Plan, 'steps'>): readonly PlanDiagnostic[] {
  return plan.steps.flatMap((step) => (step.override ? problemsOf(step.override) : []));
}

function problemsOf({ action, arguments: args, range }: LinkOverride): readonly PlanDiagnostic[] {
  if (!isActionName(action)) {
    const message = `There is no action “${action}”. Known are ${actionNames.join(', ')}.`;
    return [{ severity: 'error', code: 'unknown-action', message, range }];
  }
  const known = argumentsOf(action);
  const problems: PlanDiagnostic[] = [];
  for (const [name, value] of Object.entries(args)) {
    const info = known.find((argument) => argument.name === name);
    if (!info) {
      const names = known.map((argument) => argument.name).join(', ');
      const message = known.length > 0 ? `“${action}” takes no argument “${name}”, but ${names}.` : `“${action}” takes no arguments.`;
      problems.push({ severity: 'warning', code: 'unknown-argument', message, range });
    } else if (isList(info.values) && !info.values.includes(value)) {
      problems.push({ severity: 'warning', code: 'unknown-value', message: `“${name}=${value}” is not known here; use ${info.values.join(', ')}.`, range });
    }
  }
  return problems;
}

function isList(values: unknown): values is readonly string[] {
  return Array.isArray(values);
}
