import type { Criterion, Evaluation } from '../evaluation/evaluation';
import { overallScore, sharedScores, type SharedScores } from './estimates';
import type { JudgedOutput } from './judgedOutput';

/** Whether the order at the top hangs on one weight, one picture, or on ratings that someone doubted. */
export interface Sensitivity {
  /** The best two, or the one there is. */
  readonly top: readonly string[];
  readonly checks: readonly SensitivityCheck[];
}

export interface SensitivityCheck {
  readonly kind: 'weight' | 'picture' | 'doubted';
  /** "identity × 0.5", "mira-03.png", "flagged", "unblinded" */
  readonly what: string;
  readonly first: string;
  readonly keepsFirst: boolean;
  /** The same two lead, in whatever order. */
  readonly keepsTop: boolean;
}

/**
 * Changes each weight by half, leaves out each source picture (the jackknife of Quenouille 1949, as a question), and
 * leaves out the outputs that were flagged or rated after the reveal.
 * @param doubted outputs without ratings of the given kind of doubt; absent where there was none
 */
export function sensitivity({ criteria }: Evaluation, outputs: readonly JudgedOutput[], modelIds: readonly string[], doubted: Readonly<Record<string, readonly JudgedOutput[]>> = {}): Sensitivity | undefined {
  const weighted = criteria.filter(({ weight }) => weight > 0);
  const scored = (from: readonly JudgedOutput[], by: readonly Criterion[]): SharedScores => sharedScores(from, modelIds, (output) => overallScore(output, by));
  const whole = scored(outputs, weighted);
  const top = leaders(whole.means, modelIds);
  if (top.length === 0) return undefined;
  const check = (kind: SensitivityCheck['kind'], what: string, means: readonly number[]): readonly SensitivityCheck[] => {
    const now = leaders(means, modelIds);
    return now[0] === undefined ? [] : [{ kind, what, first: now[0], keepsFirst: now[0] === top[0], keepsTop: now.every((id) => top.includes(id)) }];
  };
  return {
    top,
    checks: [
      ...(weighted.length < 2 ? [] : weighted.flatMap(({ id }) => [0.5, 1.5].flatMap((factor) => check('weight', `${id} × ${factor}`, scored(outputs, reweighted(weighted, id, factor)).means)))),
      ...(whole.pictures.length < 2 ? [] : whole.pictures.flatMap((picture, left) => check('picture', picture, meansWithout(whole, left)))),
      ...Object.entries(doubted).flatMap(([what, without]) => check('doubted', what, scored(without, weighted).means)),
    ],
  };
}

/** By taking one picture's sums from the totals: a pass over all pictures for each would be slow where there are thousands. */
function meansWithout({ clusters, totals }: SharedScores, left: number): readonly number[] {
  return totals.map(({ sum, count }, model) => (sum - (clusters[model]?.[left]?.sum ?? 0)) / (count - (clusters[model]?.[left]?.count ?? 0)));
}

function reweighted(criteria: readonly Criterion[], id: string, factor: number): readonly Criterion[] {
  return criteria.map((criterion) => (criterion.id === id ? { ...criterion, weight: criterion.weight * factor } : criterion));
}

/** The two with the highest means; equal ones in the order of the evaluation. */
function leaders(means: readonly number[], modelIds: readonly string[]): readonly string[] {
  const order = modelIds.map((id, index) => ({ id, mean: means[index] ?? Number.NaN })).filter(({ mean }) => !Number.isNaN(mean));
  return order.sort((left, right) => right.mean - left.mean).slice(0, 2).map(({ id }) => id);
}
