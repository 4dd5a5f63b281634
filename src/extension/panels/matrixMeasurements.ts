import { offerText, type NetworkGaps } from '../../core/hub/measureNetworks';
import type { OutputMeasures } from '../../core/images/comparison/measureCache';
import { inPanel } from '../../core/review/charts/chart';
import { identityChart } from '../../core/review/charts/identityChart';
import { judgeOutputs } from '../../core/review/judgedOutput';
import { largestYaw, measureCorrelations } from '../../core/review/measureCorrelation';
import type { Study } from '../../core/review/study';
import type { MatrixState } from '../../webviews/matrix/contract';
import type { MatrixNames } from './matrixNames';

export interface MeasurementsContext {
  readonly rater: string;
  readonly names: MatrixNames;
  readonly gaps: NetworkGaps;
  readonly measuring: { readonly done: number; readonly of: number } | undefined;
}

/** Measurements against this person's own ratings; what says nothing is greyed by the panel. */
export function measurementsView(study: Study, measures: ReadonlyMap<string, OutputMeasures>, { rater, names, gaps, measuring }: MeasurementsContext): MatrixState['measurements'] {
  const { evaluation: { criteria }, shown, ratings } = study;
  const own = ratings.current.filter((rating) => rating.rater === rater);
  const generations = shown.map(({ generation }) => generation);
  // Another person's window shows what all raters said.
  const outputs = own.length > 0 && own.length < ratings.current.length ? judgeOutputs(generations, own, criteria) : study.outputs;
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  const identity = identityChart(inPanel, generations.flatMap(({ id, modelId }) => {
    const { identity: likeness, yaw } = measures.get(id) ?? {};
    return likeness === undefined || yaw === undefined ? [] : [{ key: names.letter(modelId), label: names.letter(modelId), identity: likeness, yaw }];
  }), largestYaw);
  return {
    criteria: criteria.map(({ label }) => label),
    rows: measureCorrelations(outputs, measures, criteria).map(({ name, within, with: found }) => ({
      name, within,
      cells: criteria.map(({ id }) => {
        const known = found[id];
        return known && { text: signed(known.value), interval: known.interval ? `${signed(known.interval.low)} to ${signed(known.interval.high)}` : '', n: known.n, says: known.says };
      }),
    })),
    missing: [...gaps.offered.map(offerText), ...gaps.others],
    offered: gaps.offered.length > 0,
    ...(measuring && { progress: `${measuring.done} of ${measuring.of} measured` }),
    ...(identity && { identity }),
  };
}
