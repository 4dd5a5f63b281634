import { percentileInterval } from './statistics';

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
 * Rank intervals from paired differences over the resamples: a model ranks behind those that are better than it beyond
 * doubt, and before those that are worse beyond doubt. Without resamples all are tied.
 */
export function rankModels(ids: readonly string[], means: readonly number[], resampled: readonly Float64Array[]): ReadonlyMap<string, ModelRank> {
  const compared = ids.map((id, index) => ({ id, mean: means[index] ?? Number.NaN, draws: resampled[index] })).filter(({ mean }) => !Number.isNaN(mean));
  const ranks = new Map<string, ModelRank>();
  for (const model of compared) {
    let better = 0;
    let worse = 0;
    const tiedWith: string[] = [];
    for (const other of compared) {
      if (other === model) continue;
      const order = model.draws && other.draws ? sign(difference(other.draws, model.draws)) : 0;
      if (order > 0) better++;
      else if (order < 0) worse++;
      else tiedWith.push(other.id);
    }
    const probabilityBest = model.draws && firstShare(model.draws, compared.flatMap(({ draws }) => (draws ? [draws] : [])));
    ranks.set(model.id, { low: better + 1, high: compared.length - worse, tiedWith, ...(probabilityBest !== undefined && { probabilityBest }) });
  }
  return ranks;
}

function difference(left: Float64Array, right: Float64Array): Float64Array {
  return left.map((value, index) => value - (right[index] ?? Number.NaN));
}

function sign(differences: Float64Array): number {
  const interval = percentileInterval(differences);
  if (!interval) return 0;
  return interval.low > 0 ? 1 : interval.high < 0 ? -1 : 0;
}

/** Equal firsts share the place, so that the probabilities of all models add up to 1. */
function firstShare(own: Float64Array, all: readonly Float64Array[]): number {
  let share = 0;
  own.forEach((value, resample) => {
    const values = all.map((draws) => draws[resample] ?? Number.NaN);
    if (value === Math.max(...values)) share += 1 / values.filter((other) => other === value).length;
  });
  return share / own.length;
}
