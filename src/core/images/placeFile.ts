import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import { writeFailure } from '../report/replaceFile';

/**
 * Puts a new file in place, whole or not at all. `taken` when the name exists: nothing is ever overwritten, also not by
 * two windows at once.
 */
export async function placeFile(file: string, content: Buffer): Promise<Result<'placed' | 'taken'>> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return ok(await moveWithoutOverwriting(temporary, file));
  } catch (error) {
    return fail(writeFailure(file, error));
  } finally {
    await rm(temporary, { force: true }).catch(() => {});
  }
}

/** A rename would overwrite; a link does not. Where the disk knows no links, an exclusive copy. */
export async function moveWithoutOverwriting(from: string, to: string): Promise<'placed' | 'taken'> {
  try {
    await link(from, to).catch(async (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
      await copyFile(from, to, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'taken';
    throw error;
  }
  await rm(from, { force: true });
  return 'placed';
}
