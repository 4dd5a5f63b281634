import type { Criterion } from '../evaluation/evaluation';
import { measureNames, type PairMeasures } from '../images/comparison/measurePair';
import type { JudgedOutput } from './judgedOutput';
import { rankCorrelation, type RankCorrelation } from './statistics/rankCorrelation';

/** How one measure goes with what people said, criterion by criterion. */
export interface MeasureCorrelation {
  readonly measure: keyof PairMeasures;
  readonly name: string;
  /** By criterion id; absent under five outputs, or where nothing varies. */
  readonly with: Readonly<Record<string, RankCorrelation & { readonly says: boolean }>>;
}

/** A camera edit moves every pixel, so that these say nothing about it. */
const needAlignment: ReadonlySet<string> = new Set<keyof PairMeasures>(['ssim', 'psnr', 'changedShare', 'edgeAgreement', 'colourDifference', 'hashDistance', 'lightTurn']);
/** Facts about the source alone. */
const ofSource: ReadonlySet<string> = new Set<keyof PairMeasures>(['sourceNoise', 'sourceClipped']);

/**
 * Spearman's correlation of each measure with each criterion over the judged outputs. `says` where the 95 % interval
 * leaves out 0; all others are to be greyed. Whole-picture measures explain little of what people see: they are hints.
 */
export function measureCorrelations(outputs: readonly JudgedOutput[], measures: ReadonlyMap<string, PairMeasures>, criteria: readonly Criterion[]): readonly MeasureCorrelation[] {
  const names = (Object.keys(measureNames) as (keyof PairMeasures)[]).filter((name) => !ofSource.has(name));
  return names.flatMap((measure) => {
    const usable = outputs.filter(({ generation }) => generation.edit.kind !== 'angle' || !needAlignment.has(measure));
    const found = criteria.flatMap(({ id }) => {
      const pairs = usable.flatMap(({ generation, answers }): readonly (readonly [number, number])[] => {
        const [value, answer] = [measures.get(generation.id)?.[measure], answers[id]];
        return value === undefined || answer === undefined ? [] : [[value, answer]];
      });
      const correlation = rankCorrelation(pairs);
      return correlation ? [[id, { ...correlation, says: correlation.interval.low > 0 || correlation.interval.high < 0 }] as const] : [];
    });
    return found.length === 0 ? [] : [{ measure, name: measureNames[measure], with: Object.fromEntries(found) }];
  });
}
