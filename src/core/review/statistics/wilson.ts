import { verdictAtLeast, type Interval } from './interval';

/**
 * Wilson's score interval of a share (Wilson 1927, JASA 22:209; Agresti and Coull 1998). 28 of 40 gives 0.546 to 0.819.
 * @param z 1.959964 for 95 %
 */
export function wilsonInterval(successes: number, n: number, z = 1.959964): Interval | undefined {
  if (n === 0) return undefined;
  const share = successes / n;
  const middle = share + (z * z) / (2 * n);
  const half = z * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  const scale = 1 + (z * z) / n;
  return { low: successes === 0 ? 0 : (middle - half) / scale, high: successes === n ? 1 : (middle + half) / scale };
}

/**
 * How many outputs it takes until the interval of the same share lies on one side of the limit.
 * @param most where to stop looking
 */
export function outputsUntilDecided(share: number, limit: number, from: number, most = 2000): number | undefined {
  for (let n = Math.max(1, from); n <= most; n++) {
    const interval = wilsonInterval(share * n, n);
    if (interval && verdictAtLeast(interval, limit) !== 'notProven') return n;
  }
  return undefined;
}
