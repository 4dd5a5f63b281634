import { writeFileSync, rmSync } from 'node:fs';
import { readdir, rm, stat, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';

/** A file of packed weights in the cache. */
export interface PackedFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** When it was last opened, in milliseconds. */
  readonly usedAt: number;
  /** A process that lives has opened it: it goes on reading from it. */
  readonly inUse: boolean;
}

/** What packed weights may take of a disk in all; the ones that were not used for longest go first. */
const usualLimit = 200e9;

/** The cache's files, the one that was not used for longest first. */
export async function packedFiles(folder: string): Promise<readonly PackedFile[]> {
  const names = await readdir(folder).catch(() => []);
  const users = new Set(names.flatMap((name) => marked(name) ?? []));
  const files = await Promise.all(names.filter((name) => name.endsWith('.safetensors')).map(async (name) => {
    const found = await stat(path.join(folder, name)).catch(() => undefined);
    return found ? [{ path: path.join(folder, name), bytes: found.size, usedAt: found.atimeMs, inUse: users.has(name) }] : [];
  }));
  return files.flat().sort((one, other) => one.usedAt - other.usedAt);
}

/** Removes files that nobody uses until so many bytes more have room, under the limit and on the disk. */
export async function makeRoom(folder: string, needed: number, limit = usualLimit): Promise<void> {
  const files = await packedFiles(folder);
  let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const file of files) {
    const { bavail, bsize } = await statfs(folder);
    if (total + needed <= limit && needed <= bavail * bsize) return;
    if (file.inUse) continue;
    await rm(file.path, { force: true }).catch(() => undefined);
    total -= file.bytes;
  }
}

/** Keeps the file from being removed while this process lives, and remembers when it was used. */
export async function claimPacked(file: string): Promise<void> {
  await stat(file).then(({ mtime }) => utimes(file, new Date(), mtime)).catch(() => undefined);
  const mark = `${file}.${process.pid}.use`;
  if (claimed.has(mark)) return;
  claimed.add(mark);
  try {
    writeFileSync(mark, '');
    process.once('exit', () => rmSync(mark, { force: true }));
  } catch {
    // A disk that takes not even an empty file: another process could clear the cache under this one, which then says so.
  }
}

const claimed = new Set<string>();

/** Removes what is left of processes that are gone: marks of use, parts that nobody goes on with. */
export async function removeLeftovers(folder: string, kinds: RegExp = /\.use$/): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const pid = Number(/\.(\d+)\.(?:use|part)$/.exec(name)?.[1] ?? NaN);
    if (kinds.test(name) && Number.isInteger(pid) && !isAlive(pid)) await rm(path.join(folder, name), { force: true });
  }
}

/** Whether a process of this machine is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The file that a mark speaks of, where its process lives. */
function marked(name: string): string | undefined {
  const [, file, pid] = /^(.+\.safetensors)\.(\d+)\.use$/.exec(name) ?? [];
  return file !== undefined && isAlive(Number(pid)) ? file : undefined;
}
