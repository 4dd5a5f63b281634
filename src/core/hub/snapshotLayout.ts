import { copyFile, link, lstat, mkdir, readFile, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { onDisk } from './cacheDisk';
import { isCommit } from './repositoryPath';
import type { RepositoryTree, TreeFile } from './tree';

export type MakeSymlink = (target: string, file: string) => Promise<void>;

/**
 * Lays a snapshot out as Python's huggingface_hub does: links to blobs under the files' names. Where links are refused
 * (Windows without developer mode) a hard link costs no space either; a copy is the last way.
 */
export async function laySnapshot(root: string, tree: RepositoryTree, files: readonly TreeFile[], makeSymlink: MakeSymlink = symlink): Promise<string> {
  const folder = path.join(root, 'snapshots', tree.commit);
  for (const file of files) await place(path.join(folder, ...file.path.split('/')), path.join(root, 'blobs', file.hash), makeSymlink);
  return folder;
}

async function place(file: string, blob: string, makeSymlink: MakeSymlink): Promise<void> {
  const target = path.relative(path.dirname(file), blob);
  const found = await lstat(file).catch(() => undefined);
  if (found?.isSymbolicLink() && (await readlink(file).catch(() => '')) === target) return;
  if (found?.isFile() && found.size === (await stat(blob)).size) return;
  await onDisk(mkdir(path.dirname(file), { recursive: true }));
  const temporary = `${file}.evalmark-new`;
  await rm(temporary, { force: true });
  await makeSymlink(target, temporary)
    .catch(() => link(blob, temporary))
    .catch(() => onDisk(copyFile(blob, temporary)));
  await onDisk(rename(temporary, file));
}

/** Makes `refs/<revision>` name the commit, so that Python tools find it offline. */
export async function writeRef(root: string, revision: string, commit: string): Promise<void> {
  if (isCommit(revision)) return;
  await writeWhole(path.join(root, 'refs', ...revision.split('/')), commit);
}

/** The Hub's list of a commit's files as it was when they were fetched, so that they can be verified offline. */
export async function writeManifest(root: string, tree: RepositoryTree, files: readonly TreeFile[]): Promise<void> {
  const earlier = await readManifest(root, tree.commit);
  const all = new Map([...(earlier?.files ?? []), ...files].map((file) => [file.path, file]));
  await writeWhole(manifestFile(root, tree.commit), JSON.stringify({ ...tree, files: [...all.values()] }));
}

/** Undefined when Evalmark did not fetch this commit. */
export async function readManifest(root: string, commit: string): Promise<RepositoryTree | undefined> {
  try {
    return JSON.parse(await readFile(manifestFile(root, commit), 'utf8')) as RepositoryTree;
  } catch {
    return undefined;
  }
}

function manifestFile(root: string, commit: string): string {
  return path.join(root, 'evalmark', `${commit}.json`);
}

async function writeWhole(file: string, content: string): Promise<void> {
  await onDisk(mkdir(path.dirname(file), { recursive: true }));
  const temporary = `${file}.${process.pid}.new`;
  await onDisk(writeFile(temporary, content));
  await onDisk(rename(temporary, file));
}
