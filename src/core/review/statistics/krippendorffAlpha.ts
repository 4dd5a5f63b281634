export type MeasurementLevel = 'nominal' | 'ordinal' | 'interval';

/**
 * Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"): agreement of several raters,
 * each of whom may have left out units. His example of 4 raters and 12 units gives 0.743, 0.815 and 0.849.
 * @param units the answers to each unit, of whoever answered; units with fewer than two are left out
 * @returns `undefined` where nothing can be compared, or all answers are the same
 */
export function krippendorffAlpha(units: readonly (readonly number[])[], level: MeasurementLevel): number | undefined {
  const pairable = units.filter((answers) => answers.length >= 2);
  const values = [...new Set(pairable.flat())].sort((left, right) => left - right);
  if (values.length < 2) return undefined;
  const coincidences = coincidencesOf(pairable, values);
  const totals = coincidences.map((row) => row.reduce((sum, count) => sum + count, 0));
  const n = totals.reduce((sum, total) => sum + total, 0);
  const distance = distances(values, totals, level);
  let [observed, expected] = [0, 0];
  coincidences.forEach((row, first) =>
    row.forEach((count, second) => {
      const apart = distance(first, second);
      observed += count * apart;
      expected += ((totals[first] ?? 0) * (totals[second] ?? 0) * apart) / (n - 1);
    }),
  );
  return expected === 0 ? undefined : 1 - observed / expected;
}

function coincidencesOf(units: readonly (readonly number[])[], values: readonly number[]): readonly (readonly number[])[] {
  const place = new Map(values.map((value, index) => [value, index]));
  const counts = values.map(() => values.map(() => 0));
  for (const answers of units) {
    const places = answers.map((answer) => place.get(answer) ?? 0);
    places.forEach((first, rater) =>
      places.forEach((second, other) => {
        const row = counts[first];
        if (rater !== other && row) row[second] = (row[second] ?? 0) + 1 / (answers.length - 1);
      }),
    );
  }
  return counts;
}

/** Squared difference of two values at a level; ordinal ones count the answers between them. */
function distances(values: readonly number[], totals: readonly number[], level: MeasurementLevel): (first: number, second: number) => number {
  if (level === 'nominal') return (first, second) => (first === second ? 0 : 1);
  if (level === 'interval') return (first, second) => ((values[first] ?? 0) - (values[second] ?? 0)) ** 2;
  return (first, second) => {
    if (first === second) return 0;
    const between = totals.slice(Math.min(first, second), Math.max(first, second) + 1).reduce((sum, total) => sum + total, 0);
    return (between - ((totals[first] ?? 0) + (totals[second] ?? 0)) / 2) ** 2;
  };
}
