import path from 'node:path';
import type { Logger, Progress } from '../actions/action';
import { fail, ok, type Failure, type Result } from '../outcome';
import { accessFailure } from './access';
import { fetchBlob, hasBlob, WrongContent, type BlobDownload } from './blobDownload';
import { bytesText } from './bytesText';
import { findSnapshot, repositoryFolder, type Snapshot } from './cache';
import { DiskError, diskFailure, freeBytes, spaceFailure } from './cacheDisk';
import type { HubConnection } from './connection';
import { chooseFiles } from './filePatterns';
import { adoptFiles } from './adopt';
import { chooseForEngine, type FileChoice } from './defaultFiles';
import { queueOf } from './downloadQueue';
import { hubFailure } from './hubError';
import type { FetchOptions, FetchTuning } from './hubFetch';
import { PartFile } from './partFile';
import { forEachLimited } from './semaphore';
import { laySnapshot, readManifest, writeManifest, writeRef, type MakeSymlink } from './snapshotLayout';
import { TransferProgress } from './transferProgress';
import { httpTransport, xetTransport } from './transport';
import { readTree, type RepositoryTree, type TreeFile } from './tree';

export interface DownloadRequest {
  readonly connection: HubConnection;
  readonly repository: string;
  /** Branch, tag or commit; `main` when left out. Pinned to a commit before the first byte. */
  readonly revision?: string | undefined;
  /** Patterns as `hf download` takes them. */
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
  /** Where nobody names files: only what the engine and Python pipelines need, each thing once. The whole repository otherwise. */
  readonly onlyNeeded?: boolean | undefined;
  /** Asked before the first byte, with what is left out and why: the files to fetch, or `undefined` to fetch none. */
  approve?(offer: DownloadOffer): Promise<readonly TreeFile[] | undefined>;
  /** Folders of other programs in which the same files may lie already. */
  readonly adoptFrom?: readonly string[] | undefined;
  /** Over all downloads into this cache; 0 is as fast as it goes. */
  readonly bytesPerSecond?: number | undefined;
  readonly signal: AbortSignal;
  progress?(progress: Progress): void;
  readonly log?: Logger | undefined;
  /** Requests at once, over all files. */
  readonly connections?: number | undefined;
  readonly tuning?: DownloadTuning | undefined;
}

/** What a download is about to do. */
export interface DownloadOffer extends FileChoice<TreeFile> {
  readonly repository: string;
  readonly commit: string;
  /** Bytes of the chosen files that are not in the cache. */
  readonly missing: number;
  /** Bytes free on the disk of the cache; undefined where it does not tell. */
  readonly free: number | undefined;
}

/** What tests turn to make seconds of milliseconds, and to be refused what a machine grants. */
export interface DownloadTuning extends Partial<FetchTuning> {
  readonly segmentBytes?: number;
  /** Milliseconds without a byte after which a connection is given up. */
  readonly stallAfter?: number;
  freeBytes?(folder: string): Promise<number | undefined>;
  readonly makeSymlink?: MakeSymlink;
}

export interface Download {
  readonly snapshot: Snapshot;
  /** Size of the chosen files. */
  readonly bytes: number;
  /** What came over the network this time; 0 when all was in the cache. */
  readonly received: number;
  /** What was found elsewhere on this machine instead of being fetched. */
  readonly adopted: number;
}

/**
 * Brings a repository at one commit into the standard Hugging Face cache. What is there is not fetched again; what a
 * cancelled or killed run left is gone on from; nothing gets its name before its hash is the Hub's. A cancelled
 * download fails with the code `cancelled`.
 */
export async function downloadSnapshot(request: DownloadRequest): Promise<Result<Download>> {
  const { connection, repository, revision = 'main', signal } = request;
  if (connection.offline) return fromCache(request);
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  try {
    const tree = await readTree(connection, repository, revision, { ...fetching(request), signal });
    if (!tree.ok) return tree;
    const choice = chosenOf(tree.value, request);
    if (choice.chosen.length === 0) return fail(nothingChosen(repository, request.include, choice));
    const refused = tree.value.gated ? await accessFailure(connection, repository, { ...fetching(request), signal }) : undefined;
    if (refused) return fail(refused);
    const files = await approved(request, tree.value, choice);
    if (!files || files.length === 0) return fail(notAgreed(repository));
    return await downloadFiles(request, tree.value, files, both, stop);
  } catch (error) {
    if (signal.aborted) return fail(cancelledFailure(repository));
    return fail(hubFailure(error, { endpoint: connection.endpoint, repository, revision }));
  }
}

