import { l10n, CodeAction, CodeActionKind, languages, Range, WorkspaceEdit, type CodeActionContext, type CodeActionProvider, type Diagnostic, type TextDocument } from 'vscode';
import { commandId, type CommandId } from '../commands/commandId';
import { targetOf } from '../commands/target';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import { textFixes } from './planFixes';
import { problemSource } from './problems';

/** What to do about a problem of a plan: put the text right, run again, forgive, or change the setting that it names. */
export class QuickFixes implements CodeActionProvider {
  private readonly lifetime = new Lifetime();

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(languages.registerCodeActionsProvider({ language: 'markdown' }, this, { providedCodeActionKinds: [CodeActionKind.QuickFix] }));
  }

  provideCodeActions(document: TextDocument, _range: Range, { diagnostics }: CodeActionContext): CodeAction[] {
    const host = this.plans.of(document.uri);
    return host ? diagnostics.filter(({ source }) => source === problemSource).flatMap((problem) => [...editsOf(document, host, problem), ...fixesOf(host, problem)]) : [];
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}

function editsOf(document: TextDocument, { plan }: PlanHost, problem: Diagnostic): CodeAction[] {
  if (!plan) return [];
  const { start, end } = problem.range;
  const text = { lineCount: document.lineCount, line: (index: number) => (index < document.lineCount ? document.lineAt(index).text : '') };
  return textFixes({ code: String(problem.code), range: { line: start.line, start: start.character, end: end.character } }, text, plan).map((change, index) => {
    const action = new CodeAction(change.title, CodeActionKind.QuickFix);
    action.diagnostics = [problem];
    action.edit = new WorkspaceEdit();
    action.edit.replace(document.uri, new Range(change.line, change.start, change.endLine, change.end), change.text);
    action.isPreferred = index === 0;
    return action;
  });
}

function fixesOf(host: PlanHost, problem: Diagnostic): CodeAction[] {
  const step = host.plan?.steps.find(({ line }) => line === problem.range.start.line);
  const code = String(problem.code);
  const setting = settingFor[code];
  const fixes = setting === undefined ? [] : [fix(problem, `Change the setting “${setting}”`, commandId.openSettings, setting)];
  if (!step) return fixes;
  const target = targetOf(host, 'step', step.id);
  if (code.startsWith('unknown-') && code !== 'unknown-mark') return [fix(problem, 'Change the linked action…', commandId.changeAction, target)];
  if (code === 'unknown-mark') return [fix(problem, 'Mark as to do', commandId.markTodo, target), fix(problem, 'Mark as done', commandId.markDone, target)];
  const again = fix(problem, code === 'interrupted' ? 'Resume the step' : 'Run the step again', commandId.run, target);
  again.isPreferred = true;
  const help = helpFor[code];
  const helps = help === undefined ? [] : [fix(problem, help.title, help.command, { ...target, ...namedIn(problem) })];
  return [again, ...helps, ...fixes, fix(problem, 'Mark as to do', commandId.markTodo, target), fix(problem, 'Change the linked action…', commandId.changeAction, target)];
}

/** Settings that can put a failure right, by its code. */
const settingFor: Readonly<Record<string, string>> = {
  'disk-space': 'evalmark.cache.folder',
  'picture-quality': 'evalmark.pictures',
};

/** Where a person puts a failure right, by its code. */
const helpFor: Readonly<Record<string, { readonly title: string; readonly command: CommandId }>> = {
  'gated-repository': { title: l10n.t('Open the model page'), command: commandId.openModelCard },
  'token-scope': { title: l10n.t('Enter another token…'), command: commandId.enterToken },
  'token-refused': { title: l10n.t('Enter another token…'), command: commandId.enterToken },
  'picture-quality': { title: l10n.t('Open the source pictures'), command: commandId.sourcePictures },
  'near-duplicates': { title: l10n.t('Open the source pictures'), command: commandId.sourcePictures },
  'no-pictures': { title: l10n.t('Open the source pictures'), command: commandId.sourcePictures },
};

/** The repository that a refusal is about: a step may mean several. */
function namedIn({ message }: Diagnostic): { readonly repository?: string } {
  const repository = /^([\w.-]+\/[\w.-]+) is gated/.exec(message)?.[1];
  return repository === undefined ? {} : { repository };
}

function fix(problem: Diagnostic, title: string, command: CommandId, argument: unknown): CodeAction {
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  action.diagnostics = [problem];
  action.command = { title, command, arguments: [argument] };
  return action;
}
