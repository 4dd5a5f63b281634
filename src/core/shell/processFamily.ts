import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The process group that runs in the foreground of the shell's terminal; `undefined` when it is the shell itself. */
export async function foregroundGroup(shell: number): Promise<number | undefined> {
  const group = process.platform === 'linux' ? (await statusOf(shell))?.foreground : await foregroundByPs(shell);
  return group !== undefined && group > 1 && group !== shell ? group : undefined;
}

/** Every process that the shell started and that still lives, the shell itself first. */
export async function familyOf(shell: number): Promise<readonly number[]> {
  const members = process.platform === 'linux' ? await sessionMembers(shell) : await descendants(shell);
  return [shell, ...members.filter((pid) => pid !== shell)];
}

/** Signals processes (or a group, as a negative number); those that are gone already do not matter. */
export function signal(ids: readonly number[], name: NodeJS.Signals): void {
  for (const id of ids) {
    try {
      process.kill(id, name);
    } catch {
      // It ended in the meantime.
    }
  }
}

interface ProcessStatus {
  readonly parent: number;
  readonly session: number;
  readonly foreground: number;
}

/** /proc is there where `ps` is not, in small containers. */
async function statusOf(pid: number): Promise<ProcessStatus | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  // The name in parentheses may hold blanks and parentheses.
  const [, parent, , session, , foreground] = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  return parent === undefined || session === undefined || foreground === undefined ? undefined : { parent, session, foreground };
}

async function sessionMembers(shell: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc').catch(() => [])).map(Number).filter((pid) => pid > 1);
  const found = await Promise.all(pids.map(async (pid) => ({ pid, status: await statusOf(pid) })));
  const parents = new Map(found.map(({ pid, status }) => [pid, status?.parent ?? 0]));
  return found.filter(({ pid, status }) => status?.session === shell || isBelow(pid, shell, parents)).map(({ pid }) => pid);
}

async function descendants(shell: number): Promise<readonly number[]> {
  const listing = await execute('ps', ['-axo', 'pid=,ppid=']).catch(() => ({ stdout: '' }));
  const parents = new Map(
    listing.stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).map(Number))
      .map(([pid = 0, parent = 0]) => [pid, parent]),
  );
  return [...parents.keys()].filter((pid) => isBelow(pid, shell, parents));
}

function isBelow(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  let at = parents.get(pid) ?? 0;
  for (let depth = 0; at > 1 && depth < 100; depth++) {
    if (at === ancestor) return true;
    at = parents.get(at) ?? 0;
  }
  return false;
}

async function foregroundByPs(shell: number): Promise<number | undefined> {
  const listing = await execute('ps', ['-o', 'tpgid=', '-p', String(shell)]).catch(() => undefined);
  return listing ? Number(listing.stdout.trim()) : undefined;
}
