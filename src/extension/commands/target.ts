import { Uri } from 'vscode';
import type { Step } from '../../core/plan/plan';
import type { RunSelection } from '../../core/runner/runState';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import type { PlanRow } from '../tree/rows';
import type { RunRow } from '../tree/runRows';

/** What a link in a hover or a line above a task names; small enough for a command link. */
export interface Target {
  readonly plan: string;
  readonly kind: 'plan' | 'phase' | 'task' | 'step' | 'gate' | 'next';
  readonly id: string;
}

/** What a command works on, whichever way it was called: a row with the rest of the selection, a link, a file. */
export interface Chosen {
  readonly host: PlanHost;
  readonly kind: Target['kind'];
  readonly id: string;
}

export function targetOf(host: PlanHost, kind: Target['kind'], id = ''): Target {
  return { plan: host.uri.toString(), kind, id };
}

/** Rows of the whole selection when the menu was opened on one of them. */
export function chosenBy(plans: PlanSet, args: readonly unknown[]): readonly Chosen[] {
  const [first, second] = args;
  const several = Array.isArray(second) && second.includes(first) ? (second as unknown[]) : [first];
  return several.flatMap((argument) => chosen(plans, argument) ?? []);
}

/** Steps that the chosen rows stand for, those of a task or phase included. */
export function stepsOf({ host, kind, id }: Chosen): readonly Step[] {
  const plan = host.plan;
  if (!plan) return [];
  switch (kind) {
    case 'plan':
      return plan.steps;
    case 'phase':
      return plan.steps.filter(({ phaseId }) => phaseId === id);
    case 'task':
      return host.task(id)?.steps ?? [];
    case 'step':
      return withNested(host, host.step(id));
    case 'next':
      return host.status?.next ? [host.status.next] : [];
    case 'gate':
      return [];
  }
}

/** What to run, one selection for all single steps of a plan. */
export function selectionsOf(all: readonly Chosen[]): readonly { readonly host: PlanHost; readonly selection: RunSelection }[] {
  const single = new Map<PlanHost, string[]>();
  const selections: { host: PlanHost; selection: RunSelection }[] = [];
  for (const chosenRow of all) {
    const { host, kind, id } = chosenRow;
    if (kind === 'plan') selections.push({ host, selection: { kind } });
    else if (kind === 'phase' || kind === 'task') selections.push({ host, selection: { kind, id } });
    else single.set(host, [...(single.get(host) ?? []), ...stepsOf(chosenRow).map((step) => step.id)]);
  }
  for (const [host, ids] of single) if (ids.length > 0) selections.push({ host, selection: { kind: 'steps', ids: [...new Set(ids)] } });
  return selections;
}

function chosen(plans: PlanSet, argument: unknown): Chosen | undefined {
  if (argument instanceof Uri) {
    const host = plans.of(argument);
    return host && { host, kind: 'plan', id: '' };
  }
  if (isRunRow(argument)) return { host: argument.host, kind: 'step', id: argument.step.id };
  if (isRow(argument)) return argument.kind === 'problem' ? { host: argument.host, kind: 'plan', id: '' } : { host: argument.host, kind: argument.kind, id: 'id' in argument ? argument.id : '' };
  if (isTarget(argument)) {
    const host = plans.of(Uri.parse(argument.plan));
    return host && { host, kind: argument.kind, id: argument.id };
  }
  return undefined;
}

function withNested(host: PlanHost, step: Step | undefined): readonly Step[] {
  return step ? [step, ...host.stepsUnder(step.id).flatMap((child) => withNested(host, child))] : [];
}

function isRunRow(value: unknown): value is Pick<RunRow<PlanHost>, 'host' | 'step'> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'run';
}

function isRow(value: unknown): value is PlanRow {
  return typeof value === 'object' && value !== null && 'host' in value && 'kind' in value;
}

function isTarget(value: unknown): value is Target {
  return typeof value === 'object' && value !== null && 'plan' in value && 'kind' in value && 'id' in value && typeof value.plan === 'string';
}
