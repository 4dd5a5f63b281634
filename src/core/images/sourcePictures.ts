import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { insideWorkspace } from '../evaluation/workspacePath';
import { ok, type Result } from '../outcome';
import { listPictures } from './listPictures';
import { readChoice } from './pictureChoice';

export interface SourceFolder {
  /** Relative to the workspace, with `/`. */
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  /** Those that the evaluation names, else all in the folder; absolute, in natural order. */
  readonly pictures: readonly string[];
}

/** Where the source pictures of the evaluation lie, and which are there already. */
export async function sourceFolder(context: Pick<ActionContext, 'evaluation' | 'paths'>, fallback: string | undefined): Promise<Result<SourceFolder>> {
  const evaluation = await context.evaluation();
  const pictures = evaluation.ok ? evaluation.value.pictures : undefined;
  const name = path.posix.normalize((pictures?.folder ?? fallback ?? 'test_data/source').replaceAll('\\', '/')).replace(/(?<=.)\/$/, '');
  const inside = await insideWorkspace(context.paths.workspace, name);
  if (!inside.ok) return inside;
  const all = await listPictures(inside.value);
  const named = pictures?.files;
  return ok({ name, path: inside.value, pictures: named ? all.filter((file) => named.includes(path.basename(file))) : all });
}

/** The pictures that a check is about: the chosen ones as long as they are not yet in the folder, else the folder's. */
export async function picturesInQuestion(context: ActionContext, fallback: string | undefined): Promise<Result<readonly string[]>> {
  const choice = await readChoice(context.paths.storage);
  if (choice && choice.files.some(({ imported }) => imported === undefined)) return ok(choice.files.map(({ file }) => file));
  const folder = await sourceFolder(context, fallback);
  return folder.ok ? ok(folder.value.pictures) : folder;
}
