import { Uri, window } from 'vscode';
import type { PlanSet } from '../plans/planSet';
import type { PlanTree } from '../tree/planTree';
import { targetOf } from './target';

/** What a command was called on: what it was given, the rows selected in the tree (a key says `selection`), or the line at the cursor. */
export function calledOn(args: readonly unknown[], tree: PlanTree, plans: PlanSet): readonly unknown[] {
  if (args[0] === 'selection') return [tree.view.selection[0], tree.view.selection];
  // The editor's own menu gives the file, and means the line at the cursor.
  if (args.length > 0 && args[0] !== undefined && !(args[0] instanceof Uri)) return args;
  const editor = window.activeTextEditor;
  const host = editor && plans.of(editor.document.uri);
  // From the palette without a plan in the editor: the rows that are selected.
  if (!host) return tree.view.selection.length > 0 ? [tree.view.selection[0], tree.view.selection] : [];
  const { line } = editor.selection.active;
  const step = host.plan?.steps.find((candidate) => candidate.line === line);
  if (step) return [targetOf(host, 'step', step.id)];
  const task = host.plan?.tasks.find((candidate) => candidate.line === line);
  return task ? [targetOf(host, 'task', task.id)] : [];
}
