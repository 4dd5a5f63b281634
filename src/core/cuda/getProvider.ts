import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Logger, Progress } from '../actions/action';
import { fetchBlob, WrongContent, type BlobDownload } from '../hub/blobDownload';
import { bytesText } from '../hub/bytesText';
import { DiskError, freeBytes } from '../hub/cacheDisk';
import { queueOf } from '../hub/downloadQueue';
import type { FetchOptions } from '../hub/hubFetch';
import { PartFile } from '../hub/partFile';
import { TransferProgress } from '../hub/transferProgress';
import { rangeTransport } from '../hub/transport';
import type { TreeFile } from '../hub/tree';
import { fail, ok, type Failure, type Result } from '../outcome';
import { installProvider, runtimeVersion, type InstalledProvider } from './installedProvider';
import { indexFailure, indexFetch, listFiles, type IndexFile, type PackageIndex } from './packageIndex';
import { chooseWheel, providerLibraries, providerProject } from './wheel';
import { extractNamed } from './wheelEntries';

export interface ProviderRequest {
  readonly index: PackageIndex;
  /** Folder of the bundled runtime's package, `…/onnxruntime-node`. */
  readonly runtime: string;
  /** Where the provider is kept. */
  readonly folder: string;
  readonly signal: AbortSignal;
  readonly log?: Logger | undefined;
  progress?(progress: Progress): void;
  readonly tuning?: FetchOptions['tuning'];
}

/** What would be fetched; shown before anything is. */
export interface ProviderOffer {
  readonly version: string;
  readonly wheel: IndexFile;
  readonly bytes: number;
  /** Of these, what an earlier try left. */
  readonly kept: number;
}

/** Finds the wheel of exactly the bundled runtime's version and asks for its size. */
export async function offerProvider(request: ProviderRequest): Promise<Result<ProviderOffer>> {
  if (providerLibraries(process.platform, process.arch).length === 0) return fail(noProvider);
  const version = await runtimeVersion(request.runtime);
  const files = await listFiles(request.index, providerProject, fetching(request));
  if (!files.ok) return files;
  const wheel = chooseWheel(files.value, version, process.platform);
  if (!wheel) return fail(notListed(version, request.index));
  try {
    const answer = await indexFetch(request.index, fetching(request))(wheel.url, { headers: { range: 'bytes=0-0', 'accept-encoding': 'identity' } });
    const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1] ?? (answer.status === 200 ? answer.headers.get('content-length') : undefined);
    await answer.body?.cancel();
    const bytes = Number(total ?? Number.NaN);
    if (!Number.isSafeInteger(bytes) || bytes <= 0) throw new Error(`The size of ${wheel.name} is not told.`);
    return ok({ version, wheel, bytes, kept: await PartFile.bytesLeft(blobOf(request, wheel), treeFile(wheel, bytes)) });
  } catch (error) {
    if (request.signal.aborted) throw error;
    return fail(indexFailure(error, request.index, wheel.name));
  }
}

/** Fetches the wheel, going on where an earlier try ended, checks it against the index's checksum and keeps the provider's libraries of it. */
export async function fetchProvider({ wheel, bytes, kept }: ProviderOffer, request: ProviderRequest): Promise<Result<InstalledProvider>> {
  const free = await freeBytes(request.folder);
  const needed = bytes * unpackedTimes - kept;
  if (free !== undefined && free < needed) return fail(noSpace(needed, free, request.folder));
  const file = treeFile(wheel, bytes);
  try {
    await mkdir(request.folder, { recursive: true });
    await fetchBlob(file, download(wheel, bytes, request));
    const provider = await installProvider(request.folder, request.runtime, wheel.name, (into) => extractNamed(blobOf(request, wheel), providerLibraries(process.platform, process.arch), into));
    await rm(downloads(request), { recursive: true, force: true });
    return ok(provider);
  } catch (error) {
    if (request.signal.aborted) return fail(cancelled);
    if (error instanceof WrongContent) return fail(wrongChecksum(wheel));
    if (error instanceof DiskError || (error as NodeJS.ErrnoException).syscall !== undefined) return fail(notWritten(error, request.folder));
    return fail(indexFailure(error, request.index, wheel.name));
  }
}

/** The wheel, what is unpacked of it, and the copy of the runtime, for each byte of the wheel. */
const unpackedTimes = 3;

function download(wheel: IndexFile, bytes: number, request: ProviderRequest): BlobDownload {
  const ranges = rangeTransport(() => wheel.url, (signal) => indexFetch(request.index, { ...fetching(request), signal }), 30_000);
  const progress = new TransferProgress(bytes, request.progress?.bind(request));
  return {
    blobs: downloads(request),
    http: ranges,
    xet: ranges,
    queue: queueOf(request.folder, 4),
    progress,
    signal: request.signal,
    log: request.log,
    tries: request.tuning?.tries ?? 5,
    firstWait: request.tuning?.firstWait ?? 500,
    segmentBytes: () => 32 * 1024 * 1024,
  };
}

function downloads({ folder }: ProviderRequest): string {
  return path.join(folder, 'download');
}

function blobOf(request: ProviderRequest, { sha256 }: IndexFile): string {
  return path.join(downloads(request), sha256);
}

function treeFile({ name, sha256 }: IndexFile, size: number): TreeFile {
  return { path: name, size, hash: sha256, kind: 'sha256', xet: false };
}

function fetching({ signal, tuning }: ProviderRequest): FetchOptions {
  return { signal, ...(tuning ? { tuning } : {}) };
}

const cancelled: Failure = { code: 'cancelled', message: 'Getting the CUDA provider was cancelled.', advice: 'Run the command again; what has arrived is kept.', short: 'cancelled' };

const noProvider: Failure = {
  code: 'no-cuda-here',
  message: `There is no CUDA provider for ${process.platform} on ${process.arch}.`,
  advice: 'Edits run on the graphics card through WebGPU where that works, else on the processor.',
  short: 'no CUDA here',
};

function notListed(version: string, { address }: PackageIndex): Failure {
  return {
    code: 'provider-not-listed',
    message: `The package index ${address} has no ${providerProject} ${version} for this system, and only exactly this version works with the engine.`,
    advice: 'Name an index that has it in the setting evalmark.cuda.index.',
    short: 'not in the index',
  };
}

function noSpace(needed: number, free: number, folder: string): Failure {
  const missing = bytesText(needed - free);
  return {
    code: 'disk-space',
    message: `The CUDA provider needs ${bytesText(needed)} for a moment, and the disk has ${bytesText(free)} free: ${missing} short.`,
    advice: `Free ${missing} on the disk that holds ${folder}. Nothing was downloaded.`,
    short: `${missing} short`,
  };
}

function wrongChecksum({ name }: IndexFile): Failure {
  return { code: 'wrong-checksum', message: `${name} arrived twice with another checksum than the index names; it was thrown away.`, advice: 'Something between here and the index changes files: check proxy and index, then run the command again.', short: 'wrong checksum' };
}

function notWritten(error: unknown, folder: string): Failure {
  return { code: 'not-writable', message: `The CUDA provider could not be written to ${folder}.`, advice: 'Check who owns the folder and whether the disk is full, close other windows that run edits, then run the command again.', short: 'not written', detail: error instanceof Error ? error.message : String(error) };
}
