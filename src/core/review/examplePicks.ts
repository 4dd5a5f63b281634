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
 * those with fewer (or more) artifacts, then of models and pictures that are not shown yet, then by id, so that the picks
 * are the same each time.
 */
export function pickExamples(outputs: readonly JudgedOutput[], criteria: readonly Criterion[], count: number): ExamplePicks {
  const scored = outputs.flatMap((output) => {
    const score = scoreOf(output, criteria);
    return score === undefined ? [] : [{ output, score, mark: Number(output.best) - Number(output.worst), artifacts: artifactsOf(output, criteria) }];
  });
  scored.sort((left, right) => right.score - left.score || right.mark - left.mark || left.artifacts - right.artifacts || left.output.generation.id.localeCompare(right.output.generation.id));
  const side = Math.min(count, Math.floor(scored.length / 2));
  const best = varied(scored, side);
  const worst = varied(scored.filter(({ output }) => !best.includes(output)).reverse(), side);
  return { best, worst };
}

interface Scored {
  readonly output: JudgedOutput;
  readonly score: number;
  readonly mark: number;
  readonly artifacts: number;
}

/** From the front, but among equals first those that show another model, and another picture. */
function varied(sorted: readonly Scored[], count: number): readonly JudgedOutput[] {
  const left = [...sorted];
  const picked: JudgedOutput[] = [];
  while (picked.length < count) {
    const [first] = left;
    if (!first) break;
    const equals = left.filter(({ score, mark, artifacts }) => score === first.score && mark === first.mark && artifacts === first.artifacts);
    const seen = ({ output: { generation } }: Scored): number =>
      picked.filter((other) => other.generation.modelId === generation.modelId).length * 2 + picked.filter((other) => other.generation.picture.file === generation.picture.file).length;
    const least = Math.min(...equals.map(seen));
    const next = equals.find((candidate) => seen(candidate) === least) ?? first;
    picked.push(next.output);
    left.splice(left.indexOf(next), 1);
  }
  return picked;
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
