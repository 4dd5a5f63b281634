import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { shellQuote } from './quoting';
import { scanShell } from './shellScan';

export interface LocatedCommand {
  readonly command: string;
  /** What was taken for what, in a sentence for the log. */
  readonly notes: readonly string[];
  /** Absolute folders of `cd` commands that do not exist here and could not be placed. */
  readonly missing: readonly string[];
}

/**
 * Plans hold a `cd` into their author's home. One into a folder that does not exist here but carries the workspace
 * folder's name (or lies below one that does) is taken as the workspace.
 */
export async function locateFolders(command: string, workspace: string): Promise<LocatedCommand> {
  const contexts = scanShell(command);
  const notes: string[] = [];
  const missing: string[] = [];
  let text = '';
  let at = 0;
  for (const match of command.matchAll(/(^|[;&|(\n])([ \t]*cd[ \t]+)("[^"$`\n]*"|'[^'\n]*'|(?:\\.|[^\s;&|()<>'"$`\\])+)/g)) {
    const [whole, before = '', change = '', word = ''] = match;
    const start = match.index + before.length + change.length;
    if (contexts[match.index + whole.length - word.length - change.trimStart().length] !== 'plain') continue;
    const folder = folderOf(word);
    if (folder === undefined || (await exists(folder))) continue;
    const place = await placeIn(workspace, folder);
    if (place === undefined) {
      missing.push(folder);
      continue;
    }
    text += command.slice(at, start) + shellQuote(place);
    at = start + word.length;
    notes.push(`${folder} does not exist here; it is taken as ${place}.`);
  }
  return { command: text + command.slice(at), notes, missing };
}

/** The absolute path that a word of the shell names; `undefined` for a relative one. */
function folderOf(word: string): string | undefined {
  const plain = /^["']/.test(word) ? word.slice(1, -1) : word.replace(/\\(.)/g, '$1');
  const full = /^~(?:\/|$)/.test(word) ? path.join(homedir(), plain.slice(1)) : plain;
  const foreign = /^[A-Za-z]:[\\/]/.test(full);
  if (!path.isAbsolute(full) && !foreign) return undefined;
  return (foreign ? full.replaceAll('\\', '/') : full).replace(/(?<=.)\/+$/, '');
}

async function placeIn(workspace: string, folder: string): Promise<string | undefined> {
  const segments = folder.split('/').filter((segment) => segment !== '');
  if (segments.includes('..')) return undefined;
  const at = segments.lastIndexOf(path.basename(workspace));
  if (at < 0) return undefined;
  const place = path.join(workspace, ...segments.slice(at + 1));
  return (await exists(place)) ? place : undefined;
}

async function exists(folder: string): Promise<boolean> {
  return stat(folder).then((found) => found.isDirectory(), () => false);
}
