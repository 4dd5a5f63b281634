import type { ExtensionContext } from 'vscode';
import { Extension } from './extension';

export interface EvalmarkApi {
  /** Resolves when the workspace was searched and its plans are read. */
  isReady(): Promise<void>;
}

let extension: Extension | undefined;

export function activate(context: ExtensionContext): EvalmarkApi {
  const started = new Extension(context);
  extension = started;
  context.subscriptions.push(started);
  return { isReady: () => started.isReady() };
}

/** The editor waits some seconds for it, so that what runs in a window that closes comes to rest. */
export async function deactivate(): Promise<void> {
  await extension?.stop();
  extension = undefined;
}
