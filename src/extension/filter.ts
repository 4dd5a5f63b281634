import { commands, window } from 'vscode';
import type { RowState } from './status/planStatus';
import type { PlanTree } from './tree/planTree';

/** Asks which states the tree shows. */
export async function chooseFilter(tree: PlanTree): Promise<void> {
  const items = choices.map(({ label, states }) => ({ label, states, picked: tree.filtered !== undefined && states.every((state) => tree.filtered?.has(state)) }));
  const chosen = await window.showQuickPick(items, { title: 'Show only steps that are', canPickMany: true });
  if (!chosen) return;
  await applyFilter(tree, chosen.length === 0 ? undefined : new Set(chosen.flatMap(({ states }) => states)));
}

export async function applyFilter(tree: PlanTree, states: ReadonlySet<RowState> | undefined): Promise<void> {
  tree.filter(states);
  await commands.executeCommand('setContext', 'evalmark.filtered', states !== undefined);
}

const choices: readonly { readonly label: string; readonly states: readonly RowState[] }[] = [
  { label: '$(circle-large) To do', states: ['todo', 'deferred'] },
  { label: '$(sync) Running or queued', states: ['doing', 'queued'] },
  { label: '$(person) Waiting for you', states: ['needsPerson'] },
  { label: '$(error) Failed or interrupted', states: ['failed', 'interrupted'] },
  { label: '$(circle-slash) Blocked', states: ['blocked'] },
  { label: '$(pass) Done', states: ['done'] },
];
