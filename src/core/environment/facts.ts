import { bytesText } from '../hub/bytesText';
import { freeBytes } from '../hub/cacheDisk';
import type { EnvironmentFact } from './fact';
import { runTool } from './runTool';

/** Free space where downloads go: of the nearest folder upwards that exists. */
export async function diskFact(folder: string): Promise<EnvironmentFact> {
  const free = await freeBytes(folder);
  const row = { id: 'disk', label: 'Disk', fix: cacheSetting } as const;
  if (free === undefined) return { ...row, value: 'unknown', detail: `${folder} cannot be looked at: name another folder in the setting evalmark.cache.folder.`, wanting: true };
  const isShort = free < leastFree;
  const detail = isShort ? `Models take 10 to 60 GB: free space where ${folder} lies, or name a folder on another disk in the setting evalmark.cache.folder.` : `Free where ${folder} lies.`;
  return { ...row, value: `${bytesText(free)} free`, detail, ...(isShort ? { wanting: true } : {}) };
}

/** Where downloaded models lie. */
export function cacheFact(folder: string): EnvironmentFact {
  return { id: 'cache', label: 'Cache', value: folder, detail: 'Downloaded models lie here, shared with Python tools.', fix: cacheSetting };
}

const cacheSetting = { kind: 'setting', setting: 'evalmark.cache.folder' } as const;

/** Bytes; not even a small model with its LoRAs fits in less. */
const leastFree = 10e9;

export function loginFact(stored: boolean, found: boolean): EnvironmentFact {
  const value = stored ? 'token in secret storage' : found ? 'token found' : 'no token';
  const detail = stored || found ? 'Used for models that need a login. Never written to a file or the log.' : 'Only models that need a login want one: “Evalmark: Enter Hub Token”.';
  return { id: 'hub', label: 'Hub', value, detail, ...(stored || found ? {} : { fix: { kind: 'enter-token' } }) };
}

/** The Python outside of any plan's virtual environment. */
export async function pythonFact(): Promise<EnvironmentFact> {
  for (const program of ['python3', 'python']) {
    const version = /^Python (\d+(?:\.\d+)+\S*)/.exec((await runTool(program, ['--version'])) ?? '')?.[1];
    if (version !== undefined) return { id: 'python', label: 'Python', value: version, detail: `What ${program} is outside of a virtual environment. Only steps that run Python need it.` };
  }
  return { id: 'python', label: 'Python', value: 'not found', detail: 'Only steps that run Python need it; Evalmark itself does not.' };
}

export async function gitFact(folder: string): Promise<EnvironmentFact> {
  const branch = await git(folder, ['symbolic-ref', '--short', '-q', 'HEAD']);
  const inside = await git(folder, ['rev-parse', '--is-inside-work-tree']);
  if (inside === undefined) return { id: 'git', label: 'Git', value: 'no repository', detail: 'Results cannot be committed here. Run `git init`, or “Git: Initialize Repository”.', wanting: true };
  const email = await git(folder, ['config', 'user.email']);
  if (email === undefined) return { id: 'git', label: 'Git', value: 'no identity', detail: 'Git does not know who you are: run git config --global user.name "…" and git config --global user.email "…".', wanting: true };
  return { id: 'git', label: 'Git', value: branch ?? 'no branch', detail: branch === undefined ? 'HEAD is detached: commits made here belong to no branch.' : `Commits go to ${branch} as ${email}.`, wanting: branch === undefined };
}

function git(folder: string, args: readonly string[]): Promise<string | undefined> {
  return runTool('git', ['-C', folder, ...args]);
}
