import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { readGenerations } from '../evaluation/generations';
import { ok, type Result } from '../outcome';
import { currentRatings } from '../review/currentRating';
import { judgeOutputs } from '../review/judgedOutput';
import { readRatings } from '../review/ratingsFile';
import { summarize } from '../review/summary';
import type { Results } from './resultsSections';

/** Reads the evaluation, its outputs and the ratings that still hold, and sums them up. */
export async function readResults({ evaluation, paths, log }: Pick<ActionContext, 'evaluation' | 'paths' | 'log'>): Promise<Result<Results>> {
  const read = await evaluation();
  if (!read.ok) return read;
  const stored = await readGenerations(path.join(paths.workspace, read.value.results));
  const generations = stored.map(({ generation }) => generation);
  const file = await readRatings(path.join(paths.planFolder, 'ratings.jsonl'));
  if (!file.ok) return file;
  if (file.value.brokenLines.length > 0) log.warn(`ratings.jsonl: ${file.value.brokenLines.length} lines cannot be read and are left out.`);
  const hashes = new Map(generations.map(({ id, output }) => [id, output.sha256]));
  const { current, setAside } = currentRatings(file.value.ratings, (id) => hashes.get(id));
  if (setAside.length > 0) log.info(`${setAside.length} ratings are of pictures that were replaced or are gone; they are left out.`);
  const outputs = judgeOutputs(generations, current, read.value.criteria);
  const pictures = new Map(stored.map(({ generation, picture }) => [generation.id, picture]));
  return ok({ evaluation: read.value, generations, outputs, pictures, summary: summarize(read.value, generations, current) });
}
