import type { Step } from '../../core/plan/plan';
import type { StepRun } from '../../core/runner/runState';
import type { RowState, StepStatus } from '../status/planStatus';
import { clock, milliseconds, progressParts, shortProgress } from '../status/wording';

/** A step that runs, waits or ran, in the order in which a person wants to know of it. */
export interface RunRow<Host> {
  readonly kind: 'run';
  readonly host: Host;
  readonly step: Step;
  readonly run: StepRun;
  readonly state: RowState;
  readonly question: string | undefined;
}

export interface RunDetail<Host> {
  readonly kind: 'detail';
  readonly of: RunRow<Host>;
  readonly icon: string;
  readonly label: string;
  readonly description: string;
}

interface PlanWithStatus {
  readonly status: { readonly plan: { readonly steps: readonly Step[] }; readonly steps: ReadonlyMap<string, StepStatus> } | undefined;
}

/** Running first, then what waits for a person, the queue, failures, interruptions, and what is done, newest first. */
export function runRows<Host extends PlanWithStatus>(hosts: readonly Host[], hidden: (row: RunRow<Host>) => boolean, history = 20): readonly RunRow<Host>[] {
  const rows = hosts.flatMap((host) =>
    (host.status?.plan.steps ?? []).flatMap((step): readonly RunRow<Host>[] => {
      const known = host.status?.steps.get(step.id);
      if (!known?.run || known.run.kind === 'blocked') return [];
      const state = known.state === 'todo' && known.run.kind === 'failed' ? 'failed' : known.state;
      return [{ kind: 'run', host, step, run: known.run, state, question: known.question }];
    }),
  );
  const sorted = rows.filter((row) => !hidden(row)).sort((a, b) => rank(a) - rank(b) || endOf(b.run).localeCompare(endOf(a.run)));
  let past = 0;
  return sorted.filter((row) => rank(row) < order.length || ++past <= history);
}

/** "1 running · 1 waiting · 2 queued" */
export function runsDescription(rows: readonly RunRow<unknown>[]): string {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const word = row.question !== undefined || row.state === 'needsPerson' ? 'waiting' : (headings[row.run.kind] ?? '');
    if (word) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return ['running', 'waiting', 'queued', 'failed', 'interrupted'].flatMap((word) => (counts.has(word) ? [`${counts.get(word) ?? 0} ${word}`] : [])).join(' · ');
}

export function runDescription({ run, question }: RunRow<unknown>): string {
  if (question !== undefined) return 'waiting for you';
  switch (run.kind) {
    case 'running':
      return shortProgress(run.progress);
    case 'failed':
      return run.failure.short ?? 'failed';
    case 'done':
      return `${clock(run.at)} · ${milliseconds(run.milliseconds)}`;
    case 'cancelled':
      return `cancelled ${clock(run.at)}`;
    case 'needsPerson':
      return 'waiting for you';
    case 'queued':
    case 'interrupted':
      return run.kind;
    case 'blocked':
      return run.reason;
  }
}

export function runDetails<Host>(row: RunRow<Host>): readonly RunDetail<Host>[] {
  const detail = (icon: string, label: string, description = ''): RunDetail<Host> => ({ kind: 'detail', of: row, icon, label, description });
  const { run, question } = row;
  if (question !== undefined) return [detail('person', question)];
  switch (run.kind) {
    case 'running': {
      const [first, ...rest] = progressParts(run.progress);
      return [detail('arrow-small-right', first ?? 'running', rest.join(' · ')), detail('clock', `since ${clock(run.since)}`)];
    }
    case 'failed':
      return [detail('info', run.failure.message), detail('lightbulb', run.failure.advice), detail('clock', `${clock(run.at)} after ${milliseconds(run.milliseconds)}`)];
    case 'done':
      return run.summary === undefined ? [] : [detail('info', run.summary)];
    case 'needsPerson':
      return [detail('person', run.reason)];
    case 'interrupted':
      return [detail('clock', `began ${clock(run.since)}`)];
    default:
      return [];
  }
}

const order = ['running', 'needsPerson', 'queued', 'failed', 'interrupted'] as const;

const headings: Readonly<Partial<Record<StepRun['kind'], string>>> = { running: 'running', queued: 'queued', failed: 'failed', interrupted: 'interrupted' };

function rank({ run }: RunRow<unknown>): number {
  const at = (order as readonly string[]).indexOf(run.kind);
  return at < 0 ? order.length : at;
}

function endOf(run: StepRun): string {
  return 'at' in run ? run.at : 'since' in run ? run.since : '';
}
