import { commands, l10n, window } from 'vscode';
import type { RowState } from './status/planStatus';
import type { StepFilter } from './stepFilter';
import type { PlanTree } from './tree/planTree';

/** Asks which states the tree shows, and which words their steps hold. */
export async function chooseFilter(tree: PlanTree): Promise<void> {
  const before = tree.filtered;
  const items = choices().map(({ label, states }) => ({ label, states, text: false, picked: before?.states !== undefined && states.every((state) => before.states?.has(state)) }));
  const byText = { label: l10n.t('$(search) With these words…'), states: [] as readonly RowState[], text: true, picked: before?.text !== undefined };
  const chosen = await window.showQuickPick([byText, ...items], { title: l10n.t('Show only steps that are'), canPickMany: true });
  if (!chosen) return;
  const states = chosen.flatMap((item) => item.states);
  let text: string | undefined;
  if (chosen.some((item) => item.text)) {
    text = await window.showInputBox({ title: l10n.t('Show only steps with these words'), placeHolder: l10n.t('All of them, in any order'), value: before?.text ?? '' });
    if (text === undefined) return;
  }
  const filter: StepFilter = { ...(states.length > 0 ? { states: new Set(states) } : {}), ...(text?.trim() ? { text: text.trim() } : {}) };
  await applyFilter(tree, filter.states || filter.text ? filter : undefined);
}

export async function applyFilter(tree: PlanTree, filter: StepFilter | undefined): Promise<void> {
  tree.filter(filter);
  await commands.executeCommand('setContext', 'evalmark.filtered', filter !== undefined);
}

function choices(): readonly { readonly label: string; readonly states: readonly RowState[] }[] {
  return [
    { label: l10n.t('$(circle-large) To do'), states: ['todo', 'deferred'] },
    { label: l10n.t('$(sync) Running or queued'), states: ['doing', 'queued'] },
    { label: l10n.t('$(person) Waiting for you'), states: ['needsPerson'] },
    { label: l10n.t('$(error) Failed or interrupted'), states: ['failed', 'interrupted'] },
    { label: l10n.t('$(circle-slash) Blocked'), states: ['blocked'] },
    { label: l10n.t('$(pass) Done'), states: ['done'] },
  ];
}
