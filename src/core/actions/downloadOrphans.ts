import { bytesText } from '../hub/bytesText';
import { deleteOrphans, findOrphans } from '../hub/orphans';
import type { ActionContext } from './action';

/** Unfinished downloads that nobody goes on from: offered for deletion, never deleted unasked. Says whether any room was made. */
export async function offerOrphans(cacheFolder: string, { ask, log }: ActionContext, repository?: string): Promise<boolean> {
  const orphans = await findOrphans(cacheFolder, repository === undefined ? {} : { repository });
  const size = orphans.reduce((sum, orphan) => sum + orphan.size, 0);
  if (size < worthAsking) return false;
  const agreed = await ask.confirm({
    title: `Delete ${bytesText(size)} of unfinished downloads${repository === undefined ? '' : ` of ${repository}`} that no tool goes on from?`,
    detail: orphans.slice(0, 10).map((orphan) => `${bytesText(orphan.size)}, ${orphan.kind}: ${orphan.file}`).join('\n'),
    agree: 'Delete',
    kind: 'danger',
  });
  if (agreed !== true) {
    log.info(`${bytesText(size)} of unfinished downloads lie in ${cacheFolder}; no tool goes on from them.`);
    return false;
  }
  log.info(`${bytesText(await deleteOrphans(orphans))} of unfinished downloads were deleted.`);
  return true;
}

/** Bytes under which a question costs more than the space. */
const worthAsking = 1_000_000;
