import path from 'node:path';
import { kept } from '../hub/candidates';
import { hubFailure } from '../hub/hubError';
import { refreshSurvey } from '../hub/refreshSurvey';
import { readSurvey, surveyFile } from '../hub/surveyFile';
import { readSurveyUrl, type SurveyQuery } from '../hub/surveyQuery';
import { done, fail, failed, ok, type Failure, type Result } from '../outcome';
import type { Action, ActionContext } from './action';
import { linkPlan } from './link';

/** Asks the Hub what a person would browse at the address, and keeps the answer in `survey.json`. */
export const survey: Action = {
  name: 'survey',
  async run({ link }, context) {
    const query = readSurveyUrl(link.arguments.url ?? '');
    if (!query.ok) return failed(query.failure);
    const found = await fetchSurvey(query.value, defaultCount, context);
    const kept = found.ok ? found : await fromFile(found.failure, query.value, context);
    if (!kept.ok) return failed(kept.failure);
    await context.ask.look({ kind: 'survey', planPath: context.paths.plan, page: 'list' });
    return done(kept.value);
  },
};

const defaultCount = 100;

/** Reads the first results of a query, and what derives from the plan's base, into `survey.json`. Says how many are in the running. */
export async function fetchSurvey(query: SurveyQuery, count: number, context: ActionContext): Promise<Result<string>> {
  const { paths, signal } = context;
  const hub = await context.hub();
  if (!hub.ok) return hub;
  if (hub.value.offline) return fail({ code: 'offline', message: 'HF_HUB_OFFLINE forbids to ask the Hub.', advice: 'Unset it, then run the step again.', short: 'offline' });
  try {
    const onWait = (seconds: number) => context.progress({ message: `the Hub asks to wait ${Math.ceil(seconds)} s` });
    const before = await readSurvey(paths.planFolder);
    const base = before.ok && before.value.base !== undefined ? before.value.base : plannedBase(context);
    const changed = await refreshSurvey({
      connection: hub.value, planFolder: paths.planFolder, query, count, base, cacheFolder: path.join(paths.storage, 'hub-lists'), now: context.now(),
      options: { signal, onWait }, progress: (message) => context.progress({ message }),
    });
    if (!changed.ok) return changed;
    context.wrote(surveyFile(paths.planFolder));
    return ok(`${kept(changed.value).length} candidates`);
  } catch (error) {
    signal.throwIfAborted();
    return fail(hubFailure(error, { endpoint: hub.value.endpoint }));
  }
}

/** The base that the plan's own filter step names in full. */
function plannedBase({ plan }: ActionContext): string | undefined {
  const bases = [...linkPlan(plan).values()].flatMap(({ action, arguments: { base } }) => (action === 'survey.filter' && base?.includes('/') ? [base] : []));
  return bases[0];
}

/** Without a network the list that is there goes on serving, as long as it answers the same question. */
async function fromFile(failure: Failure, query: SurveyQuery, { paths, log, now }: ActionContext): Promise<Result<string>> {
  if (!['offline', 'unreachable', 'hub-stalled'].includes(failure.code)) return fail(failure);
  const read = await readSurvey(paths.planFolder);
  if (!read.ok || read.value.query?.url !== query.url || read.value.candidates.length === 0) return fail(failure);
  const days = Math.round((now().getTime() - new Date(read.value.fetchedAt).getTime()) / 86_400_000);
  const age = Number.isNaN(days) ? 'of unknown age' : days < 1 ? 'from today' : `${days} ${days === 1 ? 'day' : 'days'} old`;
  log.warn(`${failure.message} The list in survey.json, ${age}, is used.`);
  return ok(`${kept(read.value).length} candidates from survey.json, ${age}`);
}
