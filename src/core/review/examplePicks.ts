import type { Criterion } from '../evaluation/evaluation';
import type { JudgedOutput } from './judgedOutput';
import { overallScore } from './estimates';

/** Best first among the best, worst first among the worst; no output is both. */
export interface ExamplePicks {
  readonly best: readonly JudgedOutput[];
  readonly worst: readonly JudgedOutput[];
}

export const examplesPerSide = 3;

/**
 * Outputs worth showing, by rule: the highest and lowest overall scores; among equals those that a rater marked, then
 * those with fewer (or more) artifacts, then by id, so that the picks are the same each time.
 */
export function pickExamples(outputs: readonly JudgedOutput[], criteria: readonly Criterion[], count: number): ExamplePicks {
  const scored = outputs.flatMap((output) => {
    const score = scoreOf(output, criteria);
    return score === undefined ? [] : [{ output, score, mark: Number(output.best) - Number(output.worst), artifacts: artifactsOf(output, criteria) }];
  });
  scored.sort((left, right) => right.score - left.score || right.mark - left.mark || left.artifacts - right.artifacts || left.output.generation.id.localeCompare(right.output.generation.id));
  const side = Math.min(count, Math.floor(scored.length / 2));
  return {
    best: scored.slice(0, side).map(({ output }) => output),
    worst: side === 0 ? [] : scored.slice(-side).reverse().map(({ output }) => output),
  };
}

/** 0 to 1 over the weighted criteria; without weights, or with gaps, over those scales that were answered. */
function scoreOf(output: JudgedOutput, criteria: readonly Criterion[]): number | undefined {
  const weighted = criteria.filter(({ weight }) => weight > 0);
  const scales = criteria.filter(({ id, kind }) => kind !== 'count' && output.answers[id] !== undefined).map((criterion) => ({ ...criterion, weight: 1 }));
  return overallScore(output, weighted) ?? overallScore(output, scales);
}

function artifactsOf({ answers }: JudgedOutput, criteria: readonly Criterion[]): number {
  const count = criteria.find(({ kind }) => kind === 'count');
  return count ? (answers[count.id] ?? 0) : 0;
}
