import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SimpleCommand } from './simpleCommands';

/** The folder of `python -m venv FOLDER`, `virtualenv FOLDER`, `uv venv [FOLDER]`. */
export function environmentMade({ words, unresolved }: SimpleCommand): string | undefined {
  const [program = '', ...rest] = words;
  const args = /^(?:.*\/)?(?:python[\d.]*|py)$/.test(program) ? afterModule(rest) : program === 'virtualenv' ? rest : program === 'uv' && rest[0] === 'venv' ? rest.slice(1) : undefined;
  if (!args) return undefined;
  const folder = args.find((word, index) => !word.startsWith('-') && !/^(?:--prompt|--python|-p)$/.test(args[index - 1] ?? '')) ?? (program === 'uv' ? '.venv' : undefined);
  return folder === undefined || unresolved.has(folder) ? undefined : folder;
}

function afterModule(words: readonly string[]): readonly string[] | undefined {
  const at = words.indexOf('-m');
  return at >= 0 && /^(?:venv|virtualenv)$/.test(words[at + 1] ?? '') ? words.slice(at + 2) : undefined;
}

/** The environment whose script `source FOLDER/bin/activate` runs. */
export function environmentActivated({ words: [program = '', script = ''], unresolved }: SimpleCommand): string | undefined {
  if (!/^(?:source|\.)$/.test(program) || unresolved.has(script) || !/(?:^|[\\/])(?:bin|Scripts)[\\/]activate$/.test(script)) return undefined;
  return path.dirname(path.dirname(script));
}

/** The version of Python that a virtual environment was made with, from its `pyvenv.cfg`. */
export async function environmentVersion(folder: string): Promise<string | undefined> {
  const settings = await readFile(path.join(folder, 'pyvenv.cfg'), 'utf8').catch(() => '');
  return /^version(?:_info)?\s*=\s*(\d+(?:\.\d+)+)/m.exec(settings)?.[1];
}
