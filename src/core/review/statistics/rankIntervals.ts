import { clusterInterval } from './clusterBootstrap';

/** Where a model stands. A single number only where every other model is told apart from it. */
export interface ModelRank {
  readonly low: number;
  readonly high: number;
  /** Models whose difference to this one has a 95 % interval that contains 0. */
  readonly tiedWith: readonly string[];
  /** Share of the resamples in which this model came first; absent where nothing could be resampled. */
  readonly probabilityBest?: number;
}

/**
 * Rank intervals from paired differences over the resamples (as Chiang et al. 2024, arXiv 2403.04132, rank by intervals):
 * a model ranks behind those that are better than it beyond doubt, and before those that are worse beyond doubt.
 * Without resamples all are tied.
 * @param clusters number of source pictures behind the resamples
 */
export function rankModels(ids: readonly string[], means: readonly number[], resampled: readonly Float64Array[], clusters: number): ReadonlyMap<string, ModelRank> {
  const compared = ids.map((id, index) => ({ id, mean: means[index] ?? Number.NaN, draws: resampled[index] })).filter(({ mean }) => !Number.isNaN(mean));
  const first = firstShares(compared.flatMap(({ draws }) => (draws ? [draws] : [])));
  const ranks = new Map<string, ModelRank>();
  for (const [index, model] of compared.entries()) {
    let better = 0;
    let worse = 0;
    const tiedWith: string[] = [];
    for (const other of compared) {
      if (other === model) continue;
      const order = model.draws && other.draws ? sign(other.mean - model.mean, difference(other.draws, model.draws), clusters) : 0;
      if (order > 0) better++;
      else if (order < 0) worse++;
      else tiedWith.push(other.id);
    }
    const probabilityBest = model.draws && first[index];
    ranks.set(model.id, { low: better + 1, high: compared.length - worse, tiedWith, ...(probabilityBest !== undefined && { probabilityBest }) });
  }
  return ranks;
}

export function difference(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] ?? Number.NaN));
}

function sign(mean: number, differences: Float64Array, clusters: number): number {
  const interval = clusterInterval(mean, differences, clusters);
  if (!interval) return 0;
  return interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0;
}

/** How often each came first. Equal firsts share the place, so that the shares add up to 1. */
function firstShares(all: readonly Float64Array[]): readonly number[] {
  const resamples = all[0]?.length ?? 0;
  const shares = all.map(() => 0);
  for (let resample = 0; resample < resamples; resample++) {
    const values = all.map((draws) => draws[resample] ?? Number.NaN);
    const top = Math.max(...values);
    const firsts = values.flatMap((value, index) => (value === top ? [index] : []));
    for (const index of firsts) shares[index] = (shares[index] ?? 0) + 1 / firsts.length / resamples;
  }
  return shares;
}
