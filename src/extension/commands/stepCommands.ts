import { l10n, commands, env, Range, Selection, TextEditorRevealType, Uri, window, type LogOutputChannel } from 'vscode';
import { actionInfo } from '../../core/actions/actionInfo';
import { actionNames, type ActionName, type Link } from '../../core/actions/action';
import { stepAddress } from '../../core/plan/address';
import type { Step } from '../../core/plan/plan';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import type { RunLogs } from '../runLogs';
import { readSettings } from '../settings';
import { plainText } from '../status/wording';
import type { PlanTree } from '../tree/planTree';
import type { Timeline, TimelineRow } from '../tree/timeline';
import { commandLines } from './commandLines';
import { pickPlan } from './pickPlan';
import { chosenBy, stepsOf, type Chosen } from './target';
import { mayRun } from './trust';

/** Commands that show a step, or change what it is linked to. */
export class StepCommands {
  constructor(
    private readonly plans: PlanSet,
    private readonly tree: PlanTree,
    private readonly timeline: Timeline,
    private readonly logs: RunLogs,
    private readonly log: LogOutputChannel,
  ) {}

  async reveal(...args: readonly unknown[]): Promise<void> {
    const chosen = chosenBy(this.plans, args)[0];
    if (!chosen) return;
    const line = lineOf(chosen);
    const editor = await window.showTextDocument(chosen.host.uri, { preserveFocus: true, preview: true });
    if (line === undefined) return;
    const range = new Range(line, 0, line, editor.document.lineAt(Math.min(line, editor.document.lineCount - 1)).text.length);
    editor.selection = new Selection(range.end, range.end);
    editor.revealRange(range, TextEditorRevealType.InCenterIfOutsideViewport);
  }

  /** The step at the cursor, shown in the tree. */
  async revealInTree(): Promise<void> {
    const editor = window.activeTextEditor;
    const host = editor && this.plans.of(editor.document.uri);
    const step = host && stepAtOrBefore(host, editor.selection.active.line);
    if (host && step) await this.tree.view.reveal(this.tree.row(host, step), { select: true, focus: true, expand: true });
  }

  async changeAction(...args: readonly unknown[]): Promise<void> {
    const { host, step } = this.stepOf(args);
    if (!host || !step) return;
    const link = host.status?.links.get(step.id);
    const choice = await pickAction(step, link);
    if (!choice) return;
    let text: string | undefined = '';
    if (choice.action !== undefined) {
      text = await window.showInputBox({
        title: l10n.t('{0}: arguments', actionInfo(choice.action).title),
        prompt: l10n.t('As key=value, separated by blanks; empty for none. Quote values that hold a blank.'),
        value: choice.action === link?.action ? writtenArguments(link.arguments) : '',
        validateInput: (value) => (readArguments(value) ? undefined : 'Write key=value pairs, such as repository=owner/name or command="git --version".'),
      });
    }
    const read = text === undefined ? undefined : readArguments(text);
    if (!read) return;
    const result = await host.store.edit([{ kind: 'link', step: stepAddress(step), action: choice.action, arguments: read }]);
    if (!result.ok) void window.showWarningMessage(`${result.failure.message} ${result.failure.advice}`);
    await host.refresh();
  }

  /** What the last run of the step said; the log of everything where nothing else was meant or kept. */
  async showLog(...args: readonly unknown[]): Promise<void> {
    const { host, step } = this.ranLast(args);
    const [last] = host && step ? await host.runner.pastRuns(step.id) : [];
    if (!host || !step || !last || !(await this.logs.show(host, plainText(step.text), last))) this.showOutput();
  }

  showOutput(): void {
    this.log.show(true);
  }

  async showRunLog(row: unknown): Promise<void> {
    if (isTimelineRow(row)) await this.logs.show(row.host, plainText(row.step.text), row.past);
  }

  /** All runs of the step, in their view. */
  async showTimeline(...args: readonly unknown[]): Promise<void> {
    const { host, step } = this.ranLast(args);
    if (host && step) await this.timeline.focus(host, step);
    else await commands.executeCommand('evalmark.timeline.focus');
  }

  /** The step that is meant, or of a task the one that ran last. */
  private ranLast(args: readonly unknown[]): { readonly host: PlanHost | undefined; readonly step: Step | undefined } {
    const chosen = chosenBy(this.plans, args)[0];
    const steps = chosen ? stepsOf(chosen) : [];
    const time = ({ id }: Step): string => {
      const run = chosen?.host.runner.stepRun(id);
      return run && 'at' in run ? run.at : run && 'since' in run ? run.since : '';
    };
    const step = steps.reduce<Step | undefined>((latest, one) => (latest && time(latest) >= time(one) ? latest : one), undefined);
    return { host: chosen?.host, step };
  }

