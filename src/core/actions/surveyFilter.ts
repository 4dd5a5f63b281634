import { filterByBase, kept, mergeFound } from '../hub/candidates';
import type { HubConnection } from '../hub/connection';
import { hubFailure } from '../hub/hubError';
import { searchModels, type ModelFacts } from '../hub/model';
import { changeSurvey, readSurvey, surveyFile } from '../hub/surveyFile';
import { done, failed } from '../outcome';
import type { Action, ActionContext } from './action';
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
      derived = await derivatives(base.value, hub.value, read.value.query?.pipeline, context);
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
    const running = kept(changed.value).length;
    return done(`${running} of ${changed.value.candidates.length} derive from ${base.value}`);
  },
};

const relations = ['adapter', 'finetune', 'quantized', 'merge'] as const;
const mostDerivatives = 200;

async function derivatives(base: string, connection: HubConnection, pipeline: string | undefined, { signal, progress }: ActionContext): Promise<readonly ModelFacts[]> {
  const found: ModelFacts[] = [];
  for (const relation of relations) {
    progress({ message: `asking the Hub for each ${relation}` });
    found.push(...(await searchModels(connection, { pipeline, filters: [`base_model:${relation}:${base}`] }, mostDerivatives, { signal })));
  }
  return found;
}

/** What was listed before keeps its place, so that "the first 50 results" stay the first. */
function inOrder<Item extends { readonly repository: string }>(candidates: readonly Item[], first: readonly { readonly repository: string }[]): readonly Item[] {
  const place = new Map(first.map(({ repository }, index) => [repository, index]));
  return [...candidates].sort((left, right) => (place.get(left.repository) ?? Infinity) - (place.get(right.repository) ?? Infinity) || 0);
}
