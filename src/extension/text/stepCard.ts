import { MarkdownString } from 'vscode';
import { actionInfo } from '../../core/actions/actionInfo';
import type { Link } from '../../core/actions/action';
import type { Step } from '../../core/plan/plan';
import type { PastRun } from '../../core/runner/runState';
import { commandId, type CommandId } from '../commands/commandId';
import { targetOf } from '../commands/target';
import type { PlanHost } from '../plans/planHost';
import type { PlanStatus, StepStatus } from '../status/planStatus';
import { lastRun } from '../status/wording';

/** What is known of a step: its action, its state, why it was linked, and what to do. For hovers and tooltips. */
export async function stepCard(host: PlanHost, status: PlanStatus, step: Step): Promise<MarkdownString> {
  const past = await host.runner.pastRuns(step.id);
  const link = status.links.get(step.id);
  const known = status.steps.get(step.id);
  const card = new MarkdownString('', true);
  card.isTrusted = { enabledCommands: linkCommands };
  if (link) writeAction(card, link);
  if (known) writeState(card, known);
  writePast(card, past, known);
  if (link) {
    card.appendMarkdown('\n\n');
    card.appendText(`${originText(link)}: ${link.reason}.`);
  }
  card.appendMarkdown(`\n\n${links(host, step, link, known, past.length)}`);
  return card;
}

const linkCommands: readonly CommandId[] = [
  commandId.run, commandId.runAgain, commandId.stop, commandId.answer, commandId.changeAction, commandId.openModelCard, commandId.showLog, commandId.showTimeline, commandId.reveal,
];

function writeAction(card: MarkdownString, link: Link): void {
  const info = actionInfo(link.action);
  card.appendMarkdown(`$(${info.icon}) **${link.action}** &nbsp; `);
  const { repository, ...rest } = link.arguments;
  if (repository !== undefined) card.appendMarkdown(code(repository));
  const others = Object.entries(rest).map(([key, value]) => code(`${key}=${value}`));
  card.appendMarkdown(` ${others.join(' ') || (repository === undefined ? info.title : '')}`);
}

function writeState(card: MarkdownString, { state, run, question }: StepStatus): void {
  card.appendMarkdown('\n\n---\n\n');
  if (question !== undefined) {
    card.appendMarkdown('$(person) **Needs you**: ');
    card.appendText(question);
    return;
  }
  if (!run || (state !== 'failed' && run.kind === 'failed')) {
    card.appendMarkdown(`**${word(state)}**`);
    return;
  }
  card.appendMarkdown(`**${word(state)}** `);
  card.appendText(lastRun(run));
  if (run.kind === 'running' && run.progress.picture) card.appendMarkdown(`\n\n![](data:image/png;base64,${Buffer.from(run.progress.picture).toString('base64')}|height=128)`);
  if (run.kind === 'done' && run.summary) card.appendText(`\n\n${run.summary}`);
  if (run.kind === 'needsPerson') card.appendText(`: ${run.reason}`);
  if (run.kind === 'failed') {
    card.appendMarkdown('\n\n$(error) ');
    card.appendText(`${run.failure.message} ${run.failure.advice}`);
  }
}

/** The last run that ended, where the state above does not say it already, and how many there were. */
function writePast(card: MarkdownString, past: readonly PastRun[], known: StepStatus | undefined): void {
  const last = past.find(({ run }) => run.kind !== 'interrupted');
  if (!last) return;
  const isSaid = known?.run !== undefined && 'at' in known.run && 'at' in last.run && known.run.at === last.run.at && !(known.state !== 'failed' && known.run.kind === 'failed');
  const runs = past.length > 1 ? `${past.length} runs` : '';
  const text = [isSaid ? '' : `Last run: ${last.run.kind === 'failed' ? 'failed ' : ''}${lastRun(last.run)}`, runs].filter(Boolean).join(' · ');
  if (text === '') return;
  card.appendMarkdown('\n\n$(history) ');
  card.appendText(text);
}

function links(host: PlanHost, step: Step, link: Link | undefined, known: StepStatus | undefined, runs: number): string {
  const target = targetOf(host, 'step', step.id);
  const running = known?.run?.kind === 'running';
  return [
    known?.question === undefined ? undefined : commandLink('Answer', commandId.answer, target),
    running ? commandLink('Stop', commandId.stop, target) : commandLink(known?.state === 'failed' ? 'Run Again' : 'Run', commandId.run, target),
    commandLink('Change Linked Action…', commandId.changeAction, target),
    link?.arguments.repository === undefined ? undefined : commandLink('Open Model Card', commandId.openModelCard, target),
    runs > 0 ? commandLink('Show Log', commandId.showLog, target) : undefined,
    runs > 1 ? commandLink('All Runs', commandId.showTimeline, target) : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' &nbsp;|&nbsp; ');
}

function commandLink(title: string, command: CommandId, argument: unknown): string {
  return `[${title}](command:${command}?${encodeURIComponent(JSON.stringify([argument]))})`;
}

function originText({ origin }: Link): string {
  switch (origin) {
    case 'rule':
      return 'Linked by rule';
    case 'person':
      return 'Linked by hand';
    case 'none':
      return 'Not linked';
  }
}

function word(state: StepStatus['state']): string {
  const words: Readonly<Record<StepStatus['state'], string>> = {
    failed: 'Failed', needsPerson: 'Needs you', doing: 'Running', queued: 'Queued', interrupted: 'Interrupted', blocked: 'Blocked:', todo: 'To do', deferred: 'Deferred', done: 'Done',
  };
  return words[state];
}

/** Text of a plan inside a code span, where nothing of it is Markdown. */
function code(text: string): string {
  return `\`${text.replace(/[`\r\n]/g, ' ').slice(0, 120)}\``;
}
