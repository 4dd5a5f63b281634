/**
 * Cohen's kappa with quadratic weights (Cohen 1968, Psychological Bulletin 70:213): how far two ratings of the same
 * outputs agree beyond chance, where a miss by two counts four times a miss by one. 1 is perfect, 0 is chance.
 * @param pairs first and second answer to the same output
 * @returns `undefined` where nothing varies: then agreement cannot be told from chance
 */
export function weightedKappa(pairs: readonly (readonly [number, number])[]): number | undefined {
  const n = pairs.length;
  if (n === 0) return undefined;
  // Quadratic weights need no table: the mean squared difference, against that of all pairs of all answers.
  const observed = pairs.reduce((sum, [first, second]) => sum + (first - second) ** 2, 0) / n;
  const [one, two] = [moments(pairs.map(([first]) => first)), moments(pairs.map(([, second]) => second))];
  const expected = one.squares - 2 * one.mean * two.mean + two.squares;
  return expected === 0 ? undefined : 1 - observed / expected;
}

/** Means of the values and of their squares. */
function moments(values: readonly number[]): { readonly mean: number; readonly squares: number } {
  const n = values.length;
  return { mean: values.reduce((sum, value) => sum + value, 0) / n, squares: values.reduce((sum, value) => sum + value * value, 0) / n };
}
