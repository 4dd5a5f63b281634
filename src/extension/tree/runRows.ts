import type { PartProgress, Progress } from '../../core/actions/action';
import type { Step } from '../../core/plan/plan';
import type { StepRun } from '../../core/runner/runState';
import type { RowState, StepStatus } from '../status/planStatus';
import type { DeviceMemory } from '../environment/deviceWatch';
import { bytes, clock, lastRun, milliseconds, partProgress, progressParts, shortProgress } from '../status/wording';

/** A step that runs, waits or ran, in the order in which a person wants to know of it. */
export interface RunRow<Host> {
  readonly kind: 'run';
  readonly host: Host;
  readonly step: Step;
  readonly run: StepRun;
  readonly state: RowState;
  readonly question: string | undefined;
  /** Runs of its plan are paused. */
  readonly paused: boolean;
  /** Of a queued step: how many of its plan run or wait before it. */
  readonly before: number;
}

export interface RunDetail<Host> {
  readonly kind: 'detail';
  readonly of: RunRow<Host>;
  readonly icon: string;
  readonly label: string;
  readonly description: string;
}

interface PlanWithStatus {
  readonly runner?: { readonly paused: boolean };
  readonly status: { readonly plan: { readonly steps: readonly Step[] }; readonly steps: ReadonlyMap<string, StepStatus> } | undefined;
}

/** Running first, then what waits for a person, the queue, failures, interruptions, and what is done, newest first. */
export function runRows<Host extends PlanWithStatus>(hosts: readonly Host[], hidden: (row: RunRow<Host>) => boolean, history = 20): readonly RunRow<Host>[] {
  const rows = hosts.flatMap((host) => {
    let before = 0;
    return (host.status?.plan.steps ?? []).flatMap((step): readonly RunRow<Host>[] => {
      const known = host.status?.steps.get(step.id);
      if (!known?.run || known.run.kind === 'blocked') return [];
      const state = known.state === 'todo' && known.run.kind === 'failed' ? 'failed' : known.state;
      const ahead = known.run.kind === 'running' || known.run.kind === 'queued' ? before++ : 0;
      return [{ kind: 'run', host, step, run: known.run, state, question: known.question, paused: host.runner?.paused ?? false, before: ahead }];
    });
  });
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
  if (rows.some(({ paused, run }) => paused && (run.kind === 'running' || run.kind === 'queued'))) counts.set('paused', 0);
  return [...(counts.has('paused') ? ['paused'] : []), ...countsText(counts)].join(' · ');
}

function countsText(counts: ReadonlyMap<string, number>): readonly string[] {
  return ['running', 'waiting', 'queued', 'failed', 'interrupted'].flatMap((word) => (counts.has(word) ? [`${counts.get(word) ?? 0} ${word}`] : []));
}

export function runDescription({ run, question, paused, before }: RunRow<unknown>): string {
  if (question !== undefined) return 'waiting for you';
  switch (run.kind) {
    case 'running':
      return `${shortProgress(run.progress)}${paused ? ' · pausing' : ''}`;
    case 'failed':
      return run.failure.short ?? 'failed';
    case 'done':
      return `${clock(run.at)} · ${milliseconds(run.milliseconds)}`;
    case 'cancelled':
      return `cancelled ${clock(run.at)}`;
    case 'needsPerson':
      return 'waiting for you';
    case 'queued':
      return paused ? 'paused' : before > 0 ? `queued · ${before} before it` : 'queued';
    case 'interrupted':
      return run.kind;
    case 'blocked':
      return run.reason;
  }
}

/** Of a run in the Timeline view. */
export function pastRunDescription(run: StepRun): string {
  switch (run.kind) {
    case 'running':
      return ['running', ...progressParts(run.progress)].join(' · ');
    case 'done':
      return ['done', milliseconds(run.milliseconds), run.summary].filter(Boolean).join(' · ');
    case 'failed':
      return `failed · ${milliseconds(run.milliseconds)} · ${run.failure.short ?? run.failure.message}`;
    case 'needsPerson':
      return `waited for you · ${run.reason}`;
    default:
      return run.kind;
  }
}

export function pastRunDetail(run: StepRun): string {
  return run.kind === 'failed' ? `${lastRun(run)}\n${run.failure.message}\n${run.failure.advice}` : lastRun(run);
}

/** @param device what an edit that runs takes of the graphics card now */
export function runDetails<Host>(row: RunRow<Host>, device?: DeviceMemory): readonly RunDetail<Host>[] {
  const detail = (icon: string, label: string, description = ''): RunDetail<Host> => ({ kind: 'detail', of: row, icon, label, description });
  const { run, question } = row;
  if (question !== undefined) return [detail('person', question)];
  switch (run.kind) {
    case 'running': {
      const [first, ...rest] = progressParts(run.progress);
      const memory = memoryParts(run.progress, device);
      return [
        detail('arrow-small-right', first ?? 'running', rest.join(' · ')),
        ...(memory ? [detail('chip', memory.label, memory.description)] : []),
        detail('clock', `since ${clock(run.since)}`),
        ...(run.progress.parts ?? []).map((part) => detail(partIcons[part.state], part.name, partProgress(part))),
      ];
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

/** "cuda:0", "10.2 of 24 GB now · 13.8 GB at peak" */
function memoryParts({ device: name, memory }: Progress, device: DeviceMemory | undefined): { readonly label: string; readonly description: string } | undefined {
  const onCard = name === undefined || name.startsWith('cuda');
  if (device && onCard) return { label: device.name, description: `${bytes(device.used)} of ${bytes(device.total)} VRAM now · ${bytes(Math.max(device.peak, memory?.kind === 'vram' ? memory.peakBytes : 0))} at peak` };
  return name === undefined ? undefined : { label: name, description: memory ? `${bytes(memory.peakBytes)} ${memory.kind === 'vram' ? 'VRAM' : 'memory'} at peak` : '' };
}

const partIcons: Readonly<Record<PartProgress['state'], string>> = { waiting: 'watch', running: 'arrow-small-right', stopped: 'debug-pause', done: 'check', failed: 'error' };

const order = ['running', 'needsPerson', 'queued', 'failed', 'interrupted'] as const;

const headings: Readonly<Partial<Record<StepRun['kind'], string>>> = { running: 'running', queued: 'queued', failed: 'failed', interrupted: 'interrupted' };

function rank({ run }: RunRow<unknown>): number {
  const at = (order as readonly string[]).indexOf(run.kind);
  return at < 0 ? order.length : at;
}

function endOf(run: StepRun): string {
  return 'at' in run ? run.at : 'since' in run ? run.since : '';
}
