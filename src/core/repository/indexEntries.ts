import { fail, ok, type Result } from '../outcome';
import { runGit } from './git';

/** What an index holds of a file; `undefined` where it holds nothing. */
export interface IndexEntry {
  /** Six octal digits. */
  readonly mode: string;
  readonly blob: string;
}

/** A file of an index as it is to be; without an entry it is taken out. Paths are relative to the root, with `/`. */
export interface IndexChange {
  readonly path: string;
  readonly entry: IndexEntry | undefined;
}

/** @param index absolute path; the repository's own index when left out */
export async function readEntries(root: string, paths: readonly string[], index?: string): Promise<Result<ReadonlyMap<string, IndexEntry>>> {
  const run = await runGit(root, ['ls-files', '--stage', '-z', '--full-name', '--', ...paths], index === undefined ? {} : { index });
  if (!run.ok) return run;
  const entries = run.value.output.split('\0').flatMap((line) => {
    const [, mode, blob, stage, path] = /^(\d{6}) ([0-9a-f]+) (\d)\t([^]*)$/.exec(line) ?? [];
    return mode && blob && path && stage === '0' ? [[path, { mode, blob }] as const] : [];
  });
  return ok(new Map(entries));
}

export async function writeEntries(root: string, changes: readonly IndexChange[], index?: string): Promise<Result<void>> {
  if (changes.length === 0) return ok(undefined);
  const input = changes.map(({ path, entry }) => `${entry ? `${entry.mode} ${entry.blob}` : `0 ${'0'.repeat(40)}`}\t${path}\0`).join('');
  const run = await runGit(root, ['update-index', '-z', '--add', '--index-info'], { input, ...(index === undefined ? {} : { index }) });
  if (!run.ok) return run;
  return run.value.exitCode === 0 ? ok(undefined) : fail(indexFailure(run.value.errors));
}

/** Stores a text as git would store the file: line ends and filters as the repository wants them for this path. */
export async function storeText(root: string, path: string, text: string): Promise<Result<string>> {
  const run = await runGit(root, ['hash-object', '-w', '--stdin', `--path=${path}`], { input: text });
  if (!run.ok) return run;
  return run.value.exitCode === 0 ? ok(run.value.output.trim()) : fail(indexFailure(run.value.errors));
}

/** A blob (`HEAD:docs/a.md`, `:docs/a.md` for the index) as it would lie on disk; `undefined` when there is none. */
export async function readBlob(root: string, name: string): Promise<Result<string | undefined>> {
  const run = await runGit(root, ['cat-file', '--filters', name]);
  if (!run.ok) return run;
  return ok(run.value.exitCode === 0 ? run.value.output : undefined);
}

function indexFailure(detail: string) {
  return { code: 'index-not-written', message: 'git could not stage what Evalmark wrote.', advice: 'Read its output in the log, then run again.', short: 'not staged', detail };
}
