import type { Failure } from '../outcome';
import { isOpen } from '../plan/openSteps';
import type { Phase, Plan, Step, Task } from '../plan/plan';
import type { DecisionPart } from './decision';
import type { Deliverable } from './deliverables';
import { durationText, rangeText } from './duration';
import { markdownTable, plainText } from './table';

export interface ProgressFacts {
  /** Milliseconds that runs of a step took, by step id. */
  readonly spent: ReadonlyMap<string, number>;
  readonly failures: ReadonlyMap<string, Failure>;
  /** Markdown, as people wrote it. */
  readonly decision: Readonly<Partial<Record<DecisionPart, string>>>;
  readonly deliverables: readonly Deliverable[];
  /** Documents with a section that no longer agrees with the data, relative to the workspace. */
  readonly stale: readonly string[];
  /** Markdown. */
  readonly links: readonly string[];
  linkTo(file: string): string;
}

/**
 * How far a plan is: totals, what runs and what comes next, time against estimates, what is left and on which path, phases,
 * what failed and why, what was delivered, and what was decided.
 */
export function progressMarkdown(plan: Plan, facts: ProgressFacts): string {
  const { counts, tasks, steps } = plan;
  const complete = tasks.filter((task) => standing(task.steps) === '✓').length;
  const next = steps.find(({ state }) => state === 'todo');
  const failed = steps.filter(({ state }) => state === 'failed');
  const rest = estimateOf(tasks.filter((task) => task.steps.some(isOpen)));
  return [
    `**Progress**: ${counts.done} of ${counts.steps} steps, ${complete} of ${tasks.length} tasks (${facts.links.join(', ')})  `,
    ...steps.filter(({ state }) => state === 'doing').map((step) => `**Now**: ${named(plan, step)}  `),
    ...(next ? [`**Next**: ${named(plan, next)}  `] : counts.steps > 0 && counts.done === counts.steps ? ['**Next**: nothing, the plan is complete  '] : []),
    ...timeLines(plan, facts),
    ...(rest ? [`**Estimated rest**: ${rest}  `] : []),
    ...(plan.criticalPath ? [`**Critical path**: ${criticalPath(plan, plan.criticalPath)}  `] : []),
    `**Decision**: ${facts.decision.approach ? oneLine(facts.decision.approach) : 'not made yet'}`,
    '',
    phaseTable(plan, facts),
    ...(failed.length > 0 ? ['', '**Failed**', '', ...failed.map((step) => `- ${named(plan, step)}${reasonOf(facts.failures.get(step.id))}`)] : []),
    ...deliverableLines(plan, facts),
    ...(facts.stale.length > 0 ? ['', `**Older than the data**: ${facts.stale.map((file) => `[${plainText(file)}](${facts.linkTo(file)})`).join(', ')}; \`evalmark report\` brings them in line.`] : []),
    ...(facts.decision.next ? ['', '**Next steps**', '', facts.decision.next] : []),
  ].join('\n');
}

/** What complete tasks took, against what the plan had estimated for the same ones. */
function timeLines({ tasks }: Plan, { spent }: ProgressFacts): readonly string[] {
  const run = tasks.filter((task) => standing(task.steps) === '✓' && task.steps.some(({ id }) => spent.has(id)));
  const estimated = run.filter((task) => task.estimate);
  if (run.length === 0) return [];
  const against = estimated.length > 0 ? `, estimated ${estimateOf(estimated) ?? ''}${estimated.length < run.length ? ` for ${estimated.length} of them` : ''}` : '';
  return [`**Time spent**: ${durationText(minutesOf(run, spent))} on ${run.length} complete ${run.length === 1 ? 'task' : 'tasks'}${against}  `];
}

