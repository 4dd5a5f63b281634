import type { Result } from '../outcome';
import { mergeFound } from './candidates';
import type { HubConnection } from './connection';
import type { FetchOptions } from './hubFetch';
import { rememberingFetch } from './listCache';
import { searchModels, type ModelFacts } from './model';
import { changeSurvey, type Survey } from './surveyFile';
import type { SurveyQuery } from './surveyQuery';

export interface SurveyRequest {
  readonly connection: HubConnection;
  readonly planFolder: string;
  readonly query: SurveyQuery;
  /** Results of the search itself, from the first on; pages are read until they are in. */
  readonly count: number;
  /** What candidates have to derive from: the Hub is asked for these too, since many bear no word of the search. */
  readonly base: string | undefined;
  /** Where answers are kept with their ETags; each is asked for anew when left out. */
  readonly cacheFolder: string | undefined;
  readonly now: Date;
  readonly options: FetchOptions;
  progress?(message: string): void;
}

/**
 * Searches and asks for derivatives, and brings `survey.json` up to date: facts change, what a person made of them stays.
 * @throws what `hubFailure` understands
 */
export async function refreshSurvey(request: SurveyRequest): Promise<Result<Survey>> {
  const { connection, query, count, base, progress } = request;
  const options: FetchOptions = { ...request.options, ...(request.cacheFolder === undefined ? {} : { wrap: rememberingFetch(request.cacheFolder) }) };
  progress?.('asking the Hub');
  const found = [...(await searchModels(connection, query, count, options))];
  if (base !== undefined) found.push(...(await derivatives(connection, base, query.pipeline, options, progress)));
  const at = request.now.toISOString();
  return changeSurvey(request.planFolder, (before) => ({ ...searched(before, query, found, at), query }));
}

const relations = ['adapter', 'finetune', 'quantized', 'merge'] as const;
const mostDerivatives = 500;

/** Each kind of derivative in turn, best first. */
export async function derivatives(connection: HubConnection, base: string, pipeline: string | undefined, options: FetchOptions, progress?: (message: string) => void): Promise<readonly ModelFacts[]> {
  const found: ModelFacts[] = [];
  for (const relation of relations) {
    progress?.(`asking the Hub for each ${relation}`);
    found.push(...(await searchModels(connection, { pipeline, filters: [`base_model:${relation}:${base}`] }, mostDerivatives, options)));
  }
  return found;
}

/** A search that is run again later tells what is new, what changed, and what is gone; pages that are read on do not. */
function searched(before: Survey, query: SurveyQuery, found: readonly ModelFacts[], at: string): Survey {
  const readingOn = before.query?.url === query.url && Date.parse(at) - Date.parse(before.fetchedAt) < oneRound;
  if (readingOn || before.fetchedAt === '') return mergeFound({ ...before, fetchedAt: at }, found);
  return { ...mergeFound(before, found, at), fetchedAt: at, previousAt: before.fetchedAt };
}

/** Milliseconds in which the same question belongs to the same survey. */
const oneRound = 60 * 60_000;
