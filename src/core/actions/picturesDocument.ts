import path from 'node:path';
import { readChoice, writeChoice, type PictureChoice } from '../images/pictureChoice';
import { formatText, judgePictures, percent, sizeText, type JudgedPicture } from '../images/quality';
import { sourceFolder } from '../images/sourcePictures';
import { cancelled, done, failed } from '../outcome';
import { writeSection } from '../report/managedSection';
import { markdownTable, plainText } from '../report/table';
import type { Action, ActionContext } from './action';

/** A table of the source pictures in the README of their folder: what is measured, and what a person says they show. */
export const picturesDocument: Action = {
  name: 'pictures.document',
  async run({ link }, context) {
    const folder = await sourceFolder(context, link.arguments['folder']);
    if (!folder.ok) return failed(folder.failure);
    const { pictures, name } = folder.value;
    if (pictures.length === 0) {
      return failed({ code: 'no-pictures', message: `There are no pictures in ${name} to describe.`, advice: 'Run the steps that select and copy them first.', short: 'no pictures' });
    }
    const total = pictures.length;
    const judged = await judgePictures(pictures, context.settings, (completed) => context.progress({ message: 'Measuring', completed, total, unit: 'items' }));
    if (context.signal.aborted) return cancelled;
    if (!judged.ok) return failed(judged.failure);
    const words = await wordsFor(judged.value, context);
    const file = path.join(folder.value.path, 'README.md');
    const written = await writeSection(file, 'pictures', tableOf(judged.value, words), context, { document: { title: 'Source pictures' } });
    if (!written.ok) return failed(written.failure);
    return done(written.value === 'kept' ? `your own words in ${name}/README.md were kept` : `${total} ${total === 1 ? 'picture' : 'pictures'} described in ${name}/README.md`);
  },
};

/** Captions that are known, and for the others what the person says; asking ends with the first unanswered question. */
async function wordsFor(judged: readonly JudgedPicture[], { ask, paths, log }: ActionContext): Promise<ReadonlyMap<string, string>> {
  const choice: PictureChoice = (await readChoice(paths.storage)) ?? { version: 1, files: [] };
  const words = new Map(choice.files.flatMap(({ imported, words: known }) => (imported !== undefined && known !== undefined ? [[imported, known] as const] : [])));
  const told = new Map<string, string>();
  for (const { name, picture } of judged) {
    const known = words.get(picture.file) ?? picture.caption;
    if (known !== undefined) {
      words.set(picture.file, known);
      continue;
    }
    const answer = await ask.text({ title: `What does ${name} show?`, prompt: 'Angle, expression, light: a few words for the table; empty for none' });
    if (answer === undefined) break;
    if (answer.trim() !== '') told.set(picture.file, answer.trim());
  }
  if (told.size === 0) return words;
  const kept = choice.files.map((chosen) => {
    const said = chosen.imported === undefined ? undefined : told.get(chosen.imported);
    return said === undefined ? chosen : { ...chosen, words: said };
  });
  const added = [...told].filter(([file]) => !choice.files.some(({ imported }) => imported === file)).map(([file, said]) => ({ file, imported: file, words: said }));
  const written = await writeChoice(paths.storage, [...kept, ...added]);
  if (!written.ok) log.warn(written.failure.message);
  return new Map([...words, ...told]);
}

function tableOf(judged: readonly JudgedPicture[], words: ReadonlyMap<string, string>): string {
  const described = judged.some(({ picture }) => words.has(picture.file));
  return [
    markdownTable(
      ['Picture', 'Pixels', 'Format', 'Sharpness', 'Brightness', 'Clipped', ...(described ? ['Shows'] : [])],
      judged.map(({ name, picture, measures }) => [
        plainText(name),
        sizeText(picture),
        formatText(picture),
        String(Math.round(measures.sharpness)),
        String(Math.round(measures.brightness)),
        percent(measures.clippedDark + measures.clippedBright),
        plainText(words.get(picture.file) ?? ''),
      ]),
    ),
    '',
    'Sharpness is the variance of the Laplacian at 1024 pixels, brightness the mean luma (0 to 255), clipped the share of pure black and pure white.',
  ].join('\n');
}
