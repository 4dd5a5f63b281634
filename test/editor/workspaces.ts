import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root } from './editor';
import { testedExtension } from './testedExtension';

/** A folder to open, with a plan in it. */
export interface Workspace {
  readonly folder: string;
  readonly plan: string;
  read(): Promise<string>;
  remove(): Promise<void>;
}

/** The plan that Evalmark was conceived for, where it lies beside the checkout. */
export const conceivedFor = path.resolve(root, '../shared/plans/qwen-ecosystem-validation/tasks.md');
export const hasConceivedFor = existsSync(conceivedFor);

/** A workspace that is a git repository, with one plan at `plans/NAME/tasks.md`. */
export async function workspaceWith(text: string | Uint8Array, name = 'small'): Promise<Workspace> {
  const folder = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  const plan = path.join(folder, 'plans', name, 'tasks.md');
  await mkdir(path.dirname(plan), { recursive: true });
  await writeFile(plan, text);
  git(folder, 'init', '--initial-branch=main');
  git(folder, 'config', 'user.name', 'Tester');
  git(folder, 'config', 'user.email', 'tester@example.org');
  git(folder, 'config', 'commit.gpgsign', 'false');
  git(folder, 'add', '.');
  git(folder, 'commit', '--message=Begin');
  return workspaceAt(folder, plan);
}

/** A copy of the conceived-for plan, or of the sample's where the former is not there. */
export async function largeWorkspace(): Promise<Workspace & { readonly steps: number }> {
  const source = hasConceivedFor ? conceivedFor : path.join(root, 'test_data/sample/plans/tiny-editors/tasks.md');
  const workspace = await workspaceWith(await readFile(source), hasConceivedFor ? 'qwen-ecosystem-validation' : 'tiny-editors');
  return { ...workspace, steps: hasConceivedFor ? 102 : 80 };
}

/** The sample, made by its own script: a repository with pictures, models and a Hub of its own. */
export async function sampleWorkspace(): Promise<Workspace> {
  const parent = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  const folder = path.join(parent, 'sample');
  execFileSync(process.execPath, [path.join(testedExtension().extension, 'dist/sample.mjs'), 'create', folder], { stdio: 'pipe' });
  return { ...workspaceAt(folder, path.join(folder, 'plans/tiny-editors/tasks.md')), remove: () => rm(parent, { recursive: true, force: true, maxRetries: 5 }) };
}

export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}

function workspaceAt(folder: string, plan: string): Workspace {
  return { folder, plan, read: () => readFile(plan, 'utf8'), remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
