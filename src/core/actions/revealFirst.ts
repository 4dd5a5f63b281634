import { failed, needsPerson, type Outcome } from '../outcome';
import { appendLines, readRatings } from '../review/ratingsFile';
import { ratingsPathOf } from '../review/reviewSet';
import { sessionOf } from '../review/session';
import type { ActionContext, Ask, RunSettings } from './action';

interface RevealInputs extends Pick<ActionContext, 'paths' | 'log' | 'now' | 'wrote'> {
  readonly ask: Pick<Ask, 'confirm'>;
  readonly settings: Pick<RunSettings, 'rater'>;
}

/**
 * To be asked before models are named beside their scores: while the rater's own session is blind, that would end it unseen. A
 * person may agree, which is recorded, so that ratings that are changed later are marked; the question is not asked where
 * nothing was rated blind.
 * @returns `undefined` to go on, else what becomes of the step
 */
export async function revealFirst({ ask, paths, settings, log, now, wrote }: RevealInputs): Promise<Outcome | undefined> {
  const file = ratingsPathOf(paths.planFolder);
  const read = await readRatings(file);
  if (!read.ok) return failed(read.failure);
  const session = sessionOf(read.value, settings.rater);
  const rated = new Set(read.value.ratings.filter(({ sessionId }) => sessionId === session?.id).map(({ generationId }) => generationId)).size;
  if (!session || session.revealed || rated === 0) return undefined;
  const agreed = await ask.confirm({
    title: 'Name the models beside their scores? Your review is still blind.',
    detail: `You have rated ${rated} ${rated === 1 ? 'output' : 'outputs'} without knowing the models. The reveal is recorded; ratings that you change later are marked as not blind.`,
    agree: 'Reveal',
    kind: 'danger',
  });
  if (agreed !== true) return needsPerson('Finish the blind review, or reveal the models in the compare panel.');
  const saved = await appendLines(file, [{ version: 1, kind: 'reveal', at: now().toISOString(), rater: settings.rater, sessionId: session.id }]);
  if (!saved.ok) return failed(saved.failure);
  wrote(file);
  log.info(`The models were revealed to ${settings.rater}, which ratings.jsonl records.`);
  return undefined;
}
