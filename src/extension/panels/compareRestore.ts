import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../../core/report/replaceFile';
import type { RestoreKey } from '../../webviews/compare/contract';

/** What a panel was opened for. Kept on the host's side: it names models, which the panel must not know. */
export interface CompareSet {
  readonly modelIds?: readonly string[];
  readonly criterion?: string;
}

/** Remembers a set under a token that says nothing. */
export async function rememberSet(storage: string, set: CompareSet): Promise<string> {
  const token = createHash('sha256').update(storage).update(JSON.stringify(set)).digest('hex').slice(0, 16);
  const sets = await readSets(storage);
  if (!sets[token]) await replaceFile(fileIn(storage), JSON.stringify({ ...sets, [token]: set }));
  return token;
}

/** The set behind a token; everything, when it was forgotten. */
export async function recallSet(storage: string, token: string): Promise<CompareSet> {
  return (await readSets(storage))[token] ?? {};
}

/** The key in what a panel kept, if it kept one. */
export function restoredFrom(state: unknown): RestoreKey | undefined {
  const restore = (state as { readonly restore?: Partial<RestoreKey> } | undefined)?.restore;
  return typeof restore?.plan === 'string' && typeof restore.token === 'string' ? { plan: restore.plan, token: restore.token } : undefined;
}

async function readSets(storage: string): Promise<Readonly<Record<string, CompareSet>>> {
  try {
    return JSON.parse(await readFile(fileIn(storage), 'utf8')) as Record<string, CompareSet>;
  } catch {
    return {};
  }
}

function fileIn(storage: string): string {
  return path.join(storage, 'compare-panels.json');
}
