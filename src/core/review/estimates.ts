import type { Criterion } from '../evaluation/evaluation';
import type { JudgedOutput } from './judgedOutput';
import { clusterInterval, resampledMeans, type ClusterSum } from './statistics/clusterBootstrap';
import type { Interval } from './statistics/interval';
import { difference } from './statistics/rankIntervals';
import { signFlipProbability } from './statistics/signFlip';

export interface Estimate {
  readonly n: number;
  readonly mean: number;
  /** 95 %; absent under two source pictures. */
  readonly interval?: Interval;
}

/** How a model differs from another on the cells that both have. */
export interface PairedDifference extends Estimate {
  readonly against: string;
  /** Two-sided, by flipping the signs of whole pictures. */
  readonly probability: number;
}

/** Means of one score for the compared models on the cells that all of them share, with the resamples behind them. */
export interface Estimates {
  readonly modelIds: readonly string[];
  readonly shared: readonly string[];
  /** Source pictures among the shared cells: the clusters. */
  readonly pictures: readonly string[];
  readonly means: readonly number[];
  readonly resampled: readonly Float64Array[];
  of(modelId: string): Estimate | undefined;
  difference(modelId: string, against: string): PairedDifference | undefined;
  /** Differences of each shared cell, by picture. */
  differences(modelId: string, against: string): readonly (readonly number[])[];
}

const resamples = 2000;
const bootstrapSeed = 20_070_601;

/** @param range of the score, to which intervals are cut */
export function estimateModels(outputs: readonly JudgedOutput[], modelIds: readonly string[], scoreOf: (output: JudgedOutput) => number | undefined, range?: Interval): Estimates {
  const scores = sharedScores(outputs, modelIds, scoreOf);
  const { cells, pictures, clusters, means } = scores;
  let drawn: readonly Float64Array[] | undefined;
  /** Drawn when first wanted: not every figure needs its interval. */
  const resampled = (): readonly Float64Array[] => (drawn ??= pictures.length >= 2 ? resampledMeans(clusters, resamples, bootstrapSeed) : []);
  return {
    modelIds,
    shared: cells,
    pictures,
    means,
    get resampled() {
      return resampled();
    },
    of(modelId) {
      const index = modelIds.indexOf(modelId);
      const mean = means[index];
      if (mean === undefined || Number.isNaN(mean)) return undefined;
      const draws = resampled()[index];
      const interval = draws && clusterInterval(mean, draws, pictures.length, range);
      return { n: cells.length, mean, ...(interval && { interval }) };
    },
    difference(modelId, against) {
      const [own, other] = [modelIds.indexOf(modelId), modelIds.indexOf(against)];
      const mean = (means[own] ?? Number.NaN) - (means[other] ?? Number.NaN);
      if (own === other || Number.isNaN(mean)) return undefined;
      const [left, right] = [resampled()[own], resampled()[other]];
      const interval = left && right && clusterInterval(mean, difference(left, right), pictures.length);
      const sums = scores.differences(modelId, against).map((values) => values.reduce((sum, value) => sum + value, 0));
      return { against, n: cells.length, mean, ...(interval && { interval }), probability: signFlipProbability(sums) };
    },
    differences: scores.differences,
  };
}

/** One score of the compared models on the cells that all of them share. */
export interface SharedScores {
  readonly cells: readonly string[];
  readonly pictures: readonly string[];
  /** For each model, by picture. */
  readonly clusters: readonly (readonly ClusterSum[])[];
  /** For each model over all pictures. */
  readonly totals: readonly ClusterSum[];
  /** NaN for a model without any. */
  readonly means: readonly number[];
  differences(modelId: string, against: string): readonly (readonly number[])[];
}

export function sharedScores(outputs: readonly JudgedOutput[], modelIds: readonly string[], scoreOf: (output: JudgedOutput) => number | undefined): SharedScores {
  const { cells, pictureOf } = scoresByCell(outputs, scoreOf);
  // A model that nobody judged by this criterion does not empty the comparison of the others.
  const answered = modelIds.filter((id) => [...cells.values()].some((cell) => cell.has(id)));
  const shared = [...cells].filter(([, cell]) => answered.every((id) => cell.has(id)));
  const cellsOf = new Map<string, ReadonlyMap<string, number>[]>();
  for (const [key, cell] of shared) {
    const picture = pictureOf.get(key) ?? '';
    const known = cellsOf.get(picture);
    if (known) known.push(cell);
    else cellsOf.set(picture, [cell]);
  }
  const pictures = [...cellsOf.keys()].sort();
  const clusterOf = (id: string, picture: string): ClusterSum => {
    const values = (cellsOf.get(picture) ?? []).flatMap((cell) => cell.get(id) ?? []);
    return { sum: values.reduce((sum, value) => sum + value, 0), count: values.length };
  };
  const clusters = modelIds.map((id) => pictures.map((picture) => (answered.includes(id) ? clusterOf(id, picture) : { sum: 0, count: 0 })));
  const totals = clusters.map((own) => own.reduce((total, { sum, count }) => ({ sum: total.sum + sum, count: total.count + count }), { sum: 0, count: 0 }));
  return {
    cells: shared.map(([key]) => key),
    pictures,
    clusters,
    totals,
    means: totals.map(({ sum, count }) => sum / count),
    differences: (modelId, against) => pictures.map((picture) => (cellsOf.get(picture) ?? []).map((cell) => (cell.get(modelId) ?? Number.NaN) - (cell.get(against) ?? Number.NaN))),
  };
}

/** Weighted mean of the criteria on a scale of 0 to 1; `undefined` until all of them are answered. */
export function overallScore({ answers }: Pick<JudgedOutput, 'answers'>, criteria: readonly Criterion[]): number | undefined {
  let sum = 0;
  let weights = 0;
  for (const criterion of criteria) {
    const answer = answers[criterion.id];
    if (answer === undefined) return undefined;
    sum += criterion.weight * unitScore(criterion, answer);
    weights += criterion.weight;
  }
  return weights > 0 ? sum / weights : undefined;
}

/** From what to what the answers to a criterion go; a count has no end. */
export function rangeOf(criterion: Criterion): Interval {
  if (criterion.kind === 'yesNo') return { low: 0, high: 1 };
  return criterion.kind === 'count' ? { low: 0, high: Number.POSITIVE_INFINITY } : { low: criterion.minimum, high: criterion.maximum };
}

/** Artifacts count down from 1 to 0 at five, so that one broken output cannot outweigh a study. */
function unitScore(criterion: Criterion, answer: number): number {
  if (criterion.kind === 'yesNo') return answer;
  if (criterion.kind === 'count') return 1 - Math.min(answer, 5) / 5;
  return (answer - criterion.minimum) / (criterion.maximum - criterion.minimum);
}

/** By cell, the score of each model. */
function scoresByCell(outputs: readonly JudgedOutput[], scoreOf: (output: JudgedOutput) => number | undefined): { readonly cells: ReadonlyMap<string, ReadonlyMap<string, number>>; readonly pictureOf: ReadonlyMap<string, string> } {
  const cells = new Map<string, Map<string, number>>();
  const pictureOf = new Map<string, string>();
  for (const output of outputs) {
    const score = scoreOf(output);
    if (score === undefined) continue;
    pictureOf.set(output.cell, output.generation.picture.file);
    const cell = cells.get(output.cell) ?? new Map<string, number>();
    cells.set(output.cell, cell.set(output.generation.modelId, score));
  }
  return { cells, pictureOf };
}
