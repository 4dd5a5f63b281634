import { l10n, commands, window, workspace } from 'vscode';

/** True when plans may run here; otherwise says why not and how to change that. */
export async function mayRun(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const answer = await window.showWarningMessage(l10n.t('Nothing runs in a folder that you have not trusted: a plan can name any command. Trust the folder, then run the step again.'), manage);
  if (answer === manage) await commands.executeCommand('workbench.trust.manage');
  return false;
}
