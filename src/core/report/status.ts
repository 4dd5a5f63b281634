import path from 'node:path';
import type { Ask, Logger, PlanPaths } from '../actions/action';
import type { Failure, Result } from '../outcome';
import type { Phase, Plan, Step, Task } from '../plan/plan';
import { Repository } from '../repository/repository';
import { changeId, planName } from './changeId';
import { writeSection } from './managedSection';
import { markdownTable, plainText } from './table';

export interface StatusUpdate {
  readonly plan: Plan;
  readonly paths: Pick<PlanPaths, 'workspace' | 'plan' | 'planFolder'>;
  /** Why steps failed, by step id, as far as it is known. */
  readonly failures?: ReadonlyMap<string, Failure>;
  readonly ask: Ask;
  readonly log: Logger;
  wrote(path: string): void;
  /** The document, relative to the workspace; STATUS.md when left out. */
  readonly file?: string;
  readonly now?: () => Date;
  /** A person ran the step that updates it, so a hand edit is asked about again. */
  readonly onPurpose?: boolean;
}

/** Brings the plan's own section of STATUS.md, at the top of the workspace, in line with the plan. Each plan has one. */
export async function updateStatus(update: StatusUpdate): Promise<Result<'written' | 'unchanged' | 'kept'>> {
  const { plan, paths } = update;
  const file = update.file ?? 'STATUS.md';
  const change = await changeId(paths);
  const opened = await Repository.open(paths.workspace);
  const commit = opened.ok ? await opened.value.lastCommit() : undefined;
  const link = path.relative(paths.workspace, paths.plan).split(path.sep).map(encodeURIComponent).join('/');
  const last = commit?.ok && commit.value ? `\`${commit.value.commit}\` ${plainText(commit.value.subject)} (${commit.value.at.slice(0, 10)})` : undefined;
  const markdown = progressMarkdown(plan, { failures: update.failures ?? new Map(), lastCommit: last, link });
  return writeSection(file, `status-${change}`, markdown, update, {
    heading: planName(plan, change),
    document: { title: 'Status' },
    quiet: !update.onPurpose,
  });
}

export interface ProgressFacts {
  readonly failures: ReadonlyMap<string, Failure>;
  /** Markdown. */
  readonly lastCommit: string | undefined;
  /** To the plan, relative to the document. */
  readonly link: string;
}

/** How far a plan is: totals, phases, what is running, what comes next, what failed and why, and the estimated rest. */
export function progressMarkdown(plan: Plan, { failures, lastCommit, link }: ProgressFacts): string {
  const { counts } = plan;
  const complete = plan.tasks.filter((task) => standing(task.steps) === '✓').length;
  const current = plan.steps.filter(({ state }) => state === 'doing');
  const next = plan.steps.find(({ state }) => state === 'todo');
  const failed = plan.steps.filter(({ state }) => state === 'failed');
  const rest = estimatedRest(plan);
  const lines = [
    `**Progress**: ${counts.done} of ${counts.steps} steps, ${complete} of ${plan.tasks.length} tasks ([plan](${link}))  `,
    ...current.map((step) => `**Now**: ${named(plan, step)}  `),
    ...(next ? [`**Next**: ${named(plan, next)}  `] : counts.steps > 0 && counts.done === counts.steps ? ['**Next**: nothing, the plan is complete  '] : []),
    ...(rest ? [`**Estimated rest**: ${rest}  `] : []),
    ...(lastCommit ? [`**Last commit**: ${lastCommit}  `] : []),
    '',
    markdownTable(['', 'Phase', 'Steps'], plan.phases.map(phaseRow)),
  ];
  if (failed.length > 0) lines.push('', '**Failed**', '', ...failed.map((step) => `- ${named(plan, step)}${reasonOf(failures.get(step.id))}`));
  return lines.join('\n');
}

function phaseRow(phase: Phase): readonly string[] {
  const steps = phase.tasks.flatMap((task) => task.steps);
  const title = /^\d/.test(phase.id) ? `Phase ${phase.id}: ${phase.title}` : phase.title;
  return [standing(steps), plainText(title), `${steps.filter(({ state }) => state === 'done').length} of ${steps.length}`];
}

/** ✓ all done, ✗ something failed, → begun, empty otherwise. */
function standing(steps: readonly Step[]): string {
  const open = steps.filter(({ state }) => state !== 'deferred');
  if (open.length > 0 && open.every(({ state }) => state === 'done')) return '✓';
  if (open.some(({ state }) => state === 'failed')) return '✗';
  return open.some(({ state }) => state === 'done' || state === 'doing') ? '→' : '';
}

function named(plan: Plan, step: Step): string {
  const task = plan.tasks.find(({ id }) => id === step.taskId);
  const place = task && /^[\w.]{1,12}$/.test(task.id) ? `${task.id} ` : '';
  return `${place}${plainText(step.text.replace(/\*\*/g, ''))}`;
}

function reasonOf(failure: Failure | undefined): string {
  return failure ? `: ${plainText(failure.message)} ${plainText(failure.advice)}` : '';
}

/** Sum of the estimates of tasks that are not complete, as the plan gives them. */
function estimatedRest(plan: Plan): string | undefined {
  const open = plan.tasks.filter((task) => task.steps.some(({ state }) => state !== 'done' && state !== 'deferred'));
  const estimated = open.filter((task): task is Task & { readonly estimate: NonNullable<Task['estimate']> } => task.estimate !== undefined);
  if (estimated.length === 0) return undefined;
  const minimum = estimated.reduce((sum, { estimate }) => sum + estimate.minimumMinutes, 0);
  const maximum = estimated.reduce((sum, { estimate }) => sum + estimate.maximumMinutes, 0);
  const without = open.length - estimated.length;
  return `${minimum === maximum ? duration(minimum) : `${duration(minimum)} to ${duration(maximum)}`}${without > 0 ? `, and ${without} ${without === 1 ? 'task' : 'tasks'} without an estimate` : ''}`;
}

function duration(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = Math.round(minutes % 60);
  if (hours === 0) return `${rest} min`;
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}
