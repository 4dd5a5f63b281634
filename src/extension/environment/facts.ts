import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { bytes } from '../status/wording';
import { runTool } from './runTool';

/** One row of the Environment view. */
export interface EnvironmentFact {
  /** Codicon id. */
  readonly icon: string;
  readonly label: string;
  readonly value: string;
  readonly detail: string;
  /** A warning rather than a fact. */
  readonly wanting?: boolean;
  /** The setting that changes it. */
  readonly setting?: string;
}

/** Free space where downloads go: of the nearest folder upwards that exists. */
export async function diskFact(folder: string): Promise<EnvironmentFact> {
  for (let at = folder; ; at = path.dirname(at)) {
    const found = await statfs(at).catch(() => undefined);
    if (found) return { icon: 'database', label: 'Disk', value: `${bytes(found.bavail * found.bsize)} free`, detail: `Free where ${folder} lies.` };
    if (at === path.dirname(at)) return { icon: 'database', label: 'Disk', value: 'unknown', detail: `${folder} cannot be looked at.`, wanting: true };
  }
}

export function loginFact(stored: boolean, found: boolean): EnvironmentFact {
  const value = stored ? 'token in secret storage' : found ? 'token found' : 'no token';
  const detail = stored || found ? 'Used for models that need a login. Never written to a file or the log.' : 'Only models that need a login want one: “Evalmark: Enter Hub Token”.';
  return { icon: 'key', label: 'Hub', value, detail };
}

/** The Python outside of any plan's virtual environment. */
export async function pythonFact(): Promise<EnvironmentFact> {
  for (const program of ['python3', 'python']) {
    const version = /^Python (\d+(?:\.\d+)+\S*)/.exec((await runTool(program, ['--version'])) ?? '')?.[1];
    if (version !== undefined) return { icon: 'snake', label: 'Python', value: version, detail: `What ${program} is outside of a virtual environment. Only steps that run Python need it.` };
  }
  return { icon: 'snake', label: 'Python', value: 'not found', detail: 'Only steps that run Python need it; Evalmark itself does not.' };
}

export async function gitFact(folder: string): Promise<EnvironmentFact> {
  const branch = await git(folder, ['symbolic-ref', '--short', '-q', 'HEAD']);
  const inside = await git(folder, ['rev-parse', '--is-inside-work-tree']);
  if (inside === undefined) return { icon: 'git-branch', label: 'Git', value: 'no repository', detail: 'Results cannot be committed here. Run `git init`, or “Git: Initialize Repository”.', wanting: true };
  const email = await git(folder, ['config', 'user.email']);
  if (email === undefined) return { icon: 'git-branch', label: 'Git', value: 'no identity', detail: 'Git does not know who you are: set user.name and user.email.', wanting: true };
  return { icon: 'git-branch', label: 'Git', value: branch ?? 'no branch', detail: branch === undefined ? 'HEAD is detached: commits made here belong to no branch.' : `Commits go to ${branch} as ${email}.`, wanting: branch === undefined };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return runTool('git', ['-C', folder, ...args]);
}
