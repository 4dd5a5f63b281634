import { open, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Progress } from '../actions/action';
import { fail, ok, type Result } from '../outcome';
import { findSnapshot, repositoryFolder, type Snapshot } from './cache';
import type { HubConnection } from './connection';
import { hashOfFile } from './partFile';
import { readLocalHeader } from './safetensorsHeader';
import { readManifest } from './snapshotLayout';
import { TransferProgress } from './transferProgress';
import { readTree, type RepositoryTree, type TreeFile } from './tree';
import { chooseFiles } from './filePatterns';

export interface VerifyRequest {
  readonly connection: HubConnection;
  readonly repository: string;
  readonly revision?: string | undefined;
  readonly include?: readonly string[] | undefined;
  readonly signal: AbortSignal;
  progress?(progress: Progress): void;
}

export interface Verification {
  readonly snapshot: Snapshot;
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly FileProblem[];
}

export interface FileProblem {
  readonly path: string;
  /** "is missing", "has 12 of 850 MB", "has another checksum". */
  readonly what: string;
}

/**
 * Compares what is in the cache with the Hub's list of the same commit: every file present, size and hash equal, weights
 * readable. Offline, the list kept at the download is used.
 */
export async function verifySnapshot(request: VerifyRequest): Promise<Result<Verification>> {
  const { connection, repository, signal } = request;
  const snapshot = await findSnapshot(connection.cacheFolder, repository, request.revision);
  if (!snapshot) {
    return fail({ code: 'not-downloaded', message: `${repository} is not in the cache.`, advice: 'Run the step that downloads it.', short: 'not downloaded' });
  }
  const tree = await treeOf(request, snapshot);
  if (!tree.ok) return tree;
  const files = chooseFiles(tree.value.files, request.include);
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const progress = new TransferProgress(total, request.progress?.bind(request));
  const problems: FileProblem[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    const what = await problemOf(path.join(snapshot.folder, ...file.path.split('/')), file, signal);
    if (what !== undefined) problems.push({ path: file.path, what });
    progress.found(file.size, `verifying ${file.path}`);
  }
  return ok({ snapshot, files: files.length, bytes: total, problems });
}

/** Removes damaged files with the blobs behind them, so that the next download fetches these and nothing else. */
export async function discardDamaged({ cacheFolder }: HubConnection, { snapshot, problems }: Verification): Promise<void> {
  const root = await realpath(repositoryFolder(cacheFolder, snapshot.repository));
  for (const problem of problems) {
    const file = path.join(snapshot.folder, ...problem.path.split('/'));
    const blob = await realpath(file).catch(() => undefined);
    if (blob?.startsWith(root + path.sep)) await rm(blob, { force: true });
    await rm(file, { force: true });
  }
}

/** What Evalmark fetched on purpose is the measure, where it knows; the whole repository otherwise. */
async function treeOf({ connection, repository, include, signal }: VerifyRequest, snapshot: Snapshot): Promise<Result<RepositoryTree>> {
  const manifest = await readManifest(repositoryFolder(connection.cacheFolder, repository), snapshot.revision);
  if (connection.offline && manifest) return ok(manifest);
  const tree = await readTree(connection, repository, snapshot.revision, { signal });
  if (!tree.ok || !manifest || include) return tree;
  const fetched = new Set(manifest.files.map((file) => file.path));
  return ok({ ...tree.value, files: tree.value.files.filter((file) => fetched.has(file.path)) });
}

async function problemOf(local: string, file: TreeFile, signal: AbortSignal): Promise<string | undefined> {
  const found = await stat(local).catch(() => undefined);
  if (!found?.isFile()) return 'is missing';
  if (found.size !== file.size) return `has ${found.size} bytes instead of ${file.size}`;
  const broken = await weightsProblem(local);
  if (broken !== undefined) return broken;
  return (await hashOfFile(local, file, signal)) === file.hash ? undefined : 'has another checksum than the Hub names';
}

const weights = /\.(?:safetensors|onnx|onnx_data|bin|pt|pth|ckpt|gguf)$/i;

/** Why a weights file cannot be one, though its size may be right: a pointer, a web page, a broken header. */
export async function weightsProblem(file: string, name = file): Promise<string | undefined> {
  if (!weights.test(name)) return undefined;
  const start = await firstBytes(file);
  if (start.startsWith('version https://git-lfs')) return 'is only a pointer to large-file storage, not the file itself';
  if (/^\s*(?:<!doctype html|<html)/i.test(start)) return 'is a web page';
  if (!name.toLowerCase().endsWith('.safetensors')) return undefined;
  try {
    await readLocalHeader(file);
    return undefined;
  } catch (error) {
    return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function firstBytes(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(256), 0, 256, 0);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await handle.close();
  }
}
