import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext } from '../../actions/action';
import { readGenerations } from '../../evaluation/generations';
import type { Evaluation } from '../../evaluation/evaluation';
import { MeasureCache, measuresFile, pairKey } from '../../images/comparison/measureCache';
import { ok, type Result } from '../../outcome';
import { currentRatings } from '../../review/currentRating';
import { readRatings, type RatingsFile } from '../../review/ratingsFile';
import { summarize } from '../../review/summary';
import { changeId } from '../changeId';
import { readJudgement } from './judgement';
import { thisMachine } from './machine';
import { asRead, readRecord } from './recordFile';
import { recordedSurvey } from './recordedSurvey';
import type { RecordedExamples, ResultsRecord } from './resultsRecord';
import { generationsOf, tablesOf, type PlacedGeneration } from './tables';

export type RecordInputs = Pick<ActionContext, 'evaluation' | 'paths' | 'log' | 'plan'>;

export interface GatheredRecord {
  readonly record: ResultsRecord;
  readonly ratings: RatingsFile;
  /** There is no `results.json` yet. */
  readonly isNew: boolean;
}

/**
 * The record as it is to be: from the sidecars on this disk, `evaluation.json`, `survey.json`, `ratings.jsonl` and what
 * people wrote into the results document. What is not on this disk, because another machine made it, stays as recorded.
 */
export async function gatherRecord(inputs: RecordInputs, examples?: RecordedExamples): Promise<Result<GatheredRecord>> {
  const { paths, log, plan } = inputs;
  const former = await readRecord(paths.planFolder);
  if (!former.ok) return former;
  const read = await inputs.evaluation();
  const evaluation = read.ok || read.failure.code !== 'evaluation-missing' || !former.value ? read : ok(former.value.evaluation);
  if (!evaluation.ok) return evaluation;
  const placed = await placedGenerations(evaluation.value, former.value, inputs);
  const ratings = await readRatings(path.join(paths.planFolder, 'ratings.jsonl'));
  if (!ratings.ok) return ratings;
  if (ratings.value.brokenLines.length > 0) log.warn(`ratings.jsonl: ${ratings.value.brokenLines.length} lines cannot be read and are left out.`);
  const survey = await recordedSurvey(paths.planFolder);
  if (!survey.ok) return survey;
  const judgement = await readJudgement(plan, inputs, former.value);
  if (!judgement.ok) return judgement;
  const chosen = examples ?? former.value?.examples;
  const tables = asRead(tablesOf(placed));
  const record: ResultsRecord = {
    version: 1,
    change: await changeId(paths),
    evaluation: evaluation.value,
    ...(survey.value ? { survey: survey.value } : former.value?.survey ? { survey: former.value.survey } : {}),
    ...tables,
    ratings: await recordedRatings(evaluation.value, generationsOf(tables), ratings.value, paths.planFolder),
    ...(chosen && { examples: chosen }),
    ...(former.value?.assets && { assets: former.value.assets }),
    ...judgement.value,
  };
  if (record.ratings.setAside > 0) log.info(`${record.ratings.setAside} ratings are of pictures that were replaced or are gone; they are left out.`);
  return ok({ record, ratings: ratings.value, isNew: former.value === undefined });
}

/** Model by model: where this disk holds any output of a model it has the say, else what was recorded stays. */
async function placedGenerations(evaluation: Evaluation, former: ResultsRecord | undefined, { paths, log }: RecordInputs): Promise<readonly PlacedGeneration[]> {
  const folder = path.join(paths.workspace, evaluation.results);
  const stored = await readGenerations(folder);
  const recorded = former ? generationsOf(former) : [];
  const known = new Map(recorded.map((placed) => [placed.generation.id, placed]));
  const machine = stored.length > 0 ? await thisMachine({ graphics: stored.some(({ generation }) => generation.memory.kind === 'vram') }) : undefined;
  const measured = new MeasureCache(path.join(paths.storage, measuresFile));
  const here = await Promise.all(stored.map(async ({ generation, picture }): Promise<PlacedGeneration> => {
    const former = known.get(generation.id);
    const before = former?.generation.output.sha256 === generation.output.sha256 ? former : undefined;
    const measures = await measured.figures(pairKey({ sourceSha256: generation.picture.sha256, outputSha256: generation.output.sha256 }));
    // An output that was recorded before keeps its machine: the results folder may have been copied.
    return { generation, file: path.relative(folder, picture).split(path.sep).join('/'), machine: before ? before.machine : machine, measures: measures ?? before?.measures };
  }));
  const hereModels = new Set(here.map(({ generation }) => generation.modelId));
  const wanted = new Set(evaluation.models.map(({ id }) => id));
  const elsewhere = recorded.filter(({ generation }) => !hereModels.has(generation.modelId) && wanted.has(generation.modelId));
  if (elsewhere.length > 0) log.info(`${elsewhere.length} outputs are not on this machine; what results.json holds of them is used.`);
  return [...here.filter(({ generation }) => wanted.has(generation.modelId)), ...elsewhere];
}

async function recordedRatings(evaluation: Evaluation, placed: readonly PlacedGeneration[], ratings: RatingsFile, planFolder: string): Promise<ResultsRecord['ratings']> {
  const generations = placed.map(({ generation }) => generation);
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const { current, setAside } = currentRatings(ratings.ratings, (id) => hashes.get(id));
  const bytes = await readFile(path.join(planFolder, 'ratings.jsonl')).catch(() => undefined);
  // Line ends are git's business; the hash is of what the lines say.
  const text = bytes?.toString('utf8').replaceAll('\r\n', '\n');
  return {
    ...(text === undefined ? {} : { sha256: createHash('sha256').update(text).digest('hex') }),
    summary: summarize(evaluation, generations, current),
    setAside: setAside.length,
  };
}

