import type { Criterion } from '../evaluation/evaluation';
import type { CurrentRating } from './currentRating';
import { krippendorffAlpha } from './statistics/krippendorffAlpha';
import { weightedKappa } from './statistics/weightedKappa';

/** How far a rater agrees with the same rater, on outputs that came twice. */
export interface SelfAgreement {
  readonly criterionId: string;
  readonly n: number;
  /** Quadratic weights; absent where the answers do not vary. */
  readonly kappa?: number;
  /** Mean absolute difference, in points of the scale. */
  readonly meanDifference: number;
}

/** How far several raters agree. */
export interface RaterAgreement {
  readonly criterionId: string;
  /** Outputs that at least two of them answered. */
  readonly n: number;
  readonly alpha: number;
}

export function selfAgreement(current: readonly CurrentRating[], repeats: readonly CurrentRating[], criteria: readonly Criterion[]): readonly SelfAgreement[] {
  const first = new Map(current.map((rating) => [keyOf(rating), rating]));
  return criteria.flatMap(({ id }) => {
    const pairs = repeats.flatMap((repeat): readonly (readonly [number, number])[] => {
      const [before, after] = [first.get(keyOf(repeat))?.answers[id], repeat.answers[id]];
      return before === undefined || after === undefined ? [] : [[Number(before), Number(after)]];
    });
    if (pairs.length === 0) return [];
    const kappa = weightedKappa(pairs);
    return [{ criterionId: id, n: pairs.length, ...(kappa !== undefined && { kappa }), meanDifference: pairs.reduce((sum, [before, after]) => sum + Math.abs(before - after), 0) / pairs.length }];
  });
}

/** Ordinal alpha of each criterion that more than one rater answered. */
export function raterAgreement(current: readonly CurrentRating[], criteria: readonly Criterion[]): readonly RaterAgreement[] {
  return criteria.flatMap(({ id }) => {
    const units = new Map<string, number[]>();
    for (const { generationId, answers } of current) {
      if (answers[id] === undefined) continue;
      const unit = units.get(generationId);
      if (unit) unit.push(Number(answers[id]));
      else units.set(generationId, [Number(answers[id])]);
    }
    const shared = [...units.values()].filter((answers) => answers.length >= 2);
    const alpha = krippendorffAlpha(shared, 'ordinal');
    return alpha === undefined ? [] : [{ criterionId: id, n: shared.length, alpha }];
  });
}

export interface AnchorResult {
  readonly met: number;
  readonly n: number;
}

/**
 * Of the hidden anchors, how many were scored as they should be: the untouched source keeps the person (first scale at
 * three quarters or more) and did no edit (no scale `edit` over the middle); the degraded output has a scale at the
 * middle or lower. Only those that were answered count.
 */
export function anchorResult(anchors: readonly CurrentRating[], criteria: readonly Criterion[]): AnchorResult {
  const scales = criteria.flatMap((criterion) => (criterion.kind === 'scale' ? [criterion] : []));
  const answered = anchors.filter(({ answers }) => scales.length > 0 && scales.every(({ id }) => answers[id] !== undefined));
  const met = answered.filter(({ anchor, answers }) => {
    const heights = scales.map(({ id, minimum, maximum }) => ({ id, height: (Number(answers[id]) - minimum) / (maximum - minimum) }));
    if (anchor === 'degraded') return heights.some(({ height }) => height <= 0.5);
    return (heights[0]?.height ?? 0) >= 0.75 && heights.every(({ id, height }) => id !== 'edit' || height <= 0.5);
  });
  return { met: met.length, n: answered.length };
}

function keyOf({ rater, generationId }: CurrentRating): string {
  return `${rater}\0${generationId}`;
}