function phaseTable({ phases }: Plan, { spent }: ProgressFacts): string {
  const [timed, estimated] = [spent.size > 0, phases.some(({ tasks }) => tasks.some(({ estimate }) => estimate))];
  const rows = phases.map((phase) => {
    const steps = phase.tasks.flatMap((task) => task.steps);
    const done = `${steps.filter(({ state }) => state === 'done').length} of ${steps.length}`;
    const minutes = minutesOf(phase.tasks, spent);
    return [standing(steps), titleOf(phase), done, ...(estimated ? [(estimateOf(phase.tasks) ?? '').replace(/, and \d.*$/, ', and more')] : []), ...(timed ? [minutes > 0 ? durationText(minutes) : ''] : [])];
  });
  return markdownTable(['', 'Phase', 'Steps', ...(estimated ? ['Estimated'] : []), ...(timed ? ['Spent'] : [])], rows);
}

/** Of complete tasks everything is due; of others only what is there is worth a word. */
function deliverableLines(plan: Plan, { deliverables, linkTo }: ProgressFacts): readonly string[] {
  const lines = deliverables.flatMap(({ taskId, name, file, state }) => {
    const task = plan.tasks.find(({ id }) => id === taskId);
    const due = task !== undefined && standing(task.steps) === '✓';
    if (!due && state !== 'there') return [];
    const shown = file === undefined ? plainText(name) : `[${plainText(name)}](${linkTo(file)})`;
    const place = /^[\w.]{1,12}$/.test(taskId) ? `${taskId} ` : '';
    return [`- ${state === 'there' ? (due ? '✓' : '→') : '✗'} ${place}${shown}${deliverableWords[state]}`];
  });
  return lines.length === 0 ? [] : ['', '**Deliverables**', '', ...lines];
}

const deliverableWords: Readonly<Record<Deliverable['state'], string>> = {
  there: '',
  missing: ': not there, although its task is done',
  empty: ': empty, although its task is done',
  stale: ': older than the data',
};

/** The plan's own words, each with the standing of the phase that it means, where one does. */
function criticalPath({ phases }: Plan, words: string): string {
  const parts = words.split(/\s*(?:→|->|=>|>)\s*/).filter((part) => part !== '');
  return parts
    .map((part) => {
      const meant = phases.filter(({ title, tasks }) => [title, ...tasks.map((task) => task.title)].some((name) => name.toLowerCase().includes(part.toLowerCase())));
      const sign = meant.length > 0 ? standing(meant.flatMap(({ tasks }) => tasks.flatMap((task) => task.steps))) : '';
      // An arrow stands between the parts already.
      return `${plainText(part)}${sign === '' ? '' : sign === '→' ? ' (under way)' : ` ${sign}`}`;
    })
    .join(' → ');
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

function titleOf({ id, title }: Phase): string {
  return plainText(/^\d/.test(id) ? `Phase ${id}: ${title}` : title);
}

function reasonOf(failure: Failure | undefined): string {
  return failure ? `: ${plainText(failure.message)} ${plainText(failure.advice)}` : '';
}

/** Sum of the estimates of these tasks, as the plan gives them. */
function estimateOf(tasks: readonly Task[]): string | undefined {
  const estimates = tasks.flatMap(({ estimate }) => estimate ?? []);
  if (estimates.length === 0) return undefined;
  const without = tasks.length - estimates.length;
  const range = rangeText(estimates.reduce((sum, one) => sum + one.minimumMinutes, 0), estimates.reduce((sum, one) => sum + one.maximumMinutes, 0));
  return `${range}${without > 0 ? `, and ${without} ${without === 1 ? 'task' : 'tasks'} without an estimate` : ''}`;
}

function minutesOf(tasks: readonly Task[], spent: ReadonlyMap<string, number>): number {
  return tasks.flatMap(({ steps }) => steps).reduce((sum, { id }) => sum + (spent.get(id) ?? 0), 0) / 60_000;
}

function oneLine(markdown: string): string {
  return markdown.replace(/\s+/g, ' ').replace(/^\*\*(.*)\*\*$/, '$1').trim();
}
