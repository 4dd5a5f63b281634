export interface Interval {
  readonly low: number;
  readonly high: number;
}

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

/** Sum and count of one model's scores on one source picture. */
export interface ClusterSum {
  readonly sum: number;
  readonly count: number;
}

/**
 * Cluster bootstrap (Field and Welsh 2007): draws whole source pictures with replacement, because edits of one picture
 * resemble each other. Every model sees the same draws, so that differences between models are paired.
 * @param models for each model its clusters, all in the same order of pictures
 * @returns for each model the mean in each resample
 */
export function resampledMeans(models: readonly (readonly ClusterSum[])[], resamples: number, seed: number): readonly Float64Array[] {
  const clusters = models[0]?.length ?? 0;
  const random = seededRandom(seed);
  const means = models.map(() => new Float64Array(resamples));
  const sums = new Float64Array(models.length);
  const counts = new Float64Array(models.length);
  for (let resample = 0; resample < resamples; resample++) {
    sums.fill(0);
    counts.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const drawn = Math.floor(random() * clusters);
      models.forEach((model, index) => {
        const cluster = model[drawn];
        sums[index] = (sums[index] ?? 0) + (cluster?.sum ?? 0);
        counts[index] = (counts[index] ?? 0) + (cluster?.count ?? 0);
      });
    }
    means.forEach((mean, index) => (mean[resample] = (sums[index] ?? 0) / (counts[index] ?? 0)));
  }
  return means;
}

/** Percentile interval; resamples that drew no data (NaN) are left out. */
export function percentileInterval(values: Float64Array, level = 0.95): Interval | undefined {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  if (sorted.length === 0) return undefined;
  const tail = (1 - level) / 2;
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) };
}

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
  return quantile([...values].sort((left, right) => left - right), 0.5);
}

/** Mulberry32 (Tommy Ettinger, public domain): numbers in [0, 1) that are the same for the same seed everywhere. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
