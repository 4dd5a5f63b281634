import { filterByBase, kept, mergeFound } from '../hub/candidates';
import type { HubConnection } from '../hub/connection';
import { hubFailure } from '../hub/hubError';
import type { ModelFacts } from '../hub/model';
import { readCandidates } from '../hub/readCandidates';
import { derivatives } from '../hub/refreshSurvey';
import { changeSurvey, readSurvey, surveyFile, type Survey } from '../hub/surveyFile';
import { done, failed } from '../outcome';
import type { Action, ActionContext } from './action';
import { expectationsOf } from './planExpectations';
import { repositoryNamed } from './repositoryNamed';

/**
 * Keeps what derives from a base model, with a reason for each that does not. Asks the Hub for the derivatives too, since
 * many bear no word of the search in their names.
 */
export const surveyFilter: Action = {
  name: 'survey.filter',
  async run({ link }, context) {
    const hub = await context.hub();
    if (!hub.ok) return failed(hub.failure);
    const read = await readSurvey(context.paths.planFolder);
    if (!read.ok) return failed(read.failure);
    const base = await repositoryNamed(link.arguments.base ?? '', hub.value, context);
    if (!base.ok) return base.failure;
    let derived: readonly ModelFacts[];
    try {
      derived = await derivatives(hub.value, base.value, read.value.query?.pipeline, { signal: context.signal }, (message) => context.progress({ message }));
    } catch (error) {
      context.signal.throwIfAborted();
      return failed(hubFailure(error, { endpoint: hub.value.endpoint }));
    }
    const changed = await changeSurvey(context.paths.planFolder, (survey) => {
      const listed = new Set(survey.candidates.map(({ repository }) => repository));
      const found = mergeFound(survey, derived.filter(({ repository }) => !listed.has(repository)));
      return filterByBase({ ...found, candidates: inOrder(found.candidates, survey.candidates) }, base.value);
    });
    if (!changed.ok) return failed(changed.failure);
    context.wrote(surveyFile(context.paths.planFolder));
    await readCards(changed.value, hub.value, context);
    const running = kept(changed.value).length;
    return done(`${running} of ${changed.value.candidates.length} derive from ${base.value}`);
  },
};

const mostRead = 60;

/** What their cards claim beside what their weights are, so that a wrong family is seen before anybody scores it. */
async function readCards(survey: Survey, connection: HubConnection, context: ActionContext): Promise<void> {
  const changes: ((survey: Survey) => Survey)[] = [];
  try {
    await readCandidates(survey, {
      connection,
      most: mostRead,
      options: { signal: context.signal, onWait: (seconds) => context.progress({ message: `the Hub asks to wait ${Math.ceil(seconds)} s` }) },
      expectations: (candidate) => expectationsOf(context.plan, candidate),
      found: (evidence, change) => {
        changes.push(change);
        context.progress({ message: `read ${evidence.facts.repository}`, completed: changes.length });
      },
    });
  } catch (error) {
    context.signal.throwIfAborted();
    context.log.warn(`Not every card was read: ${error instanceof Error ? error.message : String(error)}`);
  }
  await changeSurvey(context.paths.planFolder, (now) => changes.reduce((next, change) => change(next), now));
}

/** What was listed before keeps its place, so that "the first 50 results" stay the first. */
function inOrder<Item extends { readonly repository: string }>(candidates: readonly Item[], first: readonly { readonly repository: string }[]): readonly Item[] {
  const place = new Map(first.map(({ repository }, index) => [repository, index]));
  return [...candidates].sort((left, right) => (place.get(left.repository) ?? Infinity) - (place.get(right.repository) ?? Infinity) || 0);
}
