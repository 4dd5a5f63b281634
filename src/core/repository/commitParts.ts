import { copyFile, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Result } from '../outcome';
import type { SelectedFile } from './commitSelection';
import { commitFailure } from './gitFailure';
import { runGit } from './git';
import { readEntries, storeText, writeEntries, type IndexChange } from './indexEntries';

/** What a commit is made of. */
export interface CommitContent {
  readonly root: string;
  readonly gitFolder: string;
  readonly files: readonly SelectedFile[];
  /** False before the first commit. */
  readonly born: boolean;
}

/**
 * Commits files of which some only in part. The commit is made from an index of its own, so that hooks and signing see
 * exactly what is committed; the repository's index is brought in line before, so that a kill in between leaves Evalmark's
 * changes staged and nothing lost.
 */
export function commitParts(content: CommitContent, message: string, signal: AbortSignal | undefined): Promise<Result<void>> {
  return withOwnIndex(content, async (index, staged) => {
    const { root, files } = content;
    const before = await readEntries(root, files.map((file) => file.path));
    if (!before.ok) return before;
    const written = await writeEntries(root, staged);
    if (!written.ok) return written;
    const made = await runGit(root, ['commit', '--quiet', `--message=${message}`], { signal, index });
    if (made.ok && made.value.exitCode === 0) return ok(undefined);
    await writeEntries(root, files.map((file) => ({ path: file.path, entry: before.value.get(file.path) })));
    return made.ok ? fail(await commitFailure(root, made.value)) : made;
  });
}

/** The commit as a patch, with a summary of lines above it; nothing in the repository changes but for unreachable blobs. */
export function commitPatch(content: CommitContent): Promise<Result<string>> {
  return withOwnIndex(content, async (index) => {
    const from = content.born ? ['HEAD'] : [emptyTree];
    const run = await runGit(content.root, ['diff', '--cached', '--no-color', '--no-ext-diff', '--stat=100', '--patch', ...from], { index });
    return run.ok ? ok(run.value.output) : run;
  });
}

/** Hash of the tree without files, known to every git. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Makes an index that holds what is to be committed, and says what the repository's own is to hold afterwards. */
async function withOwnIndex<Value>(content: CommitContent, work: (index: string, staged: readonly IndexChange[]) => Promise<Result<Value>>): Promise<Result<Value>> {
  const index = path.join(content.gitFolder, `evalmark-index-${process.pid}-${++made}`);
  try {
    const staged = await fillIndex(content, index);
    return staged.ok ? await work(index, staged.value) : staged;
  } finally {
    await rm(index, { force: true });
    await rm(`${index}.lock`, { force: true });
    await sweep(content.gitFolder);
  }
}

let made = 0;

async function fillIndex({ root, gitFolder, files, born }: CommitContent, index: string): Promise<Result<readonly IndexChange[]>> {
  // With the times of the old index, so that git need not read every file of the repository again.
  await copyFile(path.join(gitFolder, 'index'), index).catch(() => undefined);
  const emptied = await runGit(root, born ? ['read-tree', '-i', '-m', 'HEAD'] : ['read-tree', '--empty'], { index });
  if (!emptied.ok) return emptied;
  if (emptied.value.exitCode !== 0) return fail(await commitFailure(root, emptied.value));
  const whole = files.filter(({ part }) => !part).map((file) => `${file.path}\0`);
  if (whole.length > 0) {
    const added = await runGit(root, ['add', '--pathspec-from-file=-', '--pathspec-file-nul'], { index, input: whole.join('') });
    if (!added.ok) return added;
    if (added.value.exitCode !== 0) return fail(await commitFailure(root, added.value));
  }
  const entries = await readEntries(root, files.map((file) => file.path), index);
  if (!entries.ok) return entries;
  const [committed, staged]: [IndexChange[], IndexChange[]] = [[], []];
  for (const { path: file, part } of files) {
    const entry = entries.value.get(file);
    if (!part) {
      staged.push({ path: file, entry });
      continue;
    }
    const mode = entry?.mode ?? '100644';
    for (const [text, changes] of [[part.committed, committed], [part.staged, staged]] as const) {
      const blob = await storeText(root, file, text);
      if (!blob.ok) return blob;
      changes.push({ path: file, entry: { mode, blob: blob.value } });
    }
  }
  const written = await writeEntries(root, committed, index);
  return written.ok ? ok(staged) : written;
}

const staleMilliseconds = 3_600_000;

/** Removes what commits that were killed left behind. */
async function sweep(gitFolder: string): Promise<void> {
  for (const name of await readdir(gitFolder).catch(() => [])) {
    if (!/^evalmark-index-\d+-\d+(\.lock)?$/.test(name)) continue;
    const found = await stat(path.join(gitFolder, name)).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > staleMilliseconds) await rm(path.join(gitFolder, name), { force: true });
  }
}
