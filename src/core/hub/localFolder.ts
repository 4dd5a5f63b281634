import { copyFile, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { insideWorkspace } from '../evaluation/workspacePath';
import { fail, ok, type Result } from '../outcome';
import { takeOver } from './adopt';
import type { Snapshot } from './cache';
import { diskFailure, DiskError, onDisk } from './cacheDisk';

/**
 * Puts a snapshot's files under their own names into a folder of the workspace, as `--local-dir` asks. Large files cost no
 * second space where the disk allows it; nothing that lies there with other content is replaced.
 * @returns how many files were put there now
 */
export async function placeSnapshot({ folder: from, files, repository }: Snapshot, workspace: string, folder: string): Promise<Result<number>> {
  let placed = 0;
  try {
    for (const name of files) {
      const target = await insideWorkspace(workspace, path.join(folder, ...name.split('/')));
      if (!target.ok) return target;
      const source = await realpath(path.join(from, ...name.split('/')));
      const { size } = await stat(source);
      const present = await stat(target.value).catch(() => undefined);
      if (present?.size === size) continue;
      if (present) return fail({ code: 'file-in-the-way', message: `${path.join(folder, name)} is there already with other content.`, advice: 'Move it away, then run the step again.', short: 'file in the way' });
      await place(source, target.value, size);
      placed += 1;
    }
  } catch (error) {
    if (error instanceof DiskError) return fail(diskFailure(error, repository, folder, 0));
    throw error;
  }
  return ok(placed);
}

/** What people edit (configurations) is copied: a link would carry the change into the cache. */
async function place(source: string, target: string, size: number): Promise<void> {
  if (size >= smallestShared) {
    await takeOver(source, target);
    return;
  }
  await onDisk(mkdir(path.dirname(target), { recursive: true }));
  await onDisk(copyFile(source, target));
}

const smallestShared = 1_000_000;
