import { inverse } from './positiveDefinite';

/** Votes on one pair of models, by the side on which each stood. */
export interface PairVotes {
  readonly left: string;
  readonly right: string;
  readonly leftWins: number;
  readonly rightWins: number;
  readonly ties: number;
}

export interface PairwiseStrengths {
  /** Log-strength of each model; they add up to 0. */
  readonly strengths: ReadonlyMap<string, number>;
  /** How much more ties there are than none: 0 is no ties, 1 a third of the votes between equals. */
  readonly tieRate: number;
  /** Log-odds by which the left picture is preferred for being on the left. */
  readonly leftBias: number;
  /** Difference of two log-strengths, its standard error, and the probability that the first is the stronger one. */
  compare(first: string, second: string): { readonly difference: number; readonly standardError: number; readonly probability: number };
}

/**
 * Bradley-Terry with ties after Davidson (1970, JASA 65:317), with Davidson and Beaver's (1977, Biometrics 33:693) term
 * for the side, by maximum likelihood in one batch: unlike Elo's figures it does not depend on the order of the votes.
 * Written as a multinomial logit of three outcomes, whose likelihood is concave, and solved by Newton's method.
 * @param spread standard deviation of a normal prior on each log-strength; keeps a model that won every vote finite
 */
export function bradleyTerry(models: readonly string[], votes: readonly PairVotes[], spread = 1.5): PairwiseStrengths {
  const design = designOf(models, votes);
  let parameters: readonly number[] = design.penalties.map(() => 0);
  let covariance: readonly (readonly number[])[] = [];
  const ridge = design.penalties.map((isStrength) => (isStrength ? 1 / (spread * spread) : weak));
  for (let step = 0; step < 100; step++) {
    const { gradient, information } = slopes(design, parameters, ridge);
    covariance = inverse(information);
    const move = covariance.map((row) => row.reduce((sum, value, index) => sum + value * (gradient[index] ?? 0), 0));
    const length = Math.max(...move.map(Math.abs), 0);
    const damped = length > 2 ? 2 / length : 1;
    parameters = parameters.map((value, index) => value + damped * (move[index] ?? 0));
    if (length < 1e-11) break;
  }
  const mean = models.reduce((sum, _, index) => sum + (parameters[index] ?? 0), 0) / Math.max(1, models.length);
  const [tie, side] = [design.tie, design.side];
  return {
    strengths: new Map(models.map((model, index) => [model, (parameters[index] ?? 0) - mean])),
    tieRate: tie === undefined ? 0 : Math.exp(parameters[tie] ?? 0),
    leftBias: side === undefined ? 0 : (parameters[side] ?? 0),
    compare(first, second) {
      const [i, j] = [models.indexOf(first), models.indexOf(second)];
      const difference = (parameters[i] ?? 0) - (parameters[j] ?? 0);
      const variance = (covariance[i]?.[i] ?? 0) + (covariance[j]?.[j] ?? 0) - 2 * (covariance[i]?.[j] ?? 0);
      const standardError = Math.sqrt(Math.max(0, variance));
      return { difference, standardError, probability: standardError === 0 ? 0.5 : normalProbability(difference / standardError) };
    },
  };
}

/** Standard normal distribution function (Abramowitz and Stegun 26.2.17, error under 7.5e-8). */
export function normalProbability(z: number): number {
  const t = 1 / (1 + 0.2316419 * Math.abs(z));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return z >= 0 ? 1 - tail : tail;
}

/** Only enough to keep a term finite that the votes say nothing about. */
const weak = 1e-6;

interface Row {
  readonly count: number;
  /** Of each outcome, the parameters that its log-weight adds up, and how often. */
  readonly terms: readonly (readonly (readonly [parameter: number, factor: number])[])[];
  readonly outcomes: readonly number[];
}

interface Design {
  readonly rows: readonly Row[];
  /** Whether each parameter is a strength. */
  readonly penalties: readonly boolean[];
  readonly tie: number | undefined;
  readonly side: number | undefined;
}

/** Outcomes that never came are left out: without ties this is Bradley and Terry's own model (1952). */
function designOf(models: readonly string[], votes: readonly PairVotes[]): Design {
  const place = new Map(models.map((model, index) => [model, index]));
  const withTies = votes.some(({ ties }) => ties > 0);
  const sides = new Set(votes.map(({ left, right }) => JSON.stringify([left, right])));
  const withSide = votes.some(({ left, right }) => sides.has(JSON.stringify([right, left])));
  const tie = withTies ? models.length : undefined;
  const side = withSide ? models.length + (withTies ? 1 : 0) : undefined;
  const rows = votes.flatMap(({ left, right, leftWins, rightWins, ties }): readonly Row[] => {
    const [i, j] = [place.get(left), place.get(right)];
    if (i === undefined || j === undefined) return [];
    const leftTerms = side === undefined ? [[i, 1] as const] : [[i, 1] as const, [side, 1] as const];
    const tieTerms = tie === undefined ? [] : [[[i, 0.5] as const, [j, 0.5] as const, [tie, 1] as const, ...(side === undefined ? [] : [[side, 0.5] as const])]];
    return [{ count: leftWins + rightWins + ties, terms: [leftTerms, [[j, 1] as const], ...tieTerms], outcomes: [leftWins, rightWins, ...(tie === undefined ? [] : [ties])] }];
  });
  return { rows, penalties: [...models.map(() => true), ...(withTies ? [false] : []), ...(withSide ? [false] : [])], tie, side };
}

/** First derivative of the penalised log-likelihood, and its negative second one. */
function slopes({ rows }: Design, parameters: readonly number[], ridge: readonly number[]): { readonly gradient: readonly number[]; readonly information: readonly (readonly number[])[] } {
  const gradient = parameters.map((value, index) => -(ridge[index] ?? 0) * value);
  const information = parameters.map((_, row) => parameters.map((_value, column) => (row === column ? (ridge[row] ?? 0) : 0)));
  for (const { count, terms, outcomes } of rows) {
    const weights = terms.map((sum) => Math.exp(sum.reduce((total, [parameter, factor]) => total + factor * (parameters[parameter] ?? 0), 0)));
    const all = weights.reduce((sum, weight) => sum + weight, 0);
    const used = [...new Set(terms.flat().map(([parameter]) => parameter))];
    const vectors = terms.map((sum) => used.map((parameter) => sum.reduce((total, [own, factor]) => total + (own === parameter ? factor : 0), 0)));
    const expected = used.map((_, index) => vectors.reduce((sum, vector, outcome) => sum + ((weights[outcome] ?? 0) / all) * (vector[index] ?? 0), 0));
    used.forEach((row, a) => {
      const observed = vectors.reduce((sum, vector, outcome) => sum + (outcomes[outcome] ?? 0) * (vector[a] ?? 0), 0);
      gradient[row] = (gradient[row] ?? 0) + observed - count * (expected[a] ?? 0);
      used.forEach((column, b) => {
        const product = vectors.reduce((sum, vector, outcome) => sum + ((weights[outcome] ?? 0) / all) * (vector[a] ?? 0) * (vector[b] ?? 0), 0);
        const line = information[row];
        if (line) line[column] = (line[column] ?? 0) + count * (product - (expected[a] ?? 0) * (expected[b] ?? 0));
      });
    });
  }
  return { gradient, information };
}
