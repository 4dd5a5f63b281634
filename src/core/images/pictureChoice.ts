import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../outcome';
import { replaceFile } from '../report/replaceFile';

/** `pictures.json` in the plan's storage: what was chosen, and what became of it. */
export interface PictureChoice {
  readonly version: 1;
  readonly files: readonly ChosenPicture[];
}

export interface ChosenPicture {
  /** Absolute path of the original. */
  readonly file: string;
  /** What a person, or the picture's own caption, says it shows. */
  readonly words?: string;
  /** Absolute path of the copy in the evaluation's folder, once it is there. */
  readonly imported?: string;
}

/** `undefined` when nothing was chosen yet, or the file is not readable. */
export async function readChoice(storage: string): Promise<PictureChoice | undefined> {
  try {
    const parsed = JSON.parse(await readFile(choiceFile(storage), 'utf8')) as { readonly files?: unknown } | null;
    if (!Array.isArray(parsed?.files)) return undefined;
    return { version: 1, files: (parsed.files as readonly unknown[]).flatMap((entry) => chosen(entry) ?? []) };
  } catch {
    return undefined;
  }
}

export function writeChoice(storage: string, files: readonly ChosenPicture[]): Promise<Result<void>> {
  const choice: PictureChoice = { version: 1, files };
  return replaceFile(choiceFile(storage), `${JSON.stringify(choice, undefined, 2)}\n`);
}

function chosen(entry: unknown): ChosenPicture | undefined {
  const { file, words, imported } = (typeof entry === 'object' && entry !== null ? entry : {}) as Partial<Record<keyof ChosenPicture, unknown>>;
  if (typeof file !== 'string' || !path.isAbsolute(file)) return undefined;
  return { file, ...(typeof words === 'string' ? { words } : {}), ...(typeof imported === 'string' && path.isAbsolute(imported) ? { imported } : {}) };
}

function choiceFile(storage: string): string {
  return path.join(storage, 'pictures.json');
}