  async openInTerminal(...args: readonly unknown[]): Promise<void> {
    const { host, step } = this.stepOf(args);
    const lines = host && step ? linesOf(host, step) : [];
    if (!host || lines.length === 0 || !(await mayRun())) return;
    const terminal = window.createTerminal({ name: host.name, cwd: host.paths.workspace });
    terminal.show();
    // Typed, not run: the person presses Enter.
    terminal.sendText(lines.join(' && ').replace(controlCharacters, ' '), false);
  }

  async copyCommand(...args: readonly unknown[]): Promise<void> {
    const { host, step } = this.stepOf(args);
    const lines = host && step ? linesOf(host, step) : [];
    if (lines.length > 0) await env.clipboard.writeText(lines.join('\n'));
    else void window.showInformationMessage(l10n.t('This step has no command of its own to copy.'));
  }

  async openModelCard(...args: readonly unknown[]): Promise<void> {
    const { host, step } = this.stepOf(args);
    const repository = namedRepository(args[0]) ?? (host && step ? host.status?.links.get(step.id)?.arguments.repository : undefined);
    if (repository === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository)) return;
    await env.openExternal(Uri.parse(`${readSettings(host?.uri).hubEndpoint ?? 'https://huggingface.co'}/${repository}`));
  }

  private stepOf(args: readonly unknown[]): { readonly host: PlanHost | undefined; readonly step: Step | undefined } {
    const chosen = chosenBy(this.plans, args)[0];
    return { host: chosen?.host, step: chosen?.kind === 'next' ? chosen.host.status?.next : chosen?.host.step(chosen.id) };
  }

  /** For commands that need any plan at all. */
  pick(...args: readonly unknown[]): Promise<PlanHost | undefined> {
    const host = chosenBy(this.plans, args)[0]?.host;
    return host ? Promise.resolve(host) : pickPlan(this.plans);
  }
}

function isTimelineRow(value: unknown): value is TimelineRow {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'pastRun';
}

/** A carriage return hidden in a line of the plan would press Enter for the person. */
const controlCharacters = /[\u0000-\u001f\u007f]/g;

function namedRepository(argument: unknown): string | undefined {
  return typeof argument === 'object' && argument !== null && 'repository' in argument && typeof argument.repository === 'string' ? argument.repository : undefined;
}

function lineOf({ host, kind, id }: Chosen): number | undefined {
  switch (kind) {
    case 'phase':
      return host.phase(id)?.line;
    case 'task':
      return host.task(id)?.line;
    case 'gate':
      return host.plan?.gates.find((gate) => gate.id === id)?.line;
    case 'step':
      return host.step(id)?.line;
    case 'next':
      return host.status?.next?.line;
    case 'plan':
      return undefined;
  }
}

function stepAtOrBefore(host: PlanHost, line: number): Step | undefined {
  return host.plan?.steps.filter((step) => step.line <= line).at(-1) ?? host.plan?.steps[0];
}

function linesOf(host: PlanHost, step: Step): readonly string[] {
  const task = host.task(step.taskId);
  const link = host.status?.links.get(step.id);
  return task && link ? commandLines(task, link) : [];
}

async function pickAction(step: Step, link: Link | undefined): Promise<{ readonly action: ActionName | undefined } | undefined> {
  const items = actionNames.map((action) => {
    const { title, icon } = actionInfo(action);
    return { label: `$(${icon}) ${title}`, description: action === link?.action ? `${action} · now` : action, action: action };
  });
  const byRule = { label: '$(discard) By rule', description: 'remove the comment that links this step', action: undefined };
  return window.showQuickPick(step.override ? [byRule, ...items] : items, { title: l10n.t('What runs for “{0}”?', step.text), matchOnDescription: true });
}

function writtenArguments(args: Readonly<Record<string, string>>): string {
  return Object.entries(args)
    .map(([key, value]) => `${key}=${/[\s"]/.test(value) ? JSON.stringify(value) : value}`)
    .join(' ');
}

/** Undefined when the text holds anything but pairs. */
function readArguments(text: string): Readonly<Record<string, string>> | undefined {
  const found: Record<string, string> = {};
  const rest = text.replace(/([A-Za-z]\w*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))/g, (_match, key: string, quoted: string | undefined, plain: string | undefined) => {
    found[key] = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1');
    return '';
  });
  return rest.trim() === '' ? found : undefined;
}
