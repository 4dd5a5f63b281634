import path from 'node:path';
import { insideWorkspace } from '../evaluation/workspacePath';
import { importPictures, renamePictures, type ImportedPicture } from '../images/importPictures';
import { listPictures } from '../images/listPictures';
import { readChoice, writeChoice } from '../images/pictureChoice';
import { nameOf, numberOf, parseNamePattern, type NamePattern } from '../images/pictureName';
import { readPicture } from '../images/picture';
import { sourceFolder } from '../images/sourcePictures';
import { cancelled, done, failed, ok, type Failure, type Outcome, type Result } from '../outcome';
import type { Action, ActionContext, LinkedStep } from './action';
import { linkStep } from './link';

/** Copies the chosen pictures into the evaluation's folder, or gives those in it the names that the step asks for. */
export const picturesImport: Action = {
  name: 'pictures.import',
  async run(step, context) {
    const folder = await folderOf(step, context);
    if (!folder.ok) return failed(folder.failure);
    const pattern = patternOf(step, context);
    if (!pattern.ok) return failed(pattern.failure);
    const copied = await copyChosen(folder.value, pattern.value, context);
    if (!copied.ok) return refused(copied.failure);
    const named = await nameAll(step, folder.value, pattern.value, context);
    if (!named.ok) return refused(named.failure);
    return summary(step, folder.value, pattern.value, [...copied.value, ...named.value], context);
  },
};

/** The folder that the step names, else the evaluation's. */
async function folderOf({ link }: LinkedStep, context: ActionContext): Promise<Result<string>> {
  const { folder } = link.arguments;
  if (folder !== undefined) return insideWorkspace(context.paths.workspace, folder);
  const source = await sourceFolder(context, undefined);
  return source.ok ? ok(source.value.path) : source;
}

/** The step's own pattern, else that of another step of the task, so that copies have their final names at once. */
function patternOf({ step, task, link }: LinkedStep, { plan }: ActionContext): Result<NamePattern | undefined> {
  const own = link.arguments['pattern'];
  if (own !== undefined) return parseNamePattern(own);
  const others = task.steps.filter(({ id }) => id !== step.id).map((other) => linkStep(plan, task, other));
  const written = others.find(({ action, arguments: { pattern } }) => action === 'pictures.import' && pattern !== undefined)?.arguments['pattern'];
  return written === undefined ? ok(undefined) : parseNamePattern(written);
}

async function copyChosen(folder: string, pattern: NamePattern | undefined, context: ActionContext): Promise<Result<readonly ImportedPicture[]>> {
  const choice = await readChoice(context.paths.storage);
  if (!choice || choice.files.length === 0) return ok([]);
  const inFolder = new Set(await listPictures(folder));
  if (choice.files.every(({ imported }) => imported !== undefined && inFolder.has(imported))) return ok([]);
  const imported = await importPictures({ files: choice.files.map(({ file }) => file), folder, pattern }, context);
  if (!imported.ok) return imported;
  const written = await writeChoice(context.paths.storage, choice.files.map((chosen, index) => ({ ...chosen, imported: imported.value[index]?.target ?? chosen.file })));
  return written.ok ? imported : written;
}

/** Only a step that speaks of names renames what lies there. */
async function nameAll({ link }: LinkedStep, folder: string, pattern: NamePattern | undefined, context: ActionContext): Promise<Result<readonly ImportedPicture[]>> {
  if (!pattern || link.arguments['pattern'] === undefined) return ok([]);
  const renamed = await renamePictures(folder, pattern, path.join(context.paths.storage, 'originals'), context);
  if (!renamed.ok || renamed.value.length === 0) return renamed;
  const choice = await readChoice(context.paths.storage);
  const moved = new Map(renamed.value.map(({ source, target }) => [source, target]));
  if (!choice) return renamed;
  const written = await writeChoice(
    context.paths.storage,
    choice.files.map((chosen) => ({ ...chosen, ...(chosen.imported === undefined ? {} : { imported: moved.get(chosen.imported) ?? chosen.imported }) })),
  );
  return written.ok ? renamed : written;
}

async function summary(step: LinkedStep, folder: string, pattern: NamePattern | undefined, changed: readonly ImportedPicture[], context: ActionContext): Promise<Outcome> {
  const pictures = await listPictures(folder);
  const shown = path.relative(context.paths.workspace, folder).split(path.sep).join('/') || '.';
  if (pictures.length === 0) {
    return failed({ code: 'no-pictures', message: `There are no pictures to copy to ${shown}.`, advice: 'Run the step that selects the source pictures first.', short: 'no pictures' });
  }
  await warnOfMetadata(pictures, context);
  const fresh = changed.filter(({ present }) => !present).length;
  if (pattern && step.link.arguments['pattern'] !== undefined) {
    const numbers = pictures.map((file) => numberOf(pattern, path.basename(file))).filter((number) => number !== undefined);
    if (numbers.length === 0) return failed({ code: 'picture-names', message: `No picture in ${shown} is named like ${nameOf(pattern, 1)}.`, advice: 'Run the step again, or rename the pictures yourself.', short: 'names' });
    const names = [Math.min(...numbers), Math.max(...numbers)].map((number) => nameOf(pattern, number));
    return done(names[0] === names[1] ? `1 picture named ${names[0]}` : `${numbers.length} pictures named ${names.join(' to ')}`);
  }
  return done(fresh === 0 ? `${count(pictures.length)} ${pictures.length === 1 ? 'is' : 'are'} in ${shown}` : `${count(fresh)} copied to ${shown}`);
}

/** Pictures that somebody put there by hand are left alone, but a place should not travel unnoticed. */
async function warnOfMetadata(pictures: readonly string[], { log }: ActionContext): Promise<void> {
  for (const file of pictures) {
    const picture = await readPicture(file);
    if (picture.ok && picture.value.metadata) log.warn(`${path.basename(file)} carries metadata (EXIF or XMP), in which the place can stand where it was taken.`);
    if (!picture.ok) log.warn(picture.failure.message);
  }
}

function refused(failure: Failure): Outcome {
  return failure.code === 'cancelled' ? cancelled : failed(failure);
}

function count(pictures: number): string {
  return pictures === 1 ? '1 picture' : `${pictures} pictures`;
}
