import { createHash } from 'node:crypto';
import path from 'node:path';
import { workspace, type ExtensionContext, type Uri } from 'vscode';
import type { PlanPaths } from '../../core/actions/action';

/** A plan's folders; what nobody edits lies in the workspace's storage, a folder for each plan. */
export function planPaths({ storageUri, globalStorageUri }: Pick<ExtensionContext, 'storageUri' | 'globalStorageUri'>, uri: Uri): PlanPaths {
  const plan = uri.fsPath;
  const planFolder = path.dirname(plan);
  const name = createHash('sha256').update(uri.toString()).digest('hex').slice(0, 16);
  return {
    plan,
    planFolder,
    workspace: workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? planFolder,
    storage: path.join((storageUri ?? globalStorageUri).fsPath, 'plans', name),
  };
}
