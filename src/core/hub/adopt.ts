import { constants } from 'node:fs';
import { copyFile, link, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { onDisk } from './cacheDisk';
import { hashOfFile } from './partFile';
import type { TreeFile } from './tree';

/** A file elsewhere on this machine that is byte for byte what would have been fetched. */
export interface Adopted {
  readonly file: TreeFile;
  /** Where it lay; it stays there. */
  readonly from: string;
  /** `link`: both names share the bytes. */
  readonly by: 'clone' | 'link' | 'copy';
}

/**
 * Brings files that another program (ComfyUI, a manual download) already has into the cache's blobs, when size and hash are
 * the Hub's. Names do not matter, since people rename weights. Small files are not worth the search.
 */
export async function adoptFiles(blobs: string, wanted: readonly TreeFile[], folders: readonly string[], signal: AbortSignal, tell: (message: string) => void): Promise<readonly Adopted[]> {
  const large = wanted.filter(({ size }) => size >= smallest);
  if (large.length === 0 || folders.length === 0) return [];
  const sizes = new Set(large.map(({ size }) => size));
  const found = await filesOfSizes(folders, sizes, signal);
  const adopted: Adopted[] = [];
  for (const file of large) {
    for (const candidate of found.get(file.size) ?? []) {
      signal.throwIfAborted();
      tell(`comparing ${path.basename(candidate)} with ${file.path}`);
      if ((await hashOfFile(candidate, file, signal).catch(() => undefined)) !== file.hash) continue;
      signal.throwIfAborted();
      adopted.push({ file, from: candidate, by: await takeOver(candidate, path.join(blobs, file.hash)) });
      break;
    }
  }
  return adopted;
}

const smallest = 1_000_000;
const deepest = 8;
const mostEntries = 200_000;

/** Files of exactly these sizes below the folders; links are not followed, so that no loop and no foreign tree is walked. */
async function filesOfSizes(folders: readonly string[], sizes: ReadonlySet<number>, signal: AbortSignal): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  let entries = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      signal.throwIfAborted();
      if ((entries += 1) > mostEntries) return;
      const name = path.join(folder, entry.name);
      if (entry.isDirectory() && depth < deepest && !entry.name.startsWith('.')) await walk(name, depth + 1);
      if (!entry.isFile()) continue;
      const size = (await stat(name).catch(() => undefined))?.size;
      if (size !== undefined && sizes.has(size)) found.set(size, [...(found.get(size) ?? []), name]);
    }
  };
  for (const folder of folders) await walk(folder, 0);
  return found;
}

/** A clone costs no space and stays whole when the original is changed; a hard link costs none; a copy is the last way. */
export async function takeOver(from: string, blob: string): Promise<Adopted['by']> {
  await onDisk(mkdir(path.dirname(blob), { recursive: true }));
  const temporary = `${blob}.evalmark-adopted`;
  await rm(temporary, { force: true });
  const ways: readonly (readonly [Adopted['by'], () => Promise<void>])[] = [
    ['clone', () => copyFile(from, temporary, constants.COPYFILE_FICLONE_FORCE)],
    ['link', () => link(from, temporary)],
  ];
  for (const [by, way] of ways) {
    if (await way().then(() => true, () => false)) {
      await onDisk(rename(temporary, blob));
      return by;
    }
  }
  await onDisk(copyFile(from, temporary));
  await onDisk(rename(temporary, blob));
  return 'copy';
}
