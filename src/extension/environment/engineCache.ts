import path from 'node:path';
import { l10n, window, type ExtensionContext } from 'vscode';
import { bytes } from '../status/wording';

/** Where the engine keeps packed weights and encodings, for all plans. */
export function engineCacheFolder({ globalStorageUri }: Pick<ExtensionContext, 'globalStorageUri'>): string {
  return path.join(globalStorageUri.fsPath, 'engine');
}

/** Asks, then frees all that no running edit reads from. */
export async function clearEngineCache(folder: string): Promise<void> {
  const { cacheContent, clearCache } = await import('../../engine/engineCache');
  const { weights, encodings } = await cacheContent(folder);
  const total = weights.bytes + encodings.bytes;
  if (total === 0) {
    void window.showInformationMessage(l10n.t('The engine keeps nothing.'));
    return;
  }
  const clear = l10n.t('Clear');
  const used = weights.inUse > 0 ? ` ${l10n.t('{0} are in use and stay.', bytes(weights.inUse))}` : '';
  const detail = `${l10n.t('Packed weights {0}, encoded prompts and pictures {1}. They are made again when they are needed, which takes minutes for a large model.', bytes(weights.bytes), bytes(encodings.bytes))}${used}`;
  if ((await window.showWarningMessage(l10n.t('Clear the engine cache?'), { modal: true, detail }, clear)) !== clear) return;
  void window.showInformationMessage(l10n.t('{0} were freed.', bytes(await clearCache(folder))));
}
