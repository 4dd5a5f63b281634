import { expect, test } from 'vitest';
import { bradleyTerry } from '../../../../../src/core/review/statistics/bradleyTerry';
import { clusterInterval, resampledMeans } from '../../../../../src/core/review/statistics/clusterBootstrap';
import { seededRandom } from '../../../../../src/core/review/statistics/random';
import { difference, rankModels } from '../../../../../src/core/review/statistics/rankIntervals';
import { rankCorrelation } from '../../../../../src/core/review/statistics/rankCorrelation';
import { wilsonInterval } from '../../../../../src/core/review/statistics/wilson';

const studies = 2000;

/** Simulated raters: scores from 1 to 5 that hang together within a picture, around a truth that is known. */
function rater(seed: number) {
  const random = seededRandom(seed);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const score = (level: number, picture: number) => Math.min(5, Math.max(1, Math.round(level + 0.4 * picture + normal())));
  /** For each model its sums by picture; pictures move all models alike, and each model a little on its own. */
  return (levels: readonly number[], pictures: number, edits: number) => {
    const shared = Array.from({ length: pictures }, normal);
    return levels.map((level) =>
      shared.map((likes) => {
        const own = likes + normal();
        return { sum: Array.from({ length: edits }, () => score(level, own)).reduce((total, value) => total + value, 0), count: edits };
      }),
    );
  };
}

test.each([[5, 8], [10, 4], [20, 2]])('means and paired differences of %i pictures and %i edits: 95 % intervals cover the truth in 93 to 97 % of 2,000 studies', (pictures, edits) => {
  const draw = rater(5 + pictures);
  let [means, differences] = [0, 0];
  for (let study = 0; study < studies; study++) {
    // Level 3 is the middle of the scale: what is cut off above and below is the same, so the truth is 3, and 0 between two of them.
    const clusters = draw([3, 3], pictures, edits);
    const average = clusters.map((own) => own.reduce((total, { sum }) => total + sum, 0) / (pictures * edits));
    const [first, second] = resampledMeans(clusters, 400, study);
    const mean = clusterInterval(average[0]!, first!, pictures)!;
    if (mean.low <= 3 && 3 <= mean.high) means++;
    const between = clusterInterval(average[0]! - average[1]!, difference(first!, second!), pictures)!;
    if (between.low <= 0 && 0 <= between.high) differences++;
  }
  for (const covered of [means, differences]) {
    expect(covered / studies).toBeGreaterThan(0.93);
    expect(covered / studies).toBeLessThan(0.97);
  }
});

test.each([[40, 0.7], [40, 0.5], [100, 0.85]])('shares of %i outputs, of which %f are kept: Wilson covers the truth in 93 to 97 % of 2,000 studies', (n, share) => {
  const random = seededRandom(n);
  let covered = 0;
  for (let study = 0; study < studies; study++) {
    let kept = 0;
    for (let output = 0; output < n; output++) if (random() < share) kept++;
    const { low, high } = wilsonInterval(kept, n)!;
    if (low <= share && share <= high) covered++;
  }
  expect(covered / studies).toBeGreaterThan(0.93);
  expect(covered / studies).toBeLessThan(0.97);
});

test('the order of the simulation is recovered: clear leaders lead, equals stay tied', () => {
  const draw = rater(17);
  let [leads, told, wrong] = [0, 0, 0];
  for (let study = 0; study < 300; study++) {
    const clusters = draw([4.2, 3, 3, 1.8], 10, 4);
    const means = clusters.map((own) => own.reduce((total, { sum }) => total + sum, 0) / 40);
    const ranks = rankModels(['best', 'one', 'other', 'worst'], means, resampledMeans(clusters, 400, study), 10);
    const best = ranks.get('best')!;
    if (best.high === 1) leads++;
    if (!ranks.get('one')!.tiedWith.includes('other')) told++;
    if (ranks.get('worst')!.low < ranks.get('best')!.low) wrong++;
  }
  expect(leads / 300).toBeGreaterThan(0.75);
  expect(told / 300).toBeLessThan(0.1);
  expect(wrong).toBe(0);
});

