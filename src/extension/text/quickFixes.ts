import { CodeAction, CodeActionKind, languages, type CodeActionContext, type CodeActionProvider, type Diagnostic, type Range, type TextDocument } from 'vscode';
import { commandId, type CommandId } from '../commands/commandId';
import { targetOf } from '../commands/target';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import { problemSource } from './problems';

/** What to do about a problem of a plan: run again, forgive, or change the setting that it names. */
export class QuickFixes implements CodeActionProvider {
  private readonly lifetime = new Lifetime();

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(languages.registerCodeActionsProvider({ language: 'markdown' }, this, { providedCodeActionKinds: [CodeActionKind.QuickFix] }));
  }

  provideCodeActions(document: TextDocument, _range: Range, { diagnostics }: CodeActionContext): CodeAction[] {
    const host = this.plans.of(document.uri);
    return host ? diagnostics.filter(({ source }) => source === problemSource).flatMap((problem) => fixesOf(host, problem)) : [];
  }

  dispose(): void {
    this.lifetime.dispose();
  }
}

function fixesOf(host: PlanHost, problem: Diagnostic): CodeAction[] {
  const step = host.plan?.steps.find(({ line }) => line === problem.range.start.line);
  const code = String(problem.code);
  const setting = settingFor[code];
  const fixes = setting === undefined ? [] : [fix(problem, `Change the setting “${setting}”`, commandId.openSettings, setting)];
  if (!step) return fixes;
  const target = targetOf(host, 'step', step.id);
  if (code === 'unknown-mark') return [fix(problem, 'Mark as to do', commandId.markTodo, target), fix(problem, 'Mark as done', commandId.markDone, target)];
  const again = fix(problem, code === 'interrupted' ? 'Resume the step' : 'Run the step again', commandId.run, target);
  again.isPreferred = true;
  return [again, ...fixes, fix(problem, 'Mark as to do', commandId.markTodo, target), fix(problem, 'Change the linked action…', commandId.changeAction, target)];
}

/** Settings that can put a failure right, by its code. */
const settingFor: Readonly<Record<string, string>> = {
  'disk-space': 'evalmark.cache.folder',
  'picture-too-small': 'evalmark.pictures.minimumSide',
  'picture-not-sharp': 'evalmark.pictures.minimumSharpness',
};

function fix(problem: Diagnostic, title: string, command: CommandId, argument: unknown): CodeAction {
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  action.diagnostics = [problem];
  action.command = { title, command, arguments: [argument] };
  return action;
}
