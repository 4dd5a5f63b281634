import { access } from 'node:fs/promises';
import path from 'node:path';
import { importPictures } from '../images/importPictures';
import { listPictures } from '../images/listPictures';
import { readPicture } from '../images/picture';
import { readChoice, writeChoice, type ChosenPicture } from '../images/pictureChoice';
import { drawCharacters } from '../images/placeholderCharacters';
import { sourceFolder, type SourceFolder } from '../images/sourcePictures';
import { done, failed, needsPerson, ok, type Outcome, type Result } from '../outcome';
import type { Action, ActionContext, ChooseOption, LinkedStep } from './action';
import { linkStep } from './link';
import { picturesLook } from './picturesLook';

/** Asks for the source pictures, or draws some when the person wants that; those that are in place already will do. */
export const picturesSelect: Action = {
  name: 'pictures.select',
  async run(step, context) {
    const count = Math.max(1, Number.parseInt(step.link.arguments['count'] ?? '1', 10) || 1);
    const folder = await sourceFolder(context, step.link.arguments['folder']);
    if (!folder.ok) return failed(folder.failure);
    if (folder.value.pictures.length >= count) return done(`${pictureCount(folder.value.pictures.length)} in ${folder.value.name}`);
    const offers = await offersOf(count, step, context);
    const answer = await context.ask.choose({
      title: `Where do the ${count === 1 ? 'source picture' : `${count} source pictures`} come from?`,
      placeholder: folder.value.pictures.length > 0 ? `${folder.value.name} holds ${folder.value.pictures.length} of them` : `They will be copied to ${folder.value.name}`,
      options: offers.map(({ option }) => option),
    });
    const offer = offers.find(({ option }) => option.id === answer?.[0]);
    if (!offer) return needsPerson(`Choose ${pictureCount(count)}, or put them into ${folder.value.name}.`);
    const chosen = await offer.take();
    if (chosen === undefined) return needsPerson(`Choose ${pictureCount(count)}, or put them into ${folder.value.name}.`);
    if (!chosen.ok) return failed(chosen.failure);
    const now = await sourceFolder(context, step.link.arguments['folder']);
    if (now.ok && now.value.pictures.length >= count) return done(`${pictureCount(now.value.pictures.length)} in ${now.value.name}`);
    return remember(chosen.value, { count, step, folder: folder.value, drawn: offer.option.id === 'draw' }, context);
  },
};

interface Offer {
  readonly option: ChooseOption;
  /** Absolute paths; `undefined` when the person left the dialog. */
  take(): Promise<Result<readonly string[]> | undefined>;
}

async function offersOf(count: number, step: LinkedStep, context: ActionContext): Promise<readonly Offer[]> {
  const { storage, workspace } = context.paths;
  const before = await stillThere((await readChoice(storage))?.files ?? []);
  const folders = await Promise.all(commonFolders.map(async (name) => ({ name, files: await listPictures(path.join(workspace, name)) })));
  const filled = folders.filter(({ files }) => files.length >= count);
  const keeps = before.length >= count;
  return [
    ...(keeps ? [{ option: { id: 'keep', label: `Keep the ${before.length} chosen before`, picked: true }, take: async () => ok(before) }] : []),
    ...filled.map(({ name, files }, index) => ({
      option: { id: `folder:${name}`, label: `Take those in ${name}/`, description: pictureCount(files.length), picked: !keeps && index === 0 },
      take: async () => ok(files.slice(0, Math.max(count, 1))),
    })),
    ...(context.ask.panels ? [panelOffer(count, step, context)] : []),
    {
      option: { id: 'files', label: 'Choose files…' },
      take: async () => {
        const files = await context.ask.files({ title: `Choose ${pictureCount(count)}`, pictures: true, many: count > 1 });
        return files === undefined || files.length === 0 ? undefined : ok([...new Set(files.map((file) => path.resolve(workspace, file)))]);
      },
    },
    {
      option: { id: 'draw', label: count === 1 ? 'Draw a character' : `Draw ${count} characters`, description: 'made up, for trying things out' },
      take: async () => {
        const drawn = await drawCharacters(path.join(storage, 'drawn'), count);
        return drawn.ok ? ok(drawn.value.map(({ file }) => file)) : drawn;
      },
    },
  ];
}

/** In the panel the choice is kept as it is made. */
function panelOffer(count: number, { link }: LinkedStep, context: ActionContext): Offer {
  return {
    option: { id: 'panel', label: 'Open the picture panel…', description: 'drop or paste them; each is measured at once' },
    take: async () => {
      const look = await picturesLook(context, link.arguments['folder']);
      if (!look.ok) return look;
      if (!(await context.ask.look({ ...look.value, count }))) return undefined;
      return ok(await stillThere((await readChoice(context.paths.storage))?.files ?? []));
    },
  };
}

const commonFolders = ['pictures', 'images', 'photos', 'assets/pictures', 'assets/images'];

interface Wanted {
  readonly count: number;
  readonly step: LinkedStep;
  readonly folder: SourceFolder;
  readonly drawn: boolean;
}

async function remember(files: readonly string[], { count, step, folder, drawn }: Wanted, context: ActionContext): Promise<Outcome> {
  const read = await readAll(files);
  if (!read.ok) return failed(read.failure);
  if (files.length < count) {
    return failed({
      code: 'too-few-pictures',
      message: `${files.length} of ${count} pictures were chosen.`,
      advice: `Run the step again and choose ${count - files.length} more together with them.`,
      short: `${files.length} of ${count}`,
    });
  }
  if (files.length > count) context.log.info(`${files.length} pictures were chosen, the step asks for ${count}; all are taken.`);
  const chosen = isImportedLater(step, context) ? read : await importNow(read.value, folder, context);
  if (!chosen.ok) return failed(chosen.failure);
  const written = await writeChoice(context.paths.storage, chosen.value);
  if (!written.ok) return failed(written.failure);
  return done(drawn ? `${files.length} ${files.length === 1 ? 'character' : 'characters'} drawn` : `${pictureCount(files.length)} chosen`);
}

async function readAll(files: readonly string[]): Promise<Result<readonly ChosenPicture[]>> {
  const chosen: ChosenPicture[] = [];
  for (const file of files) {
    const picture = await readPicture(file);
    if (!picture.ok) return picture;
    chosen.push({ file, ...(picture.value.caption === undefined ? {} : { words: picture.value.caption }) });
  }
  return ok(chosen);
}

function isImportedLater({ step }: LinkedStep, { plan }: ActionContext): boolean {
  return plan.tasks.some((task) => task.steps.some((other) => other.id !== step.id && linkStep(plan, task, other).action === 'pictures.import'));
}

async function importNow(chosen: readonly ChosenPicture[], folder: SourceFolder, context: ActionContext): Promise<Result<readonly ChosenPicture[]>> {
  const imported = await importPictures({ files: chosen.map(({ file }) => file), folder: folder.path, pattern: undefined }, context);
  if (!imported.ok) return imported;
  return ok(chosen.map((picture, index) => ({ ...picture, imported: imported.value[index]?.target ?? picture.file })));
}

async function stillThere(files: readonly ChosenPicture[]): Promise<readonly string[]> {
  const found = await Promise.all(files.map(({ file }) => access(file).then(() => file, () => undefined)));
  return found.filter((file) => file !== undefined);
}

function pictureCount(count: number): string {
  return count === 1 ? '1 picture' : `${count} pictures`;
}
