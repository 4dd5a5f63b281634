import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { packedFiles, removeLeftovers } from './weights/packedFiles';

/** Where in a cache folder what is kept. */
export const cachePlaces = { weights: 'weights', encodings: 'encodings' } as const;

/** What the engine keeps between runs; all of it can be made again. */
export interface CacheContent {
  readonly weights: CachePart;
  readonly encodings: CachePart;
}

export interface CachePart {
  readonly files: number;
  readonly bytes: number;
  /** Of these, bytes that a running engine reads from. */
  readonly inUse: number;
}

export async function cacheContent(folder: string): Promise<CacheContent> {
  const weights = await packedFiles(path.join(folder, cachePlaces.weights));
  const encodings = await encodingFiles(folder);
  const sum = (list: readonly { readonly bytes: number }[]) => list.reduce((total, { bytes }) => total + bytes, 0);
  return {
    weights: { files: weights.length, bytes: sum(weights), inUse: sum(weights.filter(({ inUse }) => inUse)) },
    encodings: { files: encodings.length, bytes: sum(encodings), inUse: 0 },
  };
}

/** Removes all of it but weights that a running engine reads from. @returns bytes that were freed */
export async function clearCache(folder: string): Promise<number> {
  const place = path.join(folder, cachePlaces.weights);
  const removable = [...(await packedFiles(place)).filter(({ inUse }) => !inUse), ...(await encodingFiles(folder))];
  let freed = 0;
  for (const file of removable) {
    // Where the system keeps a file that is open, it stays.
    await rm(file.path).then(() => (freed += file.bytes), () => undefined);
  }
  await removeLeftovers(place, /\.(?:use|part)$/);
  return freed;
}

async function encodingFiles(folder: string): Promise<readonly { readonly path: string; readonly bytes: number }[]> {
  const place = path.join(folder, cachePlaces.encodings);
  const names = (await readdir(place).catch(() => [])).filter((name) => name.endsWith('.encoding'));
  const found = await Promise.all(names.map(async (name) => ({ path: path.join(place, name), bytes: (await stat(path.join(place, name)).catch(() => undefined))?.size ?? 0 })));
  return found;
}
