import { expect, test } from 'vitest';
import { bradleyTerry, normalProbability } from '../../../../../src/core/review/statistics/bradleyTerry';
import { resampledMeans } from '../../../../../src/core/review/statistics/clusterBootstrap';
import { designEffect, intraclassCorrelation } from '../../../../../src/core/review/statistics/clusterCorrelation';
import { verdictAtLeast, verdictAtMost } from '../../../../../src/core/review/statistics/interval';
import { krippendorffAlpha } from '../../../../../src/core/review/statistics/krippendorffAlpha';
import { medianInterval, quantile } from '../../../../../src/core/review/statistics/quantile';
import { rankCorrelation } from '../../../../../src/core/review/statistics/rankCorrelation';
import { signFlipProbability } from '../../../../../src/core/review/statistics/signFlip';
import { studentProbability, studentQuantile } from '../../../../../src/core/review/statistics/studentT';
import { weightedKappa } from '../../../../../src/core/review/statistics/weightedKappa';
import { outputsUntilDecided, wilsonInterval } from '../../../../../src/core/review/statistics/wilson';

// Where no publication is named: scipy 1.17.1, statsmodels 0.15.0, scikit-learn 1.9.1, numpy 2.4.6.

test.each([
  [28, 40, 0.5456998118185505, 0.8192515477025348],
  [3, 17, 0.061911266376209945, 0.4102945856883413],
])('Wilson: %i of %i, as statsmodels', (successes, n, low, high) => {
  const interval = wilsonInterval(successes, n)!;
  expect(interval.low).toBeCloseTo(low, 7);
  expect(interval.high).toBeCloseTo(high, 7);
});

test('Wilson at the ends, and verdicts against a limit', () => {
  expect(wilsonInterval(0, 10)!.low).toBe(0);
  expect(wilsonInterval(10, 10)!.high).toBe(1);
  expect(wilsonInterval(0, 0)).toBeUndefined();
  // The author's own limit: of 40 outputs 34 must be kept before the interval passes 70 %.
  expect([33, 34, 35].map((kept) => verdictAtLeast(wilsonInterval(kept, 40)!, 0.7))).toEqual(['notProven', 'pass', 'pass']);
  expect(verdictAtLeast({ low: 0.2, high: 0.69 }, 0.7)).toBe('fail');
  expect([59, 60, 61].map((high) => verdictAtMost({ low: 50, high }, 60))).toEqual(['pass', 'pass', 'notProven']);
  expect(verdictAtMost({ low: 61, high: 70 }, 60)).toBe('fail');
  const n = outputsUntilDecided(0.775, 0.7, 40)!;
  expect(wilsonInterval(0.775 * n, n)!.low).toBeGreaterThanOrEqual(0.7);
  expect(wilsonInterval(0.775 * (n - 1), n - 1)!.low).toBeLessThan(0.7);
  expect(outputsUntilDecided(0.7, 0.7, 40)).toBeUndefined();
});

test('quantiles agree with type 7', () => {
  const expected = [1, 1.75, 3, 7.7, 8];
  [0, 0.25, 0.5, 0.975, 1].forEach((share, index) => expect(quantile([1, 2, 4, 8], share)).toBeCloseTo(expected[index]!, 12));
});

test('the interval of a median takes the ranks of Conover: 8th to 18th of 25', () => {
  const values = Array.from({ length: 25 }, (_, index) => (index * 7) % 25);
  expect(medianInterval(values)).toEqual({ low: 7, high: 17 });
  expect(medianInterval([1, 2, 3, 4, 5])).toBeUndefined();
});

test.each([[1, 12.706204736174694], [2, 4.302652729749462], [4, 2.7764451051977934], [7, 2.364624251592784], [20, 2.085963447265864]])("Student's t of %i, as scipy", (freedom, t) => {
  expect(studentQuantile(0.975, freedom)).toBeCloseTo(t, 8);
  expect(studentQuantile(0.025, freedom)).toBeCloseTo(-t, 8);
});

test("Student's t as a probability, as scipy", () => {
  expect(studentProbability(1.3, 3)).toBeCloseTo(0.8577662456360515, 12);
  expect(studentProbability(-2, 6)).toBeCloseTo(0.04621315576583756, 12);
  expect(normalProbability(1.959964)).toBeCloseTo(0.975, 6);
  expect(normalProbability(-1)).toBeCloseTo(0.15865525, 6);
});

test('the cluster bootstrap of two clusters has its three possible means', () => {
  const [means] = resampledMeans([[{ sum: 2, count: 2 }, { sum: 10, count: 2 }]], 4000, 1);
  const share = (mean: number) => means!.filter((value) => value === mean).length / 4000;
  expect(share(1)).toBeCloseTo(0.25, 1);
  expect(share(3)).toBeCloseTo(0.5, 1);
  expect(share(5)).toBeCloseTo(0.25, 1);
  expect(share(1) + share(3) + share(5)).toBeCloseTo(1, 10);
});

test("flipping signs: Fisher's own example of Darwin's maize, p = 1726/32768", () => {
  // Differences of 15 pairs in eighths of an inch (Fisher 1935, table 3 and section 21), here all 2^14 flips of 14 and the sample of 15.
  const maize = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
  expect(signFlipProbability(maize)).toBeCloseTo(1726 / 32768, 2);
  expect(signFlipProbability([1, 1, 1, 1, 1])).toBe(1 / 16);
  expect(signFlipProbability([1, -1])).toBe(1);
  // The same data as a sample of flips and as a normal sum.
  const many = Array.from({ length: 100 }, (_, index) => ((index * 37) % 23) - 9);
  expect(signFlipProbability([...many, 0])).toBeCloseTo(signFlipProbability(many), 1);
  expect(signFlipProbability(Array.from({ length: 200 }, () => 0))).toBe(1);
});

