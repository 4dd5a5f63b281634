import { commands, l10n, window } from 'vscode';
import { pauseAllDownloads } from '../../core/hub/downloadQueue';

/** Holds every download of this window, or lets them go on; what has arrived stays either way. */
export async function pauseDownloads(paused: boolean): Promise<void> {
  pauseAllDownloads(paused);
  await commands.executeCommand('setContext', 'evalmark.downloadsPaused', paused);
  window.setStatusBarMessage(paused ? l10n.t('$(debug-pause) Downloads are paused') : l10n.t('$(debug-continue) Downloads go on'), 5_000);
}
