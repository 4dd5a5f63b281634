import path from 'node:path';
import type { Evaluation } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import { ok, type Result } from '../outcome';
import { analyzeRatings, type Analysis } from './analysis';
import { currentRatings, type CurrentRatings } from './currentRating';
import { judgeOutputs, type JudgedOutput } from './judgedOutput';
import { readRatings, type RatingsFile } from './ratingsFile';
import { ratingsPathOf, readReviewOutputs } from './reviewSet';
import type { ReviewOutput } from './session';
import { summarize, type Summary } from './summary';

/** All that the outputs on this disk and the ratings say. */
export interface Study {
  readonly evaluation: Evaluation;
  readonly shown: readonly ReviewOutput[];
  readonly outputs: readonly JudgedOutput[];
  readonly file: RatingsFile;
  readonly ratings: CurrentRatings;
  readonly summary: Summary;
  readonly analysis: Analysis;
}

export async function readStudy(workspace: string, planFolder: string, evaluation: Evaluation): Promise<Result<Study>> {
  const file = await readRatings(ratingsPathOf(planFolder));
  if (!file.ok) return file;
  return ok(studyOf(evaluation, await readReviewOutputs(path.resolve(workspace), evaluation), file.value));
}

export function studyOf(evaluation: Evaluation, shown: readonly ReviewOutput[], file: RatingsFile): Study {
  const generations: readonly Generation[] = shown.map(({ generation }) => generation);
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const ratings = currentRatings(file.ratings, (id) => hashes.get(id));
  const outputs = judgeOutputs(generations, ratings.current, evaluation.criteria);
  const summary = summarize(evaluation, generations, ratings.current, outputs);
  return { evaluation, shown, file, ratings, summary, outputs, analysis: analyzeRatings(evaluation, generations, ratings, file.votes, summary, outputs) };
}