test("Krippendorff's example of 4 raters and 12 units", () => {
  const n = undefined;
  const raters = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, n, n, n], [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, n, 3],
    [n, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, n], [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, n],
  ];
  const units = raters[0]!.map((_, unit) => raters.flatMap((answers) => answers[unit] ?? []));
  expect(krippendorffAlpha(units, 'nominal')).toBeCloseTo(0.743, 3);
  expect(krippendorffAlpha(units, 'ordinal')).toBeCloseTo(0.815, 3);
  expect(krippendorffAlpha(units, 'interval')).toBeCloseTo(0.849, 3);
  expect(krippendorffAlpha([[3, 3], [3, 3]], 'ordinal')).toBeUndefined();
});

test('weighted kappa, as scikit-learn with quadratic weights', () => {
  const first = [1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 3, 3, 4, 2];
  const second = [1, 3, 3, 4, 4, 5, 5, 3, 1, 1, 2, 3, 4, 4];
  expect(weightedKappa(first.map((answer, index) => [answer, second[index]!]))).toBeCloseTo(0.8085106382978724, 12);
  expect(weightedKappa([[1, 1], [5, 5]])).toBe(1);
  expect(weightedKappa([[3, 3], [3, 3]])).toBeUndefined();
});

test('Bradley-Terry without ties: the strengths of statsmodels GLM and of the MM algorithm', () => {
  const wins = [[0, 7, 9, 8], [3, 0, 6, 7], [1, 4, 0, 5], [2, 3, 5, 0]];
  const votes = wins.flatMap((row, i) => row.flatMap((count, j) => (i < j ? [{ left: String(i), right: String(j), leftWins: count, rightWins: wins[j]![i]!, ties: 0 }] : [])));
  const { strengths, tieRate, leftBias } = bradleyTerry(['0', '1', '2', '3'], votes, 1e4);
  [1.0624, 0.0949, -0.5787, -0.5787].forEach((strength, index) => expect(strengths.get(String(index))).toBeCloseTo(strength, 4));
  expect([tieRate, leftBias]).toEqual([0, 0]);
});

test("Davidson's ties with Davidson and Beaver's side, as the likelihood maximised by scipy", () => {
  const counts = [['a', 'b', 7, 2, 3], ['b', 'a', 4, 5, 2], ['a', 'c', 9, 1, 2], ['c', 'a', 2, 7, 3], ['b', 'c', 5, 3, 4], ['c', 'b', 3, 6, 1], ['c', 'd', 4, 4, 2], ['d', 'a', 1, 8, 1], ['b', 'd', 6, 2, 2]] as const;
  const votes = counts.map(([left, right, leftWins, rightWins, ties]) => ({ left, right, leftWins, rightWins, ties }));
  const fitted = bradleyTerry(['a', 'b', 'c', 'd'], votes, 1.5);
  [1.01579063, 0.20455291, -0.51842216, -0.70192138].forEach((strength, index) => expect(fitted.strengths.get('abcd'[index]!)).toBeCloseTo(strength, 5));
  expect(fitted.tieRate).toBeCloseTo(0.582278, 4);
  expect(fitted.leftBias).toBeCloseTo(0.119897, 4);
  const { difference, standardError, probability } = fitted.compare('a', 'b');
  expect(difference).toBeCloseTo(0.8112377, 5);
  expect(standardError).toBeCloseTo(0.3938623, 4);
  expect(probability).toBeCloseTo(normalProbability(0.8112377 / 0.3938623), 4);
});

test('a model that won every vote stays finite, and one without votes is in the middle', () => {
  const fitted = bradleyTerry(['a', 'b', 'c'], [{ left: 'a', right: 'b', leftWins: 20, rightWins: 0, ties: 0 }]);
  expect(fitted.strengths.get('a')).toBeGreaterThan(1);
  expect(Number.isFinite(fitted.strengths.get('a'))).toBe(true);
  expect(fitted.strengths.get('c')).toBeCloseTo(0, 6);
  expect(fitted.compare('a', 'b').probability).toBeGreaterThan(0.95);
});

test("Spearman's correlation with ties, as scipy", () => {
  const first = [1.2, 3.4, 2.2, 5, 4.1, 3.4, 0.3, 2.2];
  const second = [2, 4, 1, 5, 5, 3, 1, 2];
  const paired = (one: readonly number[], other: readonly number[], clusters: number) => one.map((value, index) => ({ first: value, second: other[index]!, cluster: String(index % clusters) }));
  const found = rankCorrelation(paired(first, second, 4))!;
  expect(found.value).toBeCloseTo(0.907992547726516, 12);
  expect(found.interval!.low).toBeGreaterThan(0.2);
  expect(found.interval!.high).toBeLessThan(1);
  expect(rankCorrelation(paired(first, second, 2))!.interval).toBeUndefined();
  expect(rankCorrelation(paired([1, 1, 1, 1, 1], [2, 3, 4, 5, 6], 3))).toBeUndefined();
  expect(rankCorrelation(paired([1, 2, 3, 4], [2, 3, 4, 5], 3))).toBeUndefined();
});

test('likeness within pictures, as a one-way analysis of variance in numpy', () => {
  expect(intraclassCorrelation([[1, 2, 2], [3, 4, 3, 4], [2, 1, 1, 2]])).toBeCloseTo(0.7849462365591399, 12);
  expect(intraclassCorrelation([[1, 2], [1, 2], [2, 1]])).toBe(0);
  expect(intraclassCorrelation([[1], [2]])).toBeUndefined();
  // 8 edits a picture at 0.14: twice the variance.
  expect(designEffect(0.14, 8)).toBeCloseTo(1.98, 10);
});
