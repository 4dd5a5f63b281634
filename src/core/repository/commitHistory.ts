import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../report/replaceFile';

/** A commit that Evalmark made, so that it can be told from a person's and taken back. */
export interface OwnCommit {
  /** Whole hash. */
  readonly hash: string;
  readonly message: string;
  /** Absolute paths. */
  readonly files: readonly string[];
}

const kept = 50;

/** Newest last. Machine state, in `storage`. */
export async function readOwnCommits(storage: string): Promise<readonly OwnCommit[]> {
  try {
    const value: unknown = JSON.parse(await readFile(historyFile(storage), 'utf8'));
    return Array.isArray(value) ? value.filter(isOwnCommit) : [];
  } catch {
    return [];
  }
}

export async function addOwnCommit(storage: string, commit: OwnCommit): Promise<void> {
  await write(storage, [...(await readOwnCommits(storage)), commit].slice(-kept));
}

export async function dropOwnCommit(storage: string, hash: string): Promise<void> {
  await write(storage, (await readOwnCommits(storage)).filter((commit) => commit.hash !== hash));
}

async function write(storage: string, commits: readonly OwnCommit[]): Promise<void> {
  await replaceFile(historyFile(storage), `${JSON.stringify(commits, undefined, 2)}\n`);
}

function isOwnCommit(value: unknown): value is OwnCommit {
  const { hash, message, files } = (value ?? {}) as Partial<OwnCommit>;
  return typeof hash === 'string' && typeof message === 'string' && Array.isArray(files) && files.every((file) => typeof file === 'string' && path.isAbsolute(file));
}

function historyFile(storage: string): string {
  return path.join(storage, 'own-commits.json');
}
