import type { Interval } from './interval';

/** Spearman's rank correlation of pairs, with its interval. */
export interface RankCorrelation {
  readonly n: number;
  readonly value: number;
  readonly interval: Interval;
}

/**
 * Spearman's rank correlation with mean ranks for ties (Spearman 1904), and its interval by Fisher's z with the
 * variance of Bonett and Wright (2000, Psychometrika 65:23).
 * @returns `undefined` under 5 pairs, or where one side does not vary
 */
export function rankCorrelation(pairs: readonly (readonly [number, number])[]): RankCorrelation | undefined {
  const n = pairs.length;
  const value = n < 5 ? undefined : pearson(ranks(pairs.map(([first]) => first)), ranks(pairs.map(([, second]) => second)));
  if (value === undefined) return undefined;
  const centre = Math.atanh(Math.min(0.999999, Math.max(-0.999999, value)));
  const half = 1.959964 * Math.sqrt((1 + (value * value) / 2) / (n - 3));
  return { n, value, interval: { low: Math.tanh(centre - half), high: Math.tanh(centre + half) } };
}

function pearson(first: readonly number[], second: readonly number[]): number | undefined {
  const middle = (first.length + 1) / 2;
  let [product, left, right] = [0, 0, 0];
  first.forEach((rank, index) => {
    const [a, b] = [rank - middle, (second[index] ?? 0) - middle];
    product += a * b;
    left += a * a;
    right += b * b;
  });
  return left === 0 || right === 0 ? undefined : product / Math.sqrt(left * right);
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
