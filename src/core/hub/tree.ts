import { ok, fail, type Result } from '../outcome';
import type { HubConnection } from './connection';
import { hubFailure, UntrustedAnswer } from './hubError';
import { hubFetch, type FetchOptions } from './hubFetch';
import { isCommit, isRepositoryName, isRevisionName, isSafePath, isSafeWindowsPath } from './repositoryPath';

/** What a repository holds at one commit. */
export interface RepositoryTree {
  readonly repository: string;
  /** Full commit hash, so that nothing changes between the plan and the last byte. */
  readonly commit: string;
  readonly gated: false | 'auto' | 'manual';
  readonly files: readonly TreeFile[];
}

export interface TreeFile {
  readonly path: string;
  readonly size: number;
  /** Names the blob in the cache: SHA-256 of the content for large files, hash of the git object for small ones. */
  readonly hash: string;
  readonly kind: 'sha256' | 'git';
  /** Stored in xet, so that the client library can fetch it in deduplicated chunks. */
  readonly xet: boolean;
}

/** Lists a repository at a revision (branch, tag or commit; `main` by default) and pins the commit. */
export async function readTree(connection: HubConnection, repository: string, revision = 'main', options: FetchOptions = {}): Promise<Result<RepositoryTree>> {
  const subject = { endpoint: connection.endpoint, repository, revision };
  const named = checkNames(repository, revision);
  if (!named.ok) return named;
  try {
    const { listFiles, modelInfo } = await import('@huggingface/hub');
    const fetch = hubFetch(connection, options);
    const info = await modelInfo({ name: repository, revision, hubUrl: connection.endpoint, fetch, additionalFields: ['sha'] });
    const commit = info.sha;
    if (typeof commit !== 'string' || !isCommit(commit)) throw new UntrustedAnswer(`The Hub names ${JSON.stringify(commit).slice(0, 60)} as the commit of ${repository}.`);
    const files: TreeFile[] = [];
    for await (const entry of listFiles({ repo: { type: 'model', name: repository }, revision: commit, recursive: true, hubUrl: connection.endpoint, fetch })) {
      if (entry.type === 'file') files.push(checkEntry(entry, repository));
    }
    checkOverlap(files, repository);
    return ok({ repository, commit, gated: info.gated, files });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return fail(hubFailure(error, subject));
  }
}

function checkNames(repository: string, revision: string): Result<undefined> {
  if (isRepositoryName(repository) && isRevisionName(revision)) return ok(undefined);
  const wrong = isRepositoryName(repository) ? `"${revision}" is no revision` : `"${repository}" is no repository name`;
  return fail({ code: 'repository-name', message: `${wrong}.`, advice: 'Write it as owner/name, with a branch, tag or commit as the revision.', short: 'bad name' });
}

interface Entry {
  readonly path: string;
  readonly size: number;
  readonly oid?: string | undefined;
  readonly lfs?: { readonly oid: string; readonly size: number } | undefined;
  readonly xetHash?: string | undefined;
}

function checkEntry(entry: Entry, repository: string): TreeFile {
  const { path } = entry;
  if (typeof path !== 'string' || !isSafePath(path) || (process.platform === 'win32' && !isSafeWindowsPath(path))) {
    throw new UntrustedAnswer(`${repository} names a file ${JSON.stringify(path).slice(0, 80)}, which would lie outside its folder; nothing was written.`);
  }
  const size = entry.lfs?.size ?? entry.size;
  const hash = entry.lfs?.oid ?? entry.oid ?? '';
  const kind = entry.lfs ? 'sha256' : 'git';
  if (!Number.isSafeInteger(size) || size < 0 || !(kind === 'sha256' ? /^[0-9a-f]{64}$/ : /^[0-9a-f]{40}$/).test(hash)) {
    throw new UntrustedAnswer(`${repository} lists ${path} without a usable size or hash.`);
  }
  return { path, size, hash, kind, xet: typeof entry.xetHash === 'string' };
}

/** A name that is a file and a folder at once, or listed twice, cannot be laid out. */
function checkOverlap(files: readonly TreeFile[], repository: string): void {
  const names = new Set<string>();
  for (const { path } of files) {
    if (names.has(path)) throw new UntrustedAnswer(`${repository} lists ${path} twice.`);
    names.add(path);
  }
  for (const { path } of files) {
    const parts = path.split('/');
    for (let count = 1; count < parts.length; count += 1) {
      const folder = parts.slice(0, count).join('/');
      if (names.has(folder)) throw new UntrustedAnswer(`${repository} lists ${folder} as a file and as a folder.`);
    }
  }
}
