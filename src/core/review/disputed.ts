import type { Criterion } from '../evaluation/evaluation';
import type { CurrentRating, CurrentRatings } from './currentRating';
import type { JudgedOutput } from './judgedOutput';

/** An output on which answers lie apart. */
export interface DisputedOutput {
  readonly output: JudgedOutput;
  readonly criterion: Criterion;
  readonly answers: readonly [number, number];
  /** Between an answer and its silent repeat, or between two raters. */
  readonly between: 'repeat' | 'raters';
}

/** The outputs with the largest gap between two answers to the same question, as a share of its scale; then by id. */
export function disputedOutputs(outputs: readonly JudgedOutput[], { current, repeats }: CurrentRatings, criteria: readonly Criterion[], count: number): readonly DisputedOutput[] {
  const ratings = new Map<string, CurrentRating[]>();
  for (const rating of [...current, ...repeats]) ratings.set(rating.generationId, [...(ratings.get(rating.generationId) ?? []), rating]);
  const found = outputs.flatMap((output) => {
    const own = ratings.get(output.generation.id) ?? [];
    const gaps = criteria.flatMap((criterion) => widest(own, criterion) ?? []).sort((left, right) => right.gap - left.gap);
    return gaps[0] ? [{ output, ...gaps[0] }] : [];
  });
  found.sort((left, right) => right.gap - left.gap || left.output.generation.id.localeCompare(right.output.generation.id));
  return found.slice(0, count);
}

function widest(ratings: readonly CurrentRating[], criterion: Criterion): (Omit<DisputedOutput, 'output'> & { readonly gap: number }) | undefined {
  const answered = ratings.filter(({ answers }) => answers[criterion.id] !== undefined);
  const [low, high] = [answered.toSorted((left, right) => answer(left) - answer(right))[0], answered.toSorted((left, right) => answer(right) - answer(left))[0]];
  if (!low || !high || low === high) return undefined;
  const gap = (answer(high) - answer(low)) / width(criterion);
  // The first answer first: "identity 3, repeated 1".
  const [first, second] = low.repeat ? [high, low] : [low, high];
  return gap > 0 ? { criterion, answers: [answer(first), answer(second)], between: low.rater === high.rater ? 'repeat' : 'raters', gap } : undefined;

  function answer({ answers }: CurrentRating): number {
    return Number(answers[criterion.id] ?? 0);
  }
}

function width(criterion: Criterion): number {
  return criterion.kind === 'scale' ? criterion.maximum - criterion.minimum : criterion.kind === 'count' ? 5 : 1;
}