async function downloadFiles(request: DownloadRequest, tree: RepositoryTree, files: readonly TreeFile[], signal: AbortSignal, stop: AbortController): Promise<Result<Download>> {
  const { connection, repository, revision = 'main', tuning = {} } = request;
  const root = repositoryFolder(connection.cacheFolder, repository);
  const blobs = path.join(root, 'blobs');
  const distinct = [...new Map(files.map((file) => [file.hash, file])).values()].sort((left, right) => left.size - right.size);
  const missing = await missingFiles(blobs, distinct);
  const adopted = await adoptFiles(blobs, missing, request.adoptFrom ?? [], signal, (message) => request.progress?.({ message }));
  for (const { file, from, by } of adopted) request.log?.info(`${file.path} was found as ${from} and taken by ${by} instead of being fetched.`);
  const needed = await bytesToFetch(blobs, distinct);
  const free = await (tuning.freeBytes ?? freeBytes)(connection.cacheFolder);
  if (free !== undefined && needed > free) return fail(spaceFailure(repository, needed, free, connection.cacheFolder));

  const total = distinct.reduce((sum, { size }) => sum + size, 0);
  const progress = new TransferProgress(total, request.progress?.bind(request));
  const connections = Math.max(1, request.connections ?? 8);
  const queue = queueOf(connection.cacheFolder, connections);
  if (request.bytesPerSecond !== undefined) queue.bytesPerSecond = request.bytesPerSecond;
  const ways = { connection, tree, fetching: fetching(request), stallAfter: tuning.stallAfter ?? 30_000 };
  const run: BlobDownload = {
    blobs,
    http: httpTransport(ways),
    xet: xetTransport(ways),
    queue,
    progress,
    signal,
    log: request.log,
    tries: tuning.tries ?? 5,
    firstWait: tuning.firstWait ?? 500,
    segmentBytes: (size) => tuning.segmentBytes ?? segmentFor(size),
  };
  try {
    await forEachLimited(distinct, connections, (file) =>
      fetchBlob(file, run).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      }),
    );
    const folder = await laySnapshot(root, tree, files, tuning.makeSymlink);
    await writeManifest(root, tree, files);
    await writeRef(root, revision, tree.commit);
    const snapshot: Snapshot = { repository, revision: tree.commit, folder, files: files.map((file) => file.path).sort() };
    return ok({ snapshot, bytes: files.reduce((sum, { size }) => sum + size, 0), received: progress.received, adopted: adopted.reduce((sum, { file }) => sum + file.size, 0) });
  } catch (error) {
    if (request.signal.aborted) return fail(cancelledFailure(repository));
    const cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
    if (cause instanceof DiskError) return fail(diskFailure(cause, repository, connection.cacheFolder, total - (await bytesToFetch(blobs, distinct))));
    if (cause instanceof WrongContent) return fail(corruptFailure(cause, repository));
    return fail(hubFailure(cause, { endpoint: connection.endpoint, repository, revision }));
  }
}

/** The files of a choice that a person, where one is asked, agrees to. */
async function approved(request: DownloadRequest, { commit }: RepositoryTree, choice: FileChoice<TreeFile>): Promise<readonly TreeFile[] | undefined> {
  if (!request.approve) return choice.chosen;
  const { connection, repository, tuning = {} } = request;
  const blobs = path.join(repositoryFolder(connection.cacheFolder, repository), 'blobs');
  const distinct = [...new Map(choice.chosen.map((file) => [file.hash, file])).values()];
  const [missing, free] = [await bytesToFetch(blobs, distinct), await (tuning.freeBytes ?? freeBytes)(connection.cacheFolder)];
  const files = await request.approve({ ...choice, repository, commit, missing, free });
  request.signal.throwIfAborted();
  return files;
}

