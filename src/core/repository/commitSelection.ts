import { lstat, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { findSections } from '../report/sectionText';
import { runGit } from './git';
import { readBlob } from './indexEntries';
import { ownText } from './ownText';
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

export interface SelectedFile extends LocatedFile {
  readonly change: 'new' | 'changed' | 'removed';
  /** Where a person has changes of their own in it: only Evalmark's are committed. */
  readonly part?: FilePart;
}

export interface FilePart {
  /** The last commit's text with Evalmark's changes. */
  readonly committed: string;
  /** What is staged now, with Evalmark's changes. */
  readonly staged: string;
}

export interface LeftOutFile extends LocatedFile {
  /** `yours`: all changes in it are a person's; `mixed`: theirs and Evalmark's cannot be told apart. */
  readonly reason: 'unchanged' | 'ignored' | 'large-picture' | 'partly-staged' | 'elsewhere' | 'gone' | 'folder' | 'yours' | 'mixed';
}

export interface SelectionRequest {
  /** Absolute. */
  readonly files: readonly string[];
  /** Bytes over which a picture is left out. */
  readonly maximumPicture: number;
  /** Absolute path of the plan, in which marks are Evalmark's. */
  readonly plan?: string | undefined;
  /** Files that a person has changed since Evalmark wrote them, and that cannot be told apart by their lines. */
  readonly touched?: ReadonlySet<string>;
  /** Files that Evalmark itself removed. */
  readonly removed?: ReadonlySet<string>;
  /** Mixed files that a person agreed to commit whole. */
  readonly agreed?: ReadonlySet<string>;
}

/**
 * Chooses among absolute paths what a commit takes. Left out: what git ignores, pictures over `maximumPicture` bytes,
 * files that belong to a submodule or another repository, and files in which a person's changes cannot be told from
 * Evalmark's; of documents and plans that hold both only Evalmark's are taken. A token is a failure, not an omission.
 */
export async function selectFiles(root: string, request: SelectionRequest): Promise<Result<CommitSelection>> {
  const { files, maximumPicture } = request;
  const leftOut: LeftOutFile[] = [];
  const inside: LocatedFile[] = [];
  const large = new Set<string>();
  for (const file of new Set(files)) {
    const real = await realLocation(file);
    const located = { file, path: path.relative(root, real).split(path.sep).join('/') };
    const found = await whyNot(root, real, located.path, maximumPicture);
    const reason = found === 'gone' && request.removed?.has(file) ? undefined : found;
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
    const known = { codes: status.value.get(file.path), ignored: ignored.value.has(file.path), large: large.has(file.path) };
    const chosen = await standingOf(root, file, known, request);
    if (!chosen.ok) return chosen;
    if ('reason' in chosen.value) leftOut.push(chosen.value);
    else selected.push(chosen.value);
  }
  const secret = await firstSecret(root, selected);
  return secret ? fail(secret) : ok({ files: selected, leftOut });
}

interface KnownFile {
  /** Of `git status`; undefined where nothing changed. */
  readonly codes: readonly string[] | undefined;
  readonly ignored: boolean;
  readonly large: boolean;
}

async function standingOf(root: string, file: LocatedFile, { codes, ignored, large }: KnownFile, request: SelectionRequest): Promise<Result<SelectedFile | LeftOutFile>> {
  if (ignored) return ok({ ...file, reason: 'ignored' });
  if (large) return ok({ ...file, reason: 'large-picture' });
  if (!codes) return ok({ ...file, reason: 'unchanged' });
  if (request.removed?.has(file.file) && codes.some((code) => code.includes('D'))) return ok({ ...file, change: 'removed' });
  const change = codes.some((code) => code === '??' || code.includes('A')) ? 'new' : 'changed';
  return ownPart(root, { ...file, change }, isPartlyStaged(codes), request);
}

/** The whole file, the part of it that is Evalmark's, or why nothing of it. */
async function ownPart(root: string, file: SelectedFile, partlyStaged: boolean, { plan, touched, agreed }: SelectionRequest): Promise<Result<SelectedFile | LeftOutFile>> {
  if (agreed?.has(file.file) && !partlyStaged) return ok(file);
  const isPlan = file.file === plan;
  const now = await sectionedText(root, file.path, isPlan);
  if (now === undefined) {
    if (partlyStaged) return ok(without(file, 'partly-staged'));
    return ok(touched?.has(file.file) ? without(file, 'mixed') : file);
  }
  const [head, staged] = [await readBlob(root, `HEAD:${file.path}`), await readBlob(root, `:${file.path}`)];
  if (!head.ok) return head;
  if (!staged.ok) return staged;
  // A plan that git does not know yet goes with what was made from it.
  if (isPlan && head.value === undefined) return ok(partlyStaged ? without(file, 'partly-staged') : file);
  const own = ownText(head.value, now, isPlan);
  switch (own.kind) {
    case 'mixed':
      return ok(without(file, partlyStaged ? 'partly-staged' : 'mixed'));
    case 'none':
      return ok(without(file, 'yours'));
    case 'whole':
      return ok(file);
    case 'part': {
      const part = stagedPart(own.text, staged.value, now, isPlan);
      return ok(part ? { ...file, part } : without(file, 'partly-staged'));
    }
  }
}

/** `undefined` where what is staged holds a person's changes that cannot be told from Evalmark's. */
function stagedPart(committed: string, staged: string | undefined, now: string, isPlan: boolean): FilePart | undefined {
  if (staged === undefined) return undefined;
  const next = ownText(staged, now, isPlan);
  switch (next.kind) {
    case 'mixed':
      return undefined;
    case 'whole':
      return { committed, staged: now };
    case 'none':
      return { committed, staged };
    case 'part':
      return { committed, staged: next.text };
  }
}

function without({ file, path: place }: LocatedFile, reason: LeftOutFile['reason']): LeftOutFile {
  return { file, path: place, reason };
}

/** The text of a plan, or of a document with managed sections; nothing else is told apart by its lines. */
async function sectionedText(root: string, file: string, isPlan: boolean): Promise<string | undefined> {
  if (!isPlan && !/\.md$/i.test(file)) return undefined;
  const onDisk = path.join(root, file);
  const isLink = await lstat(onDisk).then((found) => found.isSymbolicLink(), () => false);
  const text = isLink ? undefined : await readFile(onDisk, 'utf8').catch(() => undefined);
  return text !== undefined && (isPlan || hasSections(text)) ? text : undefined;
}

function hasSections(text: string): boolean {
  const found = findSections(text);
  return !found.ok || found.value.length > 0;
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
  for (const { path: file, part } of files) {
    const text = part?.committed ?? (await readFile(path.join(root, file), 'latin1').catch(() => ''));
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
