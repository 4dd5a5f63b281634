import { actionInfo } from '../../core/actions/actionInfo';
import type { Link, PartProgress, Progress } from '../../core/actions/action';
import type { Estimate, Gate, Phase, Step, Task } from '../../core/plan/plan';
import type { GateRun, StepRun } from '../../core/runner/runState';
import type { GroupStatus, StepStatus } from './planStatus';

/** `**Option A**: Use …` without its Markdown, as a tree shows it. */
export function plainText(markdown: string): string {
  return markdown
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(\*\*|__)(.+?)\1/g, '$2')
    .replace(/`([^`]*)`/g, '$1')
    .trim();
}

export function phaseLabel({ id, title }: Phase): string {
  return /^\d+$/.test(id) ? `Phase ${id}: ${plainText(title)}` : plainText(title) || 'Plan';
}

export function taskLabel({ id, title }: Task): string {
  return isWrittenId(id) ? `${id} ${plainText(title)}` : plainText(title);
}

/** "Task 2.4", or the title where the plan gives no id. */
export function taskName({ id, title }: Task): string {
  return isWrittenId(id) ? `Task ${id}` : plainText(title);
}

export function gateLabel({ text }: Gate): string {
  const short = text.length > 36 ? text.replace(/\s+(before|so that|in order to)\s.*$/i, '') : text;
  return `Gate: ${plainText(short)}`;
}

/** Short, as the tree cuts the rest: "66 %", "26.5 GB short", "shell". */
export function stepDescription(step: Step, { state, run }: StepStatus, link: Link | undefined): string {
  switch (state) {
    case 'failed':
      return run?.kind === 'failed' ? (run.failure.short ?? 'failed') : 'failed';
    case 'needsPerson':
      return 'needs you';
    case 'doing':
      return run?.kind === 'running' ? shortProgress(run.progress) : 'in progress';
    case 'queued':
      return 'queued';
    case 'interrupted':
      return 'interrupted';
    case 'blocked':
      return run?.kind === 'blocked' ? blockedBy(run.by) : 'blocked';
    case 'deferred':
      return 'deferred';
    case 'done':
      return '';
    case 'todo':
      return link === undefined ? '' : `${actionInfo(link.action).label}${link.candidates.length > 0 ? ' · which one?' : ''}${step.optional ? ' · optional' : ''}`;
  }
}

export function groupDescription(status: GroupStatus): string {
  const parts = [`${status.done}/${status.total}`];
  if (status.failed > 0) parts.push(status.failed > 1 ? `${status.failed} failed` : 'failed');
  else if (status.needsPerson > 0) parts.push('needs you');
  else if (status.state === 'interrupted') parts.push('interrupted');
  else if (status.state === 'queued') parts.push('queued');
  else if (status.blockedBy !== undefined && status.state === 'blocked') parts.push(`blocked by ${status.blockedBy}`);
  if (status.secondsLeft !== undefined) parts.push(`${duration(status.secondsLeft)} left`);
  return parts.join(' · ');
}

export function gateDescription(run: GateRun): string {
  switch (run.kind) {
    case 'open':
      return 'stops here';
    case 'waiting':
      return 'needs you';
    case 'agreed':
      return `agreed ${clock(run.at)}`;
  }
}

export function shortProgress({ completed, total, unit, message }: Progress): string {
  if (completed !== undefined && total !== undefined && total > (unit === 'items' ? 1 : 0)) {
    return unit === 'items' ? `${completed} of ${total}` : `${Math.floor((completed / total) * 100)} %`;
  }
  return message && message.length <= 18 ? message : 'running';
}

/** "38.2 of 57.7 GB · 41.6 MB/s · 8 min left" in its parts. */
export function progressParts({ completed, total, unit, speed, secondsLeft, message }: Progress): readonly string[] {
  const parts: string[] = [];
  if (completed !== undefined && total !== undefined && total > 1) parts.push(unit === 'bytes' ? bytesOf(completed, total) : `${completed} of ${total}`);
  if (speed !== undefined) parts.push(unit === 'bytes' ? `${bytes(speed)}/s` : `${speed.toFixed(1)}/s`);
  if (secondsLeft !== undefined) parts.push(`${duration(secondsLeft)} left`);
  if (message) parts.push(message);
  return parts;
}

/** "12 of 40 · 1.9/s · 3 min left · 31.2 GB VRAM · node7" */
export function partProgress({ completed, total, speed, secondsLeft, memory, where, message, state }: PartProgress): string {
  const counted = progressParts({ completed, total, ...(speed === undefined || state !== 'running' ? {} : { speed }), ...(secondsLeft === undefined ? {} : { secondsLeft }) });
  const parts = state === 'waiting' ? ['waiting'] : state === 'stopped' ? ['to be continued', ...counted] : counted;
  return [...parts, ...(memory === undefined ? [] : [`${bytes(memory.peakBytes)} ${memory.kind === 'vram' ? 'VRAM' : 'RAM'}`]), ...(where === undefined ? [] : [where]), ...(message === undefined ? [] : [message])].join(' · ');
}

/** What is still to be done of an estimate, in proportion to the open steps: "12 min". */
export function remaining(estimate: Estimate | undefined, { done, total }: GroupStatus): string | undefined {
  if (!estimate || total === 0 || done === total) return undefined;
  return duration(Math.round((estimate.maximumMinutes * (total - done)) / total) * 60);
}

export function lastRun(run: StepRun): string {
  switch (run.kind) {
    case 'queued':
      return 'queued';
    case 'running':
      return [`since ${clock(run.since)}`, ...progressParts(run.progress)].join(' · ');
    case 'done':
      return `${clock(run.at)} · ${milliseconds(run.milliseconds)}`;
    case 'failed':
      return `${clock(run.at)} after ${milliseconds(run.milliseconds)}`;
    case 'cancelled':
      return `cancelled ${clock(run.at)}`;
    case 'needsPerson':
      return `waiting for you since ${clock(run.at)}`;
    case 'blocked':
      return run.reason;
    case 'interrupted':
      return `interrupted, began ${clock(run.since)}`;
  }
}

/** "14:33" today, "Nov 4 14:33" before. */
export function clock(iso: string, now = new Date()): string {
  const at = new Date(iso);
  const time = `${String(at.getHours()).padStart(2, '0')}:${String(at.getMinutes()).padStart(2, '0')}`;
  if (at.toDateString() === now.toDateString()) return time;
  return `${at.toLocaleDateString('en', { month: 'short', day: 'numeric' })} ${time}`;
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  const hours = seconds / 3600;
  return `${hours < 10 ? hours.toFixed(1).replace(/\.0$/, '') : Math.round(hours)} h`;
}

export function milliseconds(value: number): string {
  return value < 1000 ? `${Math.max(0.1, value / 1000).toFixed(1)} s` : duration(value / 1000);
}

/** Decimal units, as disks and the Hub count: "57.7 GB". */
export function bytes(value: number): string {
  const [unit, size] = unitOf(value);
  return `${digits(value / size)} ${unit}`;
}

function bytesOf(part: number, whole: number): string {
  const [unit, size] = unitOf(whole);
  return `${digits(part / size)} of ${digits(whole / size)} ${unit}`;
}

function unitOf(value: number): readonly [string, number] {
  const units = [['TB', 1e12], ['GB', 1e9], ['MB', 1e6], ['KB', 1e3]] as const;
  return units.find(([, size]) => value >= size) ?? ['B', 1];
}

function digits(value: number): string {
  return value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
}

function blockedBy(by: string): string {
  if (by.startsWith('gate:')) return 'stops at the gate';
  return isWrittenId(by) ? `blocked by ${by}` : 'after a failed step';
}

function isWrittenId(id: string): boolean {
  return /^(\d+(\.\d+)*|[A-Z]{1,4}\d+)$/.test(id);
}
