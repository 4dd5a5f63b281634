import { createHash, randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../../core/outcome';
import type { Picture } from './loadPicture';

/** Writes a PNG without any metadata, whole or not at all. @returns SHA-256 of the file, hexadecimal. */
export async function savePicture(file: string, { width, height, pixels }: Picture): Promise<Result<string>> {
  const { default: sharp } = await import('sharp');
  const bytes = await sharp(pixels, { raw: { width, height, channels: 3 } }).png({ compressionLevel: 6 }).toBuffer();
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return ok(createHash('sha256').update(bytes).digest('hex'));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const { code } = error as NodeJS.ErrnoException;
    return fail({
      code: code === 'ENOSPC' ? 'disk-full' : 'output-not-written',
      message: code === 'ENOSPC' ? `The disk is full: ${path.basename(file)} could not be written.` : `${path.basename(file)} could not be written (${code ?? String(error)}).`,
      advice: code === 'ENOSPC' ? 'Free some space, then run the step again; finished edits are kept.' : 'Check the results folder and its permissions, then run the step again.',
      short: code === 'ENOSPC' ? 'disk full' : 'not written',
      detail: String(error),
    });
  }
}
