import { l10n, window } from 'vscode';

/** Asks whether the models may be told: it cannot be taken back. */
export async function confirmReveal(): Promise<boolean> {
  const reveal = l10n.t('Reveal');
  const detail = l10n.t('The reveal is recorded. Ratings that are changed later are marked as not blind.');
  return (await window.showWarningMessage(l10n.t('Reveal which model made which output?'), { modal: true, detail }, reveal)) === reveal;
}
