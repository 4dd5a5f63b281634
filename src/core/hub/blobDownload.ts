import { mkdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../actions/action';
import { BlobLock } from './blobLock';
import { DiskError, onDisk } from './cacheDisk';
import type { DownloadQueue } from './downloadQueue';
import { HubError, UntrustedAnswer } from './hubError';
import { PartFile } from './partFile';
import type { TransferProgress } from './transferProgress';
import type { Transport } from './transport';
import type { TreeFile } from './tree';

export interface BlobDownload {
  readonly blobs: string;
  readonly http: Transport;
  readonly xet: Transport;
  readonly queue: DownloadQueue;
  readonly progress: TransferProgress;
  readonly signal: AbortSignal;
  readonly log: Logger | undefined;
  /** Tries in a row that bring nothing, the first included. */
  readonly tries: number;
  /** Milliseconds before the second try; doubled each time. */
  readonly firstWait: number;
  segmentBytes(size: number): number;
}

/** Content that does not have the hash that the Hub names for it. */
export class WrongContent extends Error {
  override readonly name = 'WrongContent';

  constructor(readonly file: TreeFile) {
    super(`${file.path} arrived with another checksum than the Hub names.`);
  }
}

/** Puts one file into the cache's blobs, verified. Waits while another download of it is under way and uses what that brings. */
export async function fetchBlob(file: TreeFile, run: BlobDownload): Promise<void> {
  const blob = path.join(run.blobs, file.hash);
  await onDisk(mkdir(run.blobs, { recursive: true }));
  for (;;) {
    run.signal.throwIfAborted();
    if (await hasBlob(blob, file)) return run.progress.found(file.size, file.path);
    const lock = await BlobLock.take(`${blob}.evalmark-lock`);
    if (lock) {
      try {
        // The other download may have ended between the look and the lock.
        if (await hasBlob(blob, file)) return run.progress.found(file.size, file.path);
        return await receive(file, blob, run);
      } finally {
        await lock.release();
      }
    }
    run.progress.tell(`waiting for another download of ${file.path}`);
    await delay(300, undefined, { signal: run.signal });
  }
}

/** A blob of another size is a download that another tool left truncated. */
export async function hasBlob(blob: string, file: Pick<TreeFile, 'size'>): Promise<boolean> {
  const found = await stat(blob).catch(() => undefined);
  return found !== undefined && found.isFile() && found.size === file.size;
}

async function receive(file: TreeFile, blob: string, run: BlobDownload): Promise<void> {
  const part = await PartFile.open(blob, file, run.segmentBytes(file.size));
  try {
    run.progress.found(part.received, file.path);
    await receiveSegments(part, file, run);
    if (!(await verified(part, file, run))) {
      run.log?.warn(`${file.path} does not have the checksum that the Hub names; it is fetched once more.`);
      run.progress.found(-part.received, file.path);
      await part.reset();
      await receiveSegments(part, file, run);
      if (!(await verified(part, file, run))) throw new WrongContent(file);
    }
    await part.keep();
  } catch (error) {
    if (error instanceof WrongContent) await part.discard();
    else await part.leave();
    throw error;
  }
}

function verified(part: PartFile, file: TreeFile, run: BlobDownload): Promise<boolean> {
  run.progress.tell(`verifying ${file.path}`);
  return part.matches(run.signal);
}

async function receiveSegments(part: PartFile, file: TreeFile, run: BlobDownload): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([run.signal, stop.signal]);
  // Xet is given up for a file at its first trouble: its hangs are the commonest complaint, and plain ranges always work.
  const way = { xet: file.xet };
  const results = await Promise.allSettled(
    part.segments.map((index) =>
      run.queue.connections.run(() => receiveSegment(part, index, file, { ...run, signal }, way)).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    ),
  );
  run.signal.throwIfAborted();
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw stop.signal.reason ?? failed.reason;
}

async function receiveSegment(part: PartFile, index: number, file: TreeFile, run: BlobDownload, way: { xet: boolean }): Promise<void> {
  for (let idle = 1; ; ) {
    const { start, end } = part.missing(index);
    if (start >= end) return;
    const byXet = way.xet;
    try {
      await receivePieces(part, index, file, run, byXet ? run.xet : run.http);
    } catch (error) {
      if (run.signal.aborted || error instanceof DiskError) throw error;
      const got = part.missing(index).start - start;
      if (byXet) {
        if (way.xet) run.log?.warn(`xet failed for ${file.path} (${messageOf(error)}); going on over plain HTTP.`);
        way.xet = false;
        continue;
      }
      if (isFinal(error)) throw error;
      idle = got >= Math.min(65_536, (end - start) / 4) ? 1 : idle + 1;
      if (idle > run.tries) throw error;
      run.log?.debug(`${file.path}: ${messageOf(error)}; again from byte ${start + got}.`);
      await delay(Math.min(run.firstWait * 2 ** (idle - 1), 30_000), undefined, { signal: run.signal });
    }
  }
}

async function receivePieces(part: PartFile, index: number, file: TreeFile, run: BlobDownload, transport: Transport): Promise<void> {
  const { start, end } = part.missing(index);
  for await (const piece of transport(file, start, end, run.signal)) {
    if (run.queue.isPaused) run.progress.tell('paused');
    await run.queue.admit(piece.length, run.signal);
    await part.append(index, piece);
    run.progress.arrived(piece.length, file.path);
  }
  if (part.missing(index).start < end) throw Object.assign(new Error('The answer ended too early.'), { code: 'truncated' });
}

/** A 403 without a code comes from an expired address, which the next try resolves anew. */
function isFinal(error: unknown): boolean {
  if (error instanceof HubError) return !(error.status === 403 && error.code === undefined);
  return error instanceof UntrustedAnswer;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
