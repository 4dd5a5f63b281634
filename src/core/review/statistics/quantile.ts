import type { Interval } from './interval';

/** Quantile of sorted values with linear interpolation (type 7 of Hyndman and Fan 1996). */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] ?? Number.NaN;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? Number.NaN;
  return low + (high - low) * (position - below);
}

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return quantile(ascending(values), 0.5);
}

/**
 * Interval of the median from order statistics, whatever the distribution (Conover 1999, Practical Nonparametric
 * Statistics, 3.2; ranks by the normal approximation of the binomial).
 */
export function medianInterval(values: readonly number[], z = 1.959964): Interval | undefined {
  const n = values.length;
  if (n < 6) return undefined;
  const sorted = ascending(values);
  const half = (z * Math.sqrt(n)) / 2;
  const first = Math.max(0, Math.floor(n / 2 - half));
  const last = Math.min(n - 1, Math.ceil(n / 2 + half) - 1);
  return { low: sorted[first] ?? Number.NaN, high: sorted[last] ?? Number.NaN };
}

export function ascending(values: readonly number[]): readonly number[] {
  return values.toSorted((left, right) => left - right);
}
