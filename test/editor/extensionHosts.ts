import { execFileSync } from 'node:child_process';
import type { Editor } from './editor';

/** As a crash would: the editor starts a new extension host by itself. @returns how many there were */
export function killExtensionHosts(editor: Editor): number {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n').map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line));
  const parents = new Map(lines.flatMap((line) => (line ? [[Number(line[1]), Number(line[2])] as const] : [])));
  const isOurs = (pid: number): boolean => pid === editor.serverId || (pid > 1 && isOurs(parents.get(pid) ?? 0));
  const found = lines.flatMap((line) => (line?.[3]?.includes('--type=extensionHost') && isOurs(Number(line[1])) ? [Number(line[1])] : []));
  for (const pid of found) process.kill(pid, 'SIGKILL');
  return found.length;
}