/** Large enough that 57 GB stay under the Hub's limit of requests, small enough that every connection has work. */
export function segmentFor(size: number): number {
  return size > 512 * 1024 * 1024 ? 64 * 1024 * 1024 : 16 * 1024 * 1024;
}

/** What a person named, or what is needed. */
function chosenOf({ files }: RepositoryTree, { include, exclude, onlyNeeded }: DownloadRequest): FileChoice<TreeFile> {
  if (onlyNeeded && !include?.length && !exclude?.length) return chooseForEngine(files);
  const chosen = chooseFiles(files, include, exclude);
  const left = files.filter((file) => !chosen.includes(file));
  return { chosen, left: left.length > 0 ? [{ reason: 'not named', files: left }] : [] };
}

async function missingFiles(blobs: string, files: readonly TreeFile[]): Promise<readonly TreeFile[]> {
  const missing: TreeFile[] = [];
  for (const file of files) if (!(await hasBlob(path.join(blobs, file.hash), file))) missing.push(file);
  return missing;
}

async function bytesToFetch(blobs: string, files: readonly TreeFile[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const blob = path.join(blobs, file.hash);
    if (!(await hasBlob(blob, file))) bytes += file.size - (await PartFile.bytesLeft(blob, file));
  }
  return bytes;
}

function fetching({ log, progress, tuning }: DownloadRequest): FetchOptions {
  return {
    tuning,
    onWait(seconds, reason) {
      const message = reason === 'rate limit' ? `the Hub asks to wait ${Math.ceil(seconds)} s` : `trying again in ${seconds.toFixed(1)} s`;
      log?.warn(message);
      if (seconds >= 1) progress?.({ message });
    },
  };
}

/** Offline, a snapshot counts only when it is known to be whole. */
async function fromCache({ connection, repository, revision, include, exclude }: DownloadRequest): Promise<Result<Download>> {
  const snapshot = await findSnapshot(connection.cacheFolder, repository, revision);
  const manifest = snapshot && (await readManifest(repositoryFolder(connection.cacheFolder, repository), snapshot.revision));
  const wanted = manifest && chooseFiles(manifest.files, include, exclude);
  if (snapshot && wanted?.every(({ path: name }) => snapshot.files.includes(name))) {
    return ok({ snapshot, bytes: wanted.reduce((sum, { size }) => sum + size, 0), received: 0, adopted: 0 });
  }
  return fail({
    code: 'offline',
    message: `${repository} is not complete in the cache, and HF_HUB_OFFLINE forbids to fetch it.`,
    advice: 'Unset HF_HUB_OFFLINE, then run again.',
    short: 'offline',
  });
}

function nothingChosen(repository: string, include: readonly string[] | undefined, { left }: FileChoice<TreeFile>): Failure {
  const pickles = left.find(({ reason }) => reason.startsWith('pickles'))?.files[0];
  if (pickles) {
    return {
      code: 'only-pickles',
      message: `The only weights of ${repository} are pickles such as ${pickles.path}, which can run code when they are read.`,
      advice: `Ask its author for safetensors, or name the files: <!-- evalmark: download repository=${repository} include="*" -->.`,
      short: 'only pickles',
    };
  }
  return {
    code: 'nothing-to-download',
    message: include?.length ? `No file of ${repository} fits ${include.join(', ')}.` : `${repository} holds no files.`,
    advice: 'Look at the files on the model page, and correct the step.',
    short: 'no files',
  };
}

function notAgreed(repository: string): Failure {
  return { code: 'not-agreed', message: `Nothing of ${repository} was agreed to be downloaded.`, advice: 'Run the step again and choose the files.', short: 'nothing chosen' };
}

function cancelledFailure(repository: string): Failure {
  return { code: 'cancelled', message: `The download of ${repository} was cancelled.`, advice: 'Run it again to go on from what has arrived.', short: 'cancelled' };
}

function corruptFailure({ file }: WrongContent, repository: string): Failure {
  return {
    code: 'wrong-checksum',
    message: `${repository}: ${file.path} (${bytesText(file.size)}) arrived twice with another checksum than the Hub names. It was not kept.`,
    advice: 'Run again; if it stays, something between here and the Hub alters downloads.',
    short: 'wrong checksum',
  };
}
