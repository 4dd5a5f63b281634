import type { Stats } from 'node:fs';
import { open, rename, unlink, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode } from './fileFailure';

export interface ReadFile {
  readonly bytes: Buffer;
  readonly stats: Stats;
}

/**
 * Reads a whole file; throws what the file system throws. Where the file holds just the bytes that are known already, these
 * are given back and no others are made.
 */
export async function readBytes(file: string, known?: Buffer, flags: 'r' | 'r+' = 'r'): Promise<ReadFile> {
  const handle = await open(file, flags);
  try {
    const stats = await handle.stat();
    if (stats.isDirectory()) throw Object.assign(new Error('is a directory'), { code: 'EISDIR' });
    if (stats.size > largest) throw Object.assign(new Error('is too large'), { code: 'EFBIG' });
    const isKnown = known?.length === stats.size && (await holds(handle, known));
    return { bytes: isKnown ? known : await readAll(handle, stats.size), stats };
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file's content as a whole or not at all: writes a new file beside it, with its mode and owner, and renames that
 * over it. False, with nothing changed, when at that moment the file no longer holds what is to be replaced; an error when
 * the file itself may not be written, though its folder may.
 */
export async function replaceFile(file: string, expected: Buffer, bytes: Uint8Array, write = writeBytes): Promise<boolean> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.evalmark.tmp`);
  let isKept = false;
  try {
    const handle = await openNew(temporary);
    try {
      await write(handle, bytes);
      const now = await readBytes(file, expected, 'r+');
      if (now.bytes !== expected) return false;
      await giveRights(handle, now.stats);
    } finally {
      await handle.close();
    }
    await renameOver(temporary, file);
    isKept = true;
    return true;
  } finally {
    if (!isKept) await unlink(temporary).catch(() => undefined);
  }
}

/** Under the file's lock the name is ours alone: what is there was left by a process that was killed, or is no file at all. */
async function openNew(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'wx', 0o600);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
    await unlink(file);
    return open(file, 'wx', 0o600);
  }
}

/** In as few pieces as the system takes; `writeFile` would make small ones. */
async function writeBytes(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let position = 0; position < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, position, bytes.length - position, position);
    position += bytesWritten;
  }
}

/** A new file belongs to whoever makes it; giving it to its old owner is only possible for some. */
async function giveRights(handle: FileHandle, { mode, uid, gid }: Stats): Promise<void> {
  if (uid !== process.getuid?.() || gid !== process.getgid?.()) await handle.chown(uid, gid).catch(() => undefined);
  await handle.chmod(mode & 0o7777);
}

/** Whether a file of the same size holds these bytes. */
async function holds(handle: FileHandle, bytes: Buffer): Promise<boolean> {
  const part = spare ?? Buffer.allocUnsafeSlow(1024 * 1024);
  spare = undefined;
  try {
    for (let position = 0; position < bytes.length; ) {
      const { bytesRead } = await handle.read(part, 0, Math.min(part.length, bytes.length - position), position);
      if (bytesRead === 0 || bytes.compare(part, 0, bytesRead, position, position + bytesRead) !== 0) return false;
      position += bytesRead;
    }
    return true;
  } finally {
    spare = part;
  }
}

/** New memory costs more than the comparison itself. */
let spare: Buffer | undefined;

async function readAll(handle: FileHandle, size: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(size + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, length);
    length += bytesRead;
    if (bytesRead === 0 || length === size) return buffer.subarray(0, length);
  }
  throw Object.assign(new Error('grew while it was read'), { code: 'EBUSY' });
}

/** On Windows a file that another program is just looking at cannot be replaced; it lets go soon. */
async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(from, to);
      return;
    } catch (error) {
      if (process.platform !== 'win32' || attempt === 10) throw error;
      await sleep(20);
    }
  }
}

const largest = 100_000_000;