test.each([[5, 32, 0], [5, 32, 0.4], [20, 8, 0.5]])('rank correlations of %i pictures and %i outputs each at %f: 95 % intervals cover the truth in 93 to 97 % of 2,000 studies', (pictures, outputs, slope) => {
  const random = seededRandom(3 + pictures);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const pair = () => {
    const first = normal();
    return [first, slope * first + Math.sqrt(1 - slope * slope) * normal()] as const;
  };
  // A measure and a score from 1 to 5, both of which a picture moves.
  const study = (count: number, each: number) =>
    Array.from({ length: count }, (_, picture) => {
      const [likes, looks] = pair();
      return Array.from({ length: each }, () => {
        const [measure, score] = pair();
        return { first: 0.55 * likes + 0.84 * measure, second: Math.min(5, Math.max(1, Math.round(3 + 0.55 * looks + 0.84 * score))), cluster: String(picture) };
      });
    }).flat();
  const truth = rankCorrelation(study(20_000, 5))!.value;
  let covered = 0;
  for (let index = 0; index < studies; index++) {
    const { low, high } = rankCorrelation(study(pictures, outputs))!.interval!;
    if (low <= truth && truth <= high) covered++;
  }
  expect(covered / studies).toBeGreaterThan(0.93);
  expect(covered / studies).toBeLessThan(0.97);
});

test.each([[5, 0], [10, 0.2], [30, 0.2]])('strengths from %i votes on each pair and side, with ties and a bias of %f: 95 % intervals cover the truth in 93 to 97 % of 2,000 studies', (votes, bias) => {
  const random = seededRandom(11 + votes);
  const truth = [0.8, 0.2, -0.2, -0.8];
  const models = truth.map((_, index) => `m${index}`);
  const asked = models.flatMap((left, i) => models.flatMap((right, j) => (i === j ? [] : [{ left, right, i, j }])));
  let covered = 0;
  for (let study = 0; study < studies; study++) {
    const given = asked.map(({ left, right, i, j }) => {
      const [wins, loses] = [Math.exp(truth[i]! + bias), Math.exp(truth[j]!)];
      const all = wins + loses + 0.6 * Math.sqrt(wins * loses);
      const draws = Array.from({ length: votes }, () => random() * all);
      const leftWins = draws.filter((draw) => draw < wins).length;
      const rightWins = draws.filter((draw) => draw >= wins && draw < wins + loses).length;
      return { left, right, leftWins, rightWins, ties: votes - leftWins - rightWins };
    });
    const { difference: found, standardError } = bradleyTerry(models, given).compare('m0', 'm1');
    if (Math.abs(found - 0.6) <= 1.959964 * standardError) covered++;
  }
  expect(covered / studies).toBeGreaterThan(0.93);
  expect(covered / studies).toBeLessThan(0.97);
});

test.each([[5, 8], [10, 4]])('ranks of %i pictures and %i edits: intervals hold the true rank in at least 95 % of 1,000 studies, and a first place that is nine tenths sure is right as often', (pictures, edits) => {
  const draw = rater(29 + pictures);
  const ids = ['a', 'b', 'c', 'd'];
  let [held, sure, right] = [0, 0, 0];
  for (let study = 0; study < 1000; study++) {
    const clusters = draw([3.6, 3.2, 2.8, 2.2], pictures, edits);
    const ranks = rankModels(ids, clusters.map((own) => own.reduce((total, { sum }) => total + sum, 0) / (pictures * edits)), resampledMeans(clusters, 400, study), pictures);
    ids.forEach((id, index) => {
      const { low, high, probabilityBest = 0 } = ranks.get(id)!;
      if (low <= index + 1 && index + 1 <= high) held++;
      if (probabilityBest < 0.9) return;
      sure++;
      if (index === 0) right++;
    });
  }
  expect(held / 4000).toBeGreaterThan(0.95);
  expect(right / sure).toBeGreaterThan(0.9);
});
