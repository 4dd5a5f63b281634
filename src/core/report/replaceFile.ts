import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';

/**
 * Replaces a file's content so that a reader, also after a kill, sees the old or the new whole and nothing between.
 * Keeps the mode; makes missing folders; leaves a file that is read-only as it is. `file` must be a real path (a symlink would be replaced by a file).
 */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<Result<void>> {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    const mode = await stat(file).then(
      (found) => found.mode & 0o7777,
      () => undefined,
    );
    // A rename would replace it all the same; who took the right to write away means it to stay as it is.
    if (mode !== undefined && (mode & 0o222) === 0) return fail(readOnly(file));
    const handle = await open(temporary, 'wx', mode ?? 0o666);
    try {
      await handle.writeFile(content);
      if (mode !== undefined) await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await sweep(folder, path.basename(file));
    return ok(undefined);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    return fail(writeFailure(file, error));
  }
}

const staleMilliseconds = 60_000;

/** Removes what runs that were killed in mid-write left beside the file. */
async function sweep(folder: string, name: string): Promise<void> {
  const left = (await readdir(folder).catch(() => [])).filter((entry) => entry.startsWith(`.${name}.`) && /\.[0-9a-f]{12}\.tmp$/.test(entry));
  for (const entry of left) {
    const found = await stat(path.join(folder, entry)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > staleMilliseconds) await rm(path.join(folder, entry), { force: true }).catch(() => {});
  }
}

function readOnly(file: string): Failure {
  return { code: 'file-not-written', message: `${path.basename(file)} is read-only.`, advice: 'Make it writable, then run the step again. Nothing in it was changed.', short: 'read-only' };
}

/** What a failed read or write of a file means to a person. */
export function writeFailure(file: string, error: unknown): Failure {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const name = path.basename(file);
  const [message, advice, short] = {
    ENOSPC: [`The disk is full: ${name} could not be written.`, 'Free some space, then run the step again. The old content is still there.', 'disk full'],
    EACCES: [`${name} or its folder cannot be written or read.`, 'Change the permissions, then run the step again.', 'no permission'],
    EPERM: [`${name} or its folder cannot be written or read.`, 'Change the permissions, then run the step again.', 'no permission'],
    EROFS: [`${name} lies on a read-only disk.`, 'Work in a folder that can be written.', 'read-only'],
    EISDIR: [`${name} is a folder, not a document.`, 'Move the folder away, or name another file in the step.', 'is a folder'],
    ENOTDIR: [`A part of the path of ${name} is a file, not a folder.`, 'Move that file away, or name another path in the step.', 'not a folder'],
    EEXIST: [`A part of the path of ${name} is a file, not a folder.`, 'Move that file away, or name another path in the step.', 'not a folder'],
  }[code] ?? [`${name} could not be read or written (${code || 'unknown error'}).`, 'Look at the log, then run the step again.', 'not written'];
  return { code: 'file-not-written', message: message ?? '', advice: advice ?? '', ...(short ? { short } : {}), detail: String(error) };
}
