import { judgePictures, litAlike, nearDuplicates, percent, qualityTable, type JudgedPicture } from '../images/quality';
import { picturesInQuestion } from '../images/sourcePictures';
import { cancelled, done, failed, type Outcome } from '../outcome';
import type { Action, ActionContext, Link } from './action';
import { picturesLook } from './picturesLook';

/** Measures the source pictures: each one's quality, or how much they differ from each other. */
export const picturesCheck: Action = {
  name: 'pictures.check',
  async run({ link }, context) {
    const outcome = await measure(link, context);
    if (outcome.kind !== 'failed' || !putRight.has(outcome.failure.code) || !context.ask.panels) return outcome;
    // Somebody is there to mend or replace what falls short; without anybody it is a failure at once.
    const look = await picturesLook(context, link.arguments['folder']);
    const looked = look.ok ? await context.ask.look(look.value) : undefined;
    return looked === undefined ? outcome : measure(link, context);
  },
};

/** Failures that the picture panel helps with. */
const putRight = new Set(['picture-quality', 'near-duplicates', 'no-pictures', 'picture-corrupt']);

async function measure({ arguments: { kind, folder } }: Link, context: ActionContext): Promise<Outcome> {
  const files = await picturesInQuestion(context, folder);
  if (!files.ok) return failed(files.failure);
  if (files.value.length === 0) {
    return failed({ code: 'no-pictures', message: 'There are no source pictures to check.', advice: 'Run the step that selects them first.', short: 'no pictures' });
  }
  const total = files.value.length;
  const judged = await judgePictures(files.value, context.settings, (completed) => context.progress({ message: 'Measuring', completed, total, unit: 'items' }));
  if (context.signal.aborted) return cancelled;
  if (!judged.ok) return failed(judged.failure);
  return kind === 'variety' ? checkVariety(judged.value, context) : checkQuality(judged.value, context);
}

function checkQuality(judged: readonly JudgedPicture[], { settings, log }: ActionContext): Outcome {
  const table = qualityTable(judged, settings);
  log.info(table);
  for (const { name, picture } of judged) {
    if (picture.space !== 'srgb' && picture.space !== 'b-w') log.info(`${name} is stored as ${picture.space}; its copy will be sRGB.`);
  }
  const poor = judged.filter(({ faults }) => faults.length > 0);
  const sharpness = judged.map(({ measures }) => Math.round(measures.sharpness));
  if (poor.length === 0) {
    return done(judged.length === 1 ? `sharp (${sharpness[0]}) and well exposed` : `${judged.length} pictures sharp (${Math.min(...sharpness)}–${Math.max(...sharpness)}) and well exposed`);
  }
  return failed({
    code: 'picture-quality',
    message: `${poor.length} of ${judged.length} pictures are not good enough: ${poor.map(({ name, faults }) => `${name} (${faults.map(({ text }) => text).join('; ')})`).join(', ')}.`,
    advice: 'Choose others, or lower the thresholds in the settings (evalmark.pictures), then run the step again.',
    short: `${poor.length} of ${judged.length} fail`,
    detail: table,
  });
}

function checkVariety(judged: readonly JudgedPicture[], { log }: ActionContext): Outcome {
  const duplicates = nearDuplicates(judged);
  const brightness = judged.map(({ measures }) => Math.round(measures.brightness));
  const spread = `brightness ${Math.min(...brightness)}–${Math.max(...brightness)}`;
  log.info(`${judged.length} pictures, ${spread}, clipped up to ${percent(Math.max(...judged.map(({ measures }) => measures.clippedDark + measures.clippedBright)))}.`);
  if (duplicates.length > 0) {
    const pairs = duplicates.map(({ names, bits }) => `${names.join(' and ')} (${bits} of 64 bits differ)`);
    return failed({
      code: 'near-duplicates',
      message: `${duplicates.length === 1 ? 'Two pictures are' : 'Some pictures are'} nearly the same: ${pairs.join(', ')}.`,
      advice: 'Replace one of each pair by a picture from another angle or in another light.',
      short: duplicates.length === 1 ? 'near duplicate' : `${duplicates.length} duplicates`,
    });
  }
  if (judged.length > 1 && litAlike(judged)) log.warn('All pictures are lit alike; one that is darker, brighter or warmer would tell more about how models handle light.');
  return done(judged.length === 1 ? `only one picture, ${spread}` : `${judged.length} different pictures, ${spread}`);
}
