import { isActionName, linkPlan } from '../core/actions/link';
import { actionNames } from '../core/actions/action';
import { stepAddress } from '../core/plan/address';
import type { Plan, Step } from '../core/plan/plan';
import type { CliArguments } from './arguments';
import { openPlan, reportFailure } from './openPlan';
import { selectionOf } from './stepNames';
import { inScope } from '../core/runner/selection';

/** `evalmark link PLAN [STEP]`: what each step runs and why; with `--set`, writes it into the plan as a comment. */
export async function link(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const selection = selectionOf(opened.plan, args.steps);
  if (!selection.ok) {
    reportFailure(selection.failure, args.json);
    return 2;
  }
  const steps = opened.plan.steps.filter((step) => inScope(step, selection.value));
  if (args.set === undefined) return show(opened.plan, steps, args.json);
  const [step] = steps;
  if (!step || steps.length !== 1) return usageError('--set needs exactly one STEP.');
  const [action = '', ...pairs] = words(args.set);
  if (action !== 'none' && !isActionName(action)) return usageError(`There is no action "${action}". Known: ${actionNames.join(', ')}.`);
  const wrong = pairs.find((pair) => !/^[\w.]+=/.test(pair));
  if (wrong !== undefined) return usageError(`"${wrong}" is no key=value.`);
  const written = await opened.store.edit([
    {
      kind: 'link',
      step: stepAddress(step),
      action: action === 'none' ? undefined : action,
      arguments: Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)])),
    },
  ]);
  if (written.ok) return show(written.value.plan, written.value.plan.steps.filter(({ id, line }) => id === step.id || line === step.line), args.json);
  reportFailure(written.failure, args.json);
  return 1;
}

function show(plan: Plan, steps: readonly Step[], json: boolean): number {
  const links = linkPlan(plan);
  const rows = steps.flatMap((step) => {
    const found = links.get(step.id);
    return found ? [{ id: step.id, line: step.line + 1, text: step.text, ...found }] : [];
  });
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, undefined, 2)}\n`);
    return 0;
  }
  for (const row of rows) {
    const given = Object.entries(row.arguments).map(([key, value]) => ` ${key}=${value}`).join('');
    process.stdout.write(`line ${row.line}: ${row.text}\n    ${row.action}${given}\n    ${row.reason}\n`);
    for (const candidate of row.candidates) process.stdout.write(`    could be: ${Object.values(candidate).join(' ')}\n`);
  }
  return 0;
}

/** Splits at blanks outside double quotes, and drops the quotes. */
function words(text: string): readonly string[] {
  return (text.match(/(?:[^\s"]|"[^"]*")+/g) ?? []).map((word) => word.replaceAll('"', ''));
}

function usageError(message: string): number {
  process.stderr.write(`${message}\n`);
  return 2;
}
