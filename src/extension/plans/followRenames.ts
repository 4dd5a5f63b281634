import { rename, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { workspace, type Disposable, type ExtensionContext } from 'vscode';
import { planPaths } from './planPaths';
import type { PlanSet } from './planSet';

/**
 * Takes journal and logs of a plan along when the plan, or a folder that it lies in, gets another name in the editor: before the
 * file moves, so that the plan is never read under its new name without them.
 */
export function followRenames(context: ExtensionContext, plans: PlanSet): Disposable {
  return workspace.onWillRenameFiles((event) => {
    for (const { oldUri, newUri } of event.files) {
      for (const { uri, runner } of plans.all) {
        const rest = uri.path === oldUri.path ? '' : uri.path.startsWith(`${oldUri.path}/`) ? uri.path.slice(oldUri.path.length) : undefined;
        // What runs goes on writing where it began.
        if (rest === undefined || runner.running) continue;
        event.waitUntil(move(planPaths(context, uri).storage, planPaths(context, newUri.with({ path: newUri.path + rest })).storage));
      }
    }
  });
}

/** Where the new name has a past of its own already, that one stays. */
async function move(from: string, to: string): Promise<void> {
  await mkdir(path.dirname(to), { recursive: true });
  await rename(from, to).catch(() => undefined);
}
