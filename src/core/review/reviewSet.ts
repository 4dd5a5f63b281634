import path from 'node:path';
import type { Evaluation } from '../evaluation/evaluation';
import { readGenerations } from '../evaluation/generations';
import type { MeasuredPair } from '../images/comparison/measurer';
import { currentRatings, type CurrentRating } from './currentRating';
import type { RatedOutput } from './progress';
import type { RatingsFile } from './ratingsFile';
import type { ReviewOutput } from './session';

/** Where ratings lie: beside the plan. */
export function ratingsPathOf(planFolder: string): string {
  return path.join(planFolder, 'ratings.jsonl');
}

/** The outputs to judge, of some models or of all that the evaluation has. */
export async function readReviewOutputs(workspace: string, evaluation: Evaluation, modelIds?: readonly string[]): Promise<readonly ReviewOutput[]> {
  const wanted = new Set(modelIds ?? evaluation.models.map(({ id }) => id));
  const stored = await readGenerations(path.join(workspace, evaluation.results));
  const sources = path.join(workspace, evaluation.pictures.folder);
  return stored
    .filter(({ generation }) => wanted.has(generation.modelId))
    .map(({ generation, picture }) => ({ generation, outputPath: picture, sourcePath: path.join(sources, path.basename(generation.picture.file)) }));
}

/** An output and its source as they are measured, with the captions of its edit where the evaluation has them. */
export function measuredPair({ generation, sourcePath, outputPath }: ReviewOutput, edits: Evaluation['edits'] = []): MeasuredPair {
  const captions = edits.find(({ id }) => id === generation.edit.id)?.captions;
  return { ...(captions && { captions }), source: sourcePath, output: outputPath, sourceSha256: generation.picture.sha256, outputSha256: generation.output.sha256 };
}

/** What any rater has said or looked at, output by output: enough for a step of the plan. */
export function ratedOutputs(outputs: readonly ReviewOutput[], file: RatingsFile): readonly RatedOutput[] {
  const hashes = new Map(outputs.map(({ generation: { id, output } }) => [id, output.sha256]));
  const looks = file.seen.flatMap((record) => record.outputs).filter(({ generationId, outputSha256 }) => hashes.get(generationId) === outputSha256);
  const seen = new Set(looks.map(({ generationId }) => generationId));
  const ratings = new Map<string, CurrentRating>();
  for (const rating of currentRatings(file.ratings, (id) => hashes.get(id)).current) {
    const other = ratings.get(rating.generationId);
    if (!other || answersOf(rating) > answersOf(other)) ratings.set(rating.generationId, rating);
  }
  return outputs.map(({ generation: { id } }) => ({ rating: ratings.get(id), seen: seen.has(id) }));
}

function answersOf({ answers }: CurrentRating): number {
  return Object.keys(answers).length;
}
