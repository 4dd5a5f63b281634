import { readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { isCommit, isRepositoryName, isRevisionName } from './repositoryPath';

/** A repository at one commit in the local cache. */
export interface Snapshot {
  readonly repository: string;
  readonly revision: string;
  /** Absolute; holds the files under their own names. */
  readonly folder: string;
  /** Relative to the folder, with `/`, sorted. Only files whose content is there. */
  readonly files: readonly string[];
}

/** The `hub` folder that Python's huggingface_hub uses under the same environment. */
export function hubCacheFolder(environment: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform = process.platform): string {
  const join = (platform === 'win32' ? path.win32 : path.posix).join;
  const given = environment.HF_HUB_CACHE || environment.HUGGINGFACE_HUB_CACHE;
  return given ? expand(given, environment, platform) : join(hubHome(environment, platform), 'hub');
}

/** Where the `hf` tool keeps its token and, below, the cache. */
export function hubHome(environment: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform = process.platform): string {
  const join = (platform === 'win32' ? path.win32 : path.posix).join;
  if (environment.HF_HOME) return expand(environment.HF_HOME, environment, platform);
  return join(expand(environment.XDG_CACHE_HOME || join('~', '.cache'), environment, platform), 'huggingface');
}

function expand(folder: string, environment: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string {
  const home = (platform === 'win32' ? environment.USERPROFILE : environment.HOME) || homedir();
  const named = folder.replace(/\$\{?(\w+)\}?/g, (whole, name: string) => environment[name] ?? whole);
  return named === '~' || /^~[\\/]/.test(named) ? home + named.slice(1) : named;
}

/** `models--owner--name` below the cache. */
export function repositoryFolder(cacheFolder: string, repository: string): string {
  return path.join(cacheFolder, ['models', ...repository.split('/')].join('--'));
}

/**
 * Finds what was downloaded before, by Evalmark or by a Python tool. Without a revision: what `main` points to, else the
 * only snapshot there is.
 */
export async function findSnapshot(cacheFolder: string, repository: string, revision?: string): Promise<Snapshot | undefined> {
  if (!isRepositoryName(repository) || (revision !== undefined && !isRevisionName(revision))) return undefined;
  const root = repositoryFolder(cacheFolder, repository);
  const commit = await cachedCommit(root, revision);
  if (commit === undefined) return undefined;
  const folder = path.join(root, 'snapshots', commit);
  const files = await filesBelow(folder);
  return files === undefined || files.length === 0 ? undefined : { repository, revision: commit, folder, files };
}

async function cachedCommit(root: string, revision: string | undefined): Promise<string | undefined> {
  if (revision !== undefined && isCommit(revision)) return revision;
  const named = (await readFile(path.join(root, 'refs', ...(revision ?? 'main').split('/')), 'utf8').catch(() => '')).trim();
  if (isCommit(named)) return named;
  if (revision !== undefined) return undefined;
  const commits = (await readdir(path.join(root, 'snapshots')).catch(() => [])).filter(isCommit);
  return commits.length === 1 ? commits[0] : undefined;
}

/** Follows links to blobs; a link whose blob is gone does not count. */
async function filesBelow(folder: string): Promise<readonly string[] | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => undefined);
  if (!entries) return undefined;
  const files: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const found = await stat(file).catch(() => undefined);
    if (found?.isFile()) files.push(path.relative(folder, file).split(path.sep).join('/'));
  }
  return files.sort();
}
