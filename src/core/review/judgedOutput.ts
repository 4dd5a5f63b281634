import type { Criterion } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import type { CurrentRating } from './currentRating';
import { cellKey } from './session';

/** One output with what all raters together said about it. */
export interface JudgedOutput {
  readonly generation: Generation;
  readonly cell: string;
  /** Somebody answered at least one criterion. */
  readonly judged: boolean;
  /** Mean over the raters; yes is 1 and no is 0. */
  readonly answers: Readonly<Record<string, number>>;
  readonly failureModes: readonly string[];
  readonly artifactTypes: readonly string[];
  readonly best: boolean;
  readonly worst: boolean;
  readonly notes: readonly string[];
}

/** Joins outputs with their ratings. Answers to criteria that the evaluation no longer has are left out. */
export function judgeOutputs(generations: readonly Generation[], ratings: readonly CurrentRating[], criteria: readonly Criterion[]): readonly JudgedOutput[] {
  const byGeneration = new Map<string, CurrentRating[]>();
  for (const rating of ratings) {
    const known = byGeneration.get(rating.generationId);
    if (known) known.push(rating);
    else byGeneration.set(rating.generationId, [rating]);
  }
  return generations.map((generation) => {
    const own = (byGeneration.get(generation.id) ?? []).filter(({ outputSha256 }) => outputSha256 === generation.output.sha256);
    const answers = meanAnswers(own, criteria);
    return {
      generation,
      cell: cellKey(generation),
      judged: Object.keys(answers).length > 0,
      answers,
      failureModes: [...new Set(own.flatMap(({ failureModes }) => failureModes ?? []))],
      artifactTypes: own.flatMap(({ pins }) => pins.map(({ type }) => type)),
      best: own.some(({ best }) => best),
      worst: own.some(({ worst }) => worst),
      notes: own.map(({ note }) => note).filter((note) => note !== ''),
    };
  });
}

function meanAnswers(ratings: readonly CurrentRating[], criteria: readonly Criterion[]): Readonly<Record<string, number>> {
  const means: Record<string, number> = {};
  for (const { id } of criteria) {
    const values = ratings.flatMap(({ answers }) => (answers[id] === undefined ? [] : [Number(answers[id])]));
    if (values.length > 0) means[id] = values.reduce((sum, value) => sum + value, 0) / values.length;
  }
  return means;
}
