import type { Evaluation } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import type { OutputFigures } from '../images/comparison/measureCache';
import { ok, type Result } from '../outcome';
import { analyzeRatings, type Analysis } from '../review/analysis';
import { currentRatings } from '../review/currentRating';
import { judgeOutputs, type JudgedOutput } from '../review/judgedOutput';
import type { RatingsFile } from '../review/ratingsFile';
import { summarize, type Summary } from '../review/summary';
import { gatherRecord, type GatheredRecord, type RecordInputs } from './record/gatherRecord';
import { recordFile, writeRecord } from './record/recordFile';
import type { RecordedExamples, ResultsRecord } from './record/resultsRecord';
import { generationsOf } from './record/tables';

/** Everything that the sections of a results document are made of. */
export interface Results {
  readonly record: ResultsRecord;
  readonly evaluation: Evaluation;
  readonly generations: readonly Generation[];
  readonly outputs: readonly JudgedOutput[];
  readonly summary: Summary;
  /** How far the figures of the summary can be trusted. */
  readonly analysis: Analysis;
  /** What was measured of each output, by generation id. */
  readonly measures: ReadonlyMap<string, OutputFigures>;
  /** Each output relative to the results folder, by generation id. */
  readonly files: ReadonlyMap<string, string>;
}

/** The results as the inputs stand now; nothing is written. */
export async function readResults(inputs: RecordInputs): Promise<Result<Results>> {
  const gathered = await gatherRecord(inputs);
  return gathered.ok ? ok(resultsOf(gathered.value)) : gathered;
}

/** The same, with `results.json` brought in line first, so that what is written from them can be traced and made again. */
export async function recordResults(inputs: RecordInputs & { wrote(path: string): void }, examples?: RecordedExamples): Promise<Result<Results>> {
  const gathered = await gatherRecord(inputs, examples);
  if (!gathered.ok) return gathered;
  const { planFolder } = inputs.paths;
  if (gathered.value.isNew && gathered.value.record.generations.length === 0) return ok(resultsOf(gathered.value));
  const written = await writeRecord(planFolder, gathered.value.record);
  if (!written.ok) return written;
  if (written.value) inputs.wrote(recordFile(planFolder));
  return ok(resultsOf(gathered.value));
}

/** A function of the record and the ratings alone. */
export function resultsOf({ record, ratings }: Pick<GatheredRecord, 'record'> & { readonly ratings: Pick<RatingsFile, 'ratings' | 'votes'> }): Results {
  const placed = generationsOf(record);
  const generations = placed.map(({ generation }) => generation);
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const folded = currentRatings(ratings.ratings, (id) => hashes.get(id));
  const summary = summarize(record.evaluation, generations, folded.current);
  return {
    record,
    evaluation: record.evaluation,
    generations,
    outputs: judgeOutputs(generations, folded.current, record.evaluation.criteria),
    summary,
    analysis: analyzeRatings(record.evaluation, generations, folded, ratings.votes, summary),
    measures: new Map(placed.flatMap(({ generation, measures }) => (measures ? [[generation.id, measures] as const] : []))),
    files: new Map(placed.map(({ generation, file }) => [generation.id, file])),
  };
}
