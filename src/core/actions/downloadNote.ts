import { lstat, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { bytesText } from '../hub/bytesText';
import { findSnapshot, type Snapshot } from '../hub/cache';
import { failed } from '../outcome';
import type { Action } from './action';
import { scopeOf } from './downloadTargets';

/** Notes under the task where the downloads lie, at which commit, and how large they are. */
export const downloadNote: Action = {
  name: 'download.note',
  async run(step, context) {
    const hub = await context.hub();
    if (!hub.ok) return failed(hub.failure);
    const repositories = await scopeOf(step, hub.value, context);
    if (!repositories.ok) return repositories.failure;
    const lines: string[] = [];
    const blobs = new Map<string, number>();
    for (const repository of repositories.value) {
      const snapshot = await findSnapshot(hub.value.cacheFolder, repository);
      if (!snapshot) return failed({ code: 'not-downloaded', message: `${repository} is not in the cache.`, advice: 'Run the step that downloads it first.', short: 'not downloaded' });
      const sizes = await sizesOf(snapshot);
      for (const [file, size] of sizes) blobs.set(file, size);
      lines.push(`- ${repository} at ${snapshot.revision.slice(0, 12)}: ${bytesText(sum(sizes.values()))} in \`${shown(snapshot.folder)}\``);
    }
    const total = bytesText(sum(blobs.values()));
    if (step.link.arguments.total === 'true') lines.push(`- Total: ${total} in ${repositories.value.length} ${repositories.value.length === 1 ? 'model' : 'models'}`);
    return { kind: 'done', summary: `${total} noted`, note: lines };
  },
};

/** By the blob behind each name, so that what two names or two models share counts once. */
async function sizesOf({ folder, files }: Snapshot): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of files) {
    const file = path.join(folder, ...name.split('/'));
    const real = (await lstat(file)).isSymbolicLink() ? await realpath(file) : file;
    sizes.set(real, (await stat(real)).size);
  }
  return sizes;
}

function sum(values: Iterable<number>): number {
  return [...values].reduce((total, value) => total + value, 0);
}

/** Without the person's own name in the path, since the plan is published. */
function shown(folder: string): string {
  const home = homedir();
  return folder.startsWith(home + path.sep) ? `~${folder.slice(home.length)}` : folder;
}
