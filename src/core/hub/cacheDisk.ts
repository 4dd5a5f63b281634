import { statfs } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '../outcome';
import { bytesText } from './bytesText';

/** Something that the disk refused, told apart from what the network refused. */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: string | undefined;

  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.code = (cause as NodeJS.ErrnoException | undefined)?.code;
  }
}

export async function onDisk<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof DiskError ? error : new DiskError(error);
  }
}

/** Bytes that this user may still write on the volume that holds a folder, which need not exist yet. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  for (let candidate = path.resolve(folder); ; candidate = path.dirname(candidate)) {
    const found = await statfs(candidate).catch(() => undefined);
    if (found) return found.bavail * found.bsize;
    if (candidate === path.dirname(candidate)) return undefined;
  }
}

export function spaceFailure(repository: string, needed: number, free: number, cacheFolder: string): Failure {
  const missing = bytesText(needed - free);
  return {
    code: 'disk-space',
    message: `${repository} needs ${bytesText(needed)}, and the disk with the cache has ${bytesText(free)} free: ${missing} short.`,
    advice: `Free ${missing} on the disk that holds ${cacheFolder}, or put the cache on another one (HF_HOME). Nothing was downloaded.`,
    short: `${missing} short`,
  };
}

/** @param kept bytes that have arrived and are kept for the next run */
export function diskFailure(error: DiskError, repository: string, cacheFolder: string, kept: number): Failure {
  const keeps = kept > 0 ? `The ${bytesText(kept)} that arrived are kept and not fetched again.` : 'Nothing was left behind.';
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    return {
      code: 'disk-space',
      message: `The disk with the cache became full while ${repository} was downloading. ${keeps}`,
      advice: `Free space on the disk that holds ${cacheFolder}, then run again.`,
      short: 'disk full',
      detail: error.message,
    };
  }
  return {
    code: 'cache-not-writable',
    message: `The cache folder ${cacheFolder} cannot be written (${error.code ?? error.message}). ${keeps}`,
    advice: 'Check who owns the folder, or name another one (HF_HOME).',
    short: 'cache read-only',
    detail: error.message,
  };
}
