/**
 * How alike differences within one source picture are: the intraclass correlation from a one-way analysis of variance
 * (Donner and Koval 1980, Biometrics 36:19). 0 is no likeness; negative estimates are taken for 0.
 * @param clusters the values of each picture
 * @returns `undefined` where fewer than two pictures have values, or no picture has two
 */
export function intraclassCorrelation(clusters: readonly (readonly number[])[]): number | undefined {
  const groups = clusters.filter((values) => values.length > 0);
  const n = groups.reduce((sum, values) => sum + values.length, 0);
  const k = groups.length;
  if (k < 2 || n === k) return undefined;
  const grand = mean(groups.flat());
  const between = groups.reduce((sum, values) => sum + values.length * (mean(values) - grand) ** 2, 0) / (k - 1);
  const within = groups.reduce((sum, values) => sum + values.reduce((total, value) => total + (value - mean(values)) ** 2, 0), 0) / (n - k);
  const size = (n - groups.reduce((sum, values) => sum + values.length ** 2, 0) / n) / (k - 1);
  const total = between + (size - 1) * within;
  return total === 0 ? undefined : Math.max(0, (between - within) / total);
}

/** By how much a cluster of this size inflates a variance (Kish 1965, Survey Sampling, 5.4). */
export function designEffect(correlation: number, size: number): number {
  return 1 + (size - 1) * correlation;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
