import { mergeFound, kept } from '../hub/candidates';
import { hubFailure } from '../hub/hubError';
import { searchModels } from '../hub/model';
import { changeSurvey, surveyFile } from '../hub/surveyFile';
import { readSurveyUrl, type SurveyQuery } from '../hub/surveyQuery';
import { done, fail, failed, ok, type Result } from '../outcome';
import type { Action, ActionContext } from './action';

/** Asks the Hub what a person would browse at the address, and keeps the answer in `survey.json`. */
export const survey: Action = {
  name: 'survey',
  async run({ link }, context) {
    const query = readSurveyUrl(link.arguments.url ?? '');
    if (!query.ok) return failed(query.failure);
    const found = await fetchSurvey(query.value, defaultCount, context);
    if (!found.ok) return failed(found.failure);
    await context.ask.look({ kind: 'survey', planPath: context.paths.plan, page: 'list' });
    return done(`${found.value} candidates`);
  },
};

const defaultCount = 100;

/** Reads the first results of a query into `survey.json`. Gives the number of candidates that are in the running. */
export async function fetchSurvey(query: SurveyQuery, count: number, context: ActionContext): Promise<Result<number>> {
  const hub = await context.hub();
  if (!hub.ok) return hub;
  try {
    context.progress({ message: 'asking the Hub' });
    const onWait = (seconds: number) => context.progress({ message: `the Hub asks to wait ${Math.ceil(seconds)} s` });
    const found = await searchModels(hub.value, query, count, { signal: context.signal, onWait });
    const changed = await changeSurvey(context.paths.planFolder, (before) => ({ ...mergeFound(before, found), query, fetchedAt: context.now().toISOString() }));
    if (!changed.ok) return changed;
    context.wrote(surveyFile(context.paths.planFolder));
    return ok(kept(changed.value).length);
  } catch (error) {
    context.signal.throwIfAborted();
    return fail(hubFailure(error, { endpoint: hub.value.endpoint }));
  }
}
