import type { Interval } from './interval';
import { studentQuantile } from './studentT';

/** Spearman's rank correlation of pairs, with its interval. */
export interface RankCorrelation {
  readonly n: number;
  readonly value: number;
  /** 95 %; absent under three source pictures. */
  readonly interval?: Interval;
}

/** Two figures of one output. */
export interface RankedPair {
  readonly first: number;
  readonly second: number;
  /** Outputs of one source picture resemble each other. */
  readonly cluster: string;
}

/**
 * Spearman's rank correlation with mean ranks for ties (Spearman 1904), and its interval: on Fisher's z scale, with the
 * jackknife's standard error over whole source pictures (Hinkley 1978, Biometrika 65:13; ranks stay those of all pairs) and
 * Student's t with one degree of freedom less than there are pictures. Outputs of one picture taken for independent would
 * make the interval too short.
 * @returns `undefined` under five pairs, or where one side does not vary
 */
export function rankCorrelation(pairs: readonly RankedPair[]): RankCorrelation | undefined {
  const n = pairs.length;
  if (n < 5) return undefined;
  const [first, second] = [ranks(pairs.map((pair) => pair.first)), ranks(pairs.map((pair) => pair.second))];
  const all = [0, 0, 0, 0, 0, 0];
  const clusters = new Map<string, number[]>();
  pairs.forEach(({ cluster }, index) => {
    const [a, b] = [(first[index] ?? 0) - (n + 1) / 2, (second[index] ?? 0) - (n + 1) / 2];
    const own = clusters.get(cluster) ?? [0, 0, 0, 0, 0, 0];
    clusters.set(cluster, own);
    [1, a, b, a * a, b * b, a * b].forEach((value, place) => {
      own[place] = (own[place] ?? 0) + value;
      all[place] = (all[place] ?? 0) + value;
    });
  });
  const value = pearson(all);
  if (value === undefined) return undefined;
  const interval = jackknifeInterval(value, [...clusters.values()].map((own) => pearson(all.map((sum, place) => sum - (own[place] ?? 0)))));
  return { n, value, ...(interval && { interval }) };
}

function jackknifeInterval(value: number, without: readonly (number | undefined)[]): Interval | undefined {
  const count = without.length;
  if (count < 3) return undefined;
  const left = without.map((one) => fisher(one ?? 0));
  const mean = left.reduce((sum, one) => sum + one, 0) / count;
  const error = Math.sqrt(((count - 1) / count) * left.reduce((sum, one) => sum + (one - mean) ** 2, 0));
  const half = studentQuantile(0.975, count - 1) * error;
  return { low: Math.tanh(fisher(value) - half), high: Math.tanh(fisher(value) + half) };
}

function fisher(value: number): number {
  return Math.atanh(Math.min(0.999999, Math.max(-0.999999, value)));
}

/** From the number of pairs and the sums of both, of their squares and of their product. */
function pearson([n = 0, a = 0, b = 0, aa = 0, bb = 0, ab = 0]: readonly number[]): number | undefined {
  const spread = (aa - (a * a) / n) * (bb - (b * b) / n);
  return spread > 1e-9 ? Math.min(1, Math.max(-1, (ab - (a * b) / n) / Math.sqrt(spread))) : undefined;
}

/** From 1; equal values share the mean of their ranks. */
function ranks(values: readonly number[]): readonly number[] {
  const order = values.map((value, index) => ({ value, index })).sort((left, right) => left.value - right.value);
  const found = values.map(() => 0);
  for (let start = 0; start < order.length; ) {
    let end = start;
    while (end < order.length && order[end]?.value === order[start]?.value) end++;
    for (const { index } of order.slice(start, end)) found[index] = (start + 1 + end) / 2;
    start = end;
  }
  return found;
}
