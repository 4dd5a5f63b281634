import { execFile } from 'node:child_process';
import { readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { insideWorkspace } from '../evaluation/workspacePath';
import { done, fail, failed, ok, type Result } from '../outcome';
import { replaceFile, writeFailure } from '../report/replaceFile';
import type { Action, ActionContext } from './action';

const execute = promisify(execFile);

/** Adds the lines to the workspace's `.gitignore` that keep a folder's large outputs out of git. */
export const directoriesIgnore: Action = {
  name: 'directories.ignore',
  async run({ link }, context) {
    const folder = path.posix.normalize((link.arguments['folder'] ?? 'test_data').replaceAll('\\', '/')).replace(/\/$/, '');
    const inside = await insideWorkspace(context.paths.workspace, folder);
    if (!inside.ok) return failed(inside.failure);
    const ignored = await outputsOf(folder, context);
    const added = await addLine(`${ignored}/`, context);
    if (!added.ok) return failed(added.failure);
    const tracked = await trackedFiles(ignored, context.paths.workspace);
    if (tracked.length === 0) return done(added.value ? `${ignored}/ is ignored` : `${ignored}/ was ignored already`);
    context.log.warn(`git goes on tracking ${tracked.length} files in ${ignored}/, which were added before: ${tracked.slice(0, 10).join(', ')}${tracked.length > 10 ? ', …' : ''}. Take them out with: git rm -r --cached ${ignored}`);
    return done(`${ignored}/ is ignored, but ${tracked.length} ${tracked.length === 1 ? 'file' : 'files'} in it ${tracked.length === 1 ? 'is' : 'are'} tracked already`);
  },
};

/** The results folder of the evaluation where it lies in the folder, else its `results`. */
async function outputsOf(folder: string, context: ActionContext): Promise<string> {
  const evaluation = await context.evaluation();
  const results = evaluation.ok ? path.posix.normalize(evaluation.value.results).replace(/\/$/, '') : '';
  return results.startsWith(`${folder}/`) ? results : `${folder}/results`;
}

/** Whether the line was missing. Every other byte of the file stays. */
async function addLine(line: string, { paths, wrote }: ActionContext): Promise<Result<boolean>> {
  const inside = await insideWorkspace(paths.workspace, '.gitignore');
  if (!inside.ok) return inside;
  const file = await realpath(inside.value).catch(() => inside.value);
  let before: Buffer;
  try {
    before = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return fail(writeFailure(file, error));
    before = Buffer.alloc(0);
  }
  const text = before.toString('latin1');
  if (isIgnored(line, text)) return ok(false);
  const eol = /\r\n|\n/.exec(text)?.[0] ?? '\n';
  const gap = text === '' || /\n$/.test(text) ? '' : eol;
  const written = await replaceFile(file, Buffer.concat([before, Buffer.from(`${gap}${line}${eol}`)]));
  if (!written.ok) return written;
  wrote(inside.value);
  return ok(true);
}

/** Whether a line of the file covers the folder, and no later one takes it back. */
function isIgnored(line: string, text: string): boolean {
  const wanted = plain(line);
  const covering = new Set(wanted.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/')));
  let ignored = false;
  for (const written of text.split(/\r?\n/)) {
    const pattern = written.trim();
    if (pattern === '' || pattern.startsWith('#')) continue;
    const negative = pattern.startsWith('!');
    if (covering.has(plain(negative ? pattern.slice(1) : pattern))) ignored = !negative;
  }
  return ignored;
}

function plain(pattern: string): string {
  return pattern.replace(/^\//, '').replace(/\/(?:\*{1,2}\/?)?$/, '');
}

/** Already in the index, where `.gitignore` does not reach; none outside a repository. */
async function trackedFiles(folder: string, workspace: string): Promise<readonly string[]> {
  try {
    const { stdout } = await execute('git', ['-C', workspace, 'ls-files', '-z', '--', folder], { maxBuffer: 64_000_000 });
    return stdout.split('\0').filter((file) => file !== '');
  } catch {
    return [];
  }
}
