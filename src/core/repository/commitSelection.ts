import { lstat, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { runGit } from './git';
import { exists } from './repositoryState';
import { findSecret } from './secrets';

/** What of the given files a commit would hold. */
export interface CommitSelection {
  readonly files: readonly SelectedFile[];
  readonly leftOut: readonly LeftOutFile[];
}

interface LocatedFile {
  /** Absolute, as it was given. */
  readonly file: string;
  /** Relative to the repository's root, with `/`. */
  readonly path: string;
}

interface SelectedFile extends LocatedFile {
  readonly change: 'new' | 'changed';
}

export interface LeftOutFile extends LocatedFile {
  readonly reason: 'unchanged' | 'ignored' | 'large-picture' | 'partly-staged' | 'elsewhere' | 'gone' | 'folder';
}

/**
 * Chooses among absolute paths what a commit takes. Left out: what git ignores, pictures over `maximumPicture` bytes,
 * files that belong to a submodule or another repository, and files of which the person has staged one state and has
 * another on disk, for a commit could only take the wrong one. A file with a token in it is a failure, not an omission.
 */
export async function selectFiles(root: string, files: readonly string[], maximumPicture: number): Promise<Result<CommitSelection>> {
  const leftOut: LeftOutFile[] = [];
  const inside: LocatedFile[] = [];
  const large = new Set<string>();
  for (const file of new Set(files)) {
    const real = await realLocation(file);
    const located = { file, path: path.relative(root, real).split(path.sep).join('/') };
    const reason = await whyNot(root, real, located.path, maximumPicture);
    if (reason === 'large-picture') large.add(located.path);
    if (reason && reason !== 'large-picture') leftOut.push({ ...located, reason });
    else inside.push(located);
  }
  const ignored = await ignoredFiles(root, inside.map((file) => file.path));
  if (!ignored.ok) return ignored;
  const status = await statusOf(root, inside.map((file) => file.path).filter((file) => !ignored.value.has(file)));
  if (!status.ok) return status;

  const selected: SelectedFile[] = [];
  for (const file of inside) {
    const codes = status.value.get(file.path);
    if (ignored.value.has(file.path)) leftOut.push({ ...file, reason: 'ignored' });
    else if (large.has(file.path)) leftOut.push({ ...file, reason: 'large-picture' });
    else if (!codes) leftOut.push({ ...file, reason: 'unchanged' });
    else if (isPartlyStaged(codes)) leftOut.push({ ...file, reason: 'partly-staged' });
    else selected.push({ ...file, change: codes.some((code) => code === '??' || code.includes('A')) ? 'new' : 'changed' });
  }
  const secret = await firstSecret(root, selected);
  return secret ? fail(secret) : ok({ files: selected, leftOut });
}

/** A link's own place, not what it points to; also for files that are gone. */
async function realLocation(file: string): Promise<string> {
  const folder = await realpath(path.dirname(file)).catch(() => path.dirname(file));
  return path.join(folder, path.basename(file));
}

async function whyNot(root: string, file: string, relative: string, maximumPicture: number): Promise<LeftOutFile['reason'] | undefined> {
  if (relative === '' || relative === '..' || relative.startsWith('../') || path.isAbsolute(relative)) return 'elsewhere';
  const found = await lstat(file).catch(() => undefined);
  if (!found) return 'gone';
  if (!found.isFile() && !found.isSymbolicLink()) return 'folder';
  if (await inNestedRepository(root, file)) return 'elsewhere';
  return isPicture(file) && found.size > maximumPicture ? 'large-picture' : undefined;
}

/** A submodule or an independent repository between the root and the file. */
async function inNestedRepository(root: string, file: string): Promise<boolean> {
  for (let folder = path.dirname(file); folder !== root && folder.length > root.length; folder = path.dirname(folder)) {
    if (path.basename(folder) === '.git' || (await exists(path.join(folder, '.git')))) return true;
  }
  return false;
}

function isPicture(file: string): boolean {
  return /\.(?:png|jpe?g|webp|gif|tiff?|bmp|avif|heic)$/i.test(file);
}

/** Files that are tracked although a rule ignores them count as not ignored, as for git itself. */
async function ignoredFiles(root: string, files: readonly string[]): Promise<Result<ReadonlySet<string>>> {
  if (files.length === 0) return ok(new Set());
  const run = await runGit(root, ['check-ignore', '-z', '--stdin'], { input: files.map((file) => `./${file}\0`).join(''), patterns: true });
  if (!run.ok) return run;
  return ok(new Set(run.value.output.split('\0').flatMap((file) => (file.startsWith('./') ? [file.slice(2)] : []))));
}

async function statusOf(root: string, files: readonly string[]): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  const codes = new Map<string, string[]>();
  for (let start = 0; start < files.length; start += 100) {
    const run = await runGit(root, ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--', ...files.slice(start, start + 100)]);
    if (!run.ok) return run;
    if (run.value.exitCode !== 0) {
      return fail({ code: 'git-failed', message: 'git could not tell what has changed.', advice: 'Look at the log.', short: 'git failed', detail: run.value.errors });
    }
    for (const entry of run.value.output.split('\0')) {
      if (entry.length < 4) continue;
      const file = entry.slice(3);
      codes.set(file, [...(codes.get(file) ?? []), entry.slice(0, 2)]);
    }
  }
  return ok(codes);
}

/** Staged in one state, on disk in another; also staged for deletion and written anew. */
function isPartlyStaged(codes: readonly string[]): boolean {
  return codes.length > 1 || codes.some((code) => code !== '??' && code[0] !== ' ' && code[1] !== ' ');
}

async function firstSecret(root: string, files: readonly SelectedFile[]): Promise<Failure | undefined> {
  for (const { path: file } of files) {
    const text = await readFile(path.join(root, file), 'latin1').catch(() => '');
    const secret = findSecret(text);
    if (!secret) continue;
    return {
      code: 'secret-found',
      message: `${file}, line ${secret.line}, holds what looks like ${secret.what}. Nothing was committed.`,
      advice: 'Remove it (and revoke it if it was ever shared), then run again.',
      short: 'token in a file',
    };
  }
  return undefined;
}
