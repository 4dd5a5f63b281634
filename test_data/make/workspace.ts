import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { drawCharacters } from '../../src/core/images/placeholderCharacters';

const execute = promisify(execFile);

/**
 * Makes the sample workspace in an empty or missing folder: texts, five drawn pictures, a repository with a first commit
 * and a bare `origin` beside it to push to. With `fresh`, an earlier sample (and nothing else) is replaced.
 *
 * @returns what was made, as a sentence.
 */
export async function createSample(folder: string, { fresh }: { readonly fresh: boolean }): Promise<string> {
  const target = path.resolve(folder);
  if (await holdsAnything(target)) {
    if (!fresh || !existsSync(path.join(target, marker))) return `${target} is not empty; nothing was changed.`;
    await rm(target, { recursive: true });
  }
  await mkdir(target, { recursive: true });
  await cp(texts(), target, { recursive: true });
  await nameFolder(target);
  await drawCharacters(path.join(target, 'pictures'), 5);
  await writeFile(path.join(target, '.gitignore'), `.evalmark/\n${marker}\norigin.git/\nscratch/\n`);
  await writeFile(path.join(target, marker), '');
  const versioned = await startRepository(target);
  return `The sample is in ${target}: a plan, five pictures${versioned ? ', and a git repository' : ' (no git was found, so no repository)'}.`;
}

/** Tells an earlier sample from a folder of somebody's own. */
const marker = '.evalmark-sample';

/** Beside the bundle; beside this file's folder when it runs from source. */
function texts(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  return [path.join(here, 'sample'), path.join(here, '..', 'sample')].find((folder) => existsSync(folder)) ?? here;
}

/** The plan's block changes into somebody else's folder of this name, which is then taken for the workspace. */
async function nameFolder(target: string): Promise<void> {
  const name = path.basename(target);
  if (!/^[\w.-]+$/.test(name)) return;
  const plan = path.join(target, 'plans', 'tiny-editors', 'tasks.md');
  await writeFile(plan, (await readFile(plan, 'utf8')).replaceAll('/evalmark-sample', `/${name}`));
}

async function holdsAnything(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).length > 0;
}

async function startRepository(folder: string): Promise<boolean> {
  const git = (...args: string[]) => execute('git', args, { cwd: folder, env: { ...process.env, GIT_TERMINAL_PROMPT: '0' } });
  try {
    await git('init', '--quiet', '--initial-branch=main');
  } catch {
    return false;
  }
  const named = await git('config', 'user.email').then(
    () => true,
    () => false,
  );
  if (!named) {
    await git('config', 'user.name', 'Evalmark sample');
    await git('config', 'user.email', 'sample@localhost');
  }
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'Begin the evaluation of tiny editors');
  await git('init', '--quiet', '--bare', 'origin.git');
  await git('remote', 'add', 'origin', path.join(folder, 'origin.git'));
  await git('push', '--quiet', '--set-upstream', 'origin', 'main');
  return true;
}
