import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { BlobLock } from './blobLock';

/** Something unfinished in the cache that nobody works on any more. */
export interface Orphan {
  /** Absolute; nothing but blobs' neighbours is ever named. */
  readonly file: string;
  /** Bytes on disk; unfinished files have holes. */
  readonly size: number;
  readonly kind: 'unfinished, by another tool' | 'unfinished' | 'left over';
}

/**
 * Unfinished downloads below the cache: `*.incomplete` of the Python tools, which they never go on from, and our own parts
 * of files that are there by now. Parts that a next run goes on from are only named when asked for.
 */
export async function findOrphans(cacheFolder: string, { resumable = false, repository }: { readonly resumable?: boolean; readonly repository?: string } = {}): Promise<readonly Orphan[]> {
  const names = repository === undefined ? (await readdir(cacheFolder).catch(() => [])).filter((name) => /^(?:models|datasets|spaces)--/.test(name)) : [['models', ...repository.split('/')].join('--')];
  const found: Orphan[] = [];
  for (const name of names) found.push(...(await orphansOf(path.join(cacheFolder, name, 'blobs'), resumable)));
  return found.sort((left, right) => right.size - left.size);
}

async function orphansOf(blobs: string, resumable: boolean): Promise<readonly Orphan[]> {
  const names = await readdir(blobs).catch(() => []);
  const there = new Set(names);
  const found: Orphan[] = [];
  for (const name of names) {
    const file = path.join(blobs, name);
    const kind = kindOf(name, there, resumable);
    const known = kind && (await stat(file).catch(() => undefined));
    if (!known?.isFile() || Date.now() - known.mtimeMs < untouched) continue;
    const hash = name.replace(/\..*$/, '');
    // Whoever holds the lock is alive and at work on it.
    const lock = await BlobLock.take(path.join(blobs, `${hash}.evalmark-lock`)).catch(() => undefined);
    if (!lock) continue;
    await lock.release();
    found.push({ file, size: Math.min(known.size, known.blocks * 512 || known.size), kind: kind ?? 'left over' });
  }
  return found;
}

/** Milliseconds since the last byte in which another tool may still be at work. */
const untouched = 10 * 60_000;

function kindOf(name: string, there: ReadonlySet<string>, resumable: boolean): Orphan['kind'] | undefined {
  if (/^[0-9a-f]{40,64}(?:\.[\w-]+)?\.incomplete$/.test(name)) return 'unfinished, by another tool';
  const [, hash] = /^([0-9a-f]{40,64})\.evalmark-(?:part(?:\.json(?:\.new)?)?|adopted)$/.exec(name) ?? [];
  if (hash === undefined) return undefined;
  if (there.has(hash) || /\.(?:new|evalmark-adopted)$/.test(name)) return 'left over';
  return resumable ? 'unfinished' : undefined;
}

/** Gives the bytes that were freed. */
export async function deleteOrphans(orphans: readonly Orphan[]): Promise<number> {
  let freed = 0;
  for (const { file, size } of orphans) {
    if (await rm(file, { force: true }).then(() => true, () => false)) freed += size;
  }
  return freed;
}
