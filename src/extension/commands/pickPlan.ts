import { l10n, window, workspace } from 'vscode';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';

/** The plan in the active editor, the only one, or the one that the person picks. */
export async function pickPlan(plans: PlanSet): Promise<PlanHost | undefined> {
  const active = window.activeTextEditor && plans.of(window.activeTextEditor.document.uri);
  if (active) return active;
  const [first, ...others] = plans.all;
  if (!first) {
    void window.showInformationMessage(l10n.t('There is no plan in this workspace. Open a folder with a tasks.md, or make one with “Evalmark: New Plan”.'));
    return undefined;
  }
  if (others.length === 0) return first;
  const items = plans.all.map((host) => ({ label: host.name, description: workspace.asRelativePath(host.uri), host }));
  return (await window.showQuickPick(items, { title: l10n.t('Which plan?'), matchOnDescription: true }))?.host;
}
