import { normalProbability } from './bradleyTerry';
import { seededRandom } from './random';

/**
 * Two-sided p of a paired difference by flipping the signs of whole clusters (Fisher 1935, The Design of Experiments,
 * 21; Good 2005): how often chance alone would give a difference as large. All flips up to 14 clusters, a seeded
 * sample of 4,096 up to 100; beyond that the flipped sum is as good as normal. Five pictures cannot give less than 1/16.
 * @param sums difference of each source picture, summed over its cells
 */
export function signFlipProbability(sums: readonly number[], seed = 1): number {
  if (sums.length === 0) return 1;
  const observed = Math.abs(sums.reduce((total, sum) => total + sum, 0));
  if (sums.length > 100) return normalTails(observed / Math.sqrt(sums.reduce((total, sum) => total + sum * sum, 0)));
  const exact = sums.length <= 14;
  const flips = exact ? 2 ** sums.length : 4096;
  const random = seededRandom(seed);
  let asLarge = 0;
  for (let flip = 0; flip < flips; flip++) {
    let total = 0;
    sums.forEach((sum, index) => (total += (exact ? (flip >> index) & 1 : random() < 0.5) ? sum : -sum));
    // Equal sums differ in their last bits by the order of adding.
    if (Math.abs(total) >= observed * (1 - 1e-12)) asLarge++;
  }
  return exact ? asLarge / flips : (asLarge + 1) / (flips + 1);
}

function normalTails(z: number): number {
  return Number.isNaN(z) ? 1 : 2 * (1 - normalProbability(z));
}
