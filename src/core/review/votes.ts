import type { Generation } from '../evaluation/generation';
import type { VoteRecord } from './records';
import { cellKey, shuffled } from './session';
import { bradleyTerry, type PairVotes, type PairwiseStrengths } from './statistics/bradleyTerry';

/** What a person chose between two outputs of one cell, by the models that made them. */
export interface Vote {
  readonly cell: string;
  readonly left: string;
  readonly right: string;
  readonly outcome: 'left' | 'right' | 'tie';
}

/** What all votes together say of the models. */
export interface VoteSummary {
  readonly n: number;
  readonly strengths: PairwiseStrengths;
  readonly pairs: readonly VotedPair[];
}

export interface VotedPair {
  readonly first: string;
  readonly second: string;
  readonly firstWins: number;
  readonly secondWins: number;
  readonly ties: number;
  /** That the first is the stronger one, over all votes. */
  readonly probability: number;
}

/** The newest vote of each rater on each pair, on outputs that are as they were. Both bad counts as a tie. */
export function votesOf(records: readonly VoteRecord[], generations: readonly Generation[]): readonly Vote[] {
  const byId = new Map(generations.map((generation) => [generation.id, generation]));
  const newest = new Map<string, Vote | undefined>();
  for (const { rater, left, right, choice } of records) {
    const [one, other] = [byId.get(left.generationId), byId.get(right.generationId)];
    if (!one || !other || one.output.sha256 !== left.outputSha256 || other.output.sha256 !== right.outputSha256) continue;
    const key = JSON.stringify([rater, ...[left.generationId, right.generationId].sort()]);
    newest.set(key, choice === null ? undefined : { cell: cellKey(one), left: one.modelId, right: other.modelId, outcome: choice === 'bothBad' ? 'tie' : choice });
  }
  return [...newest.values()].filter((vote) => vote !== undefined);
}

export function summarizeVotes(votes: readonly Vote[], modelIds: readonly string[]): VoteSummary | undefined {
  const voted = modelIds.filter((id) => votes.some(({ left, right }) => left === id || right === id));
  if (voted.length < 2) return undefined;
  const counted = new Map<string, { -readonly [Key in keyof PairVotes]: PairVotes[Key] }>();
  for (const { left, right, outcome } of votes) {
    const key = JSON.stringify([left, right]);
    const pair = counted.get(key) ?? { left, right, leftWins: 0, rightWins: 0, ties: 0 };
    if (outcome === 'tie') pair.ties++;
    else pair[`${outcome}Wins`]++;
    counted.set(key, pair);
  }
  const strengths = bradleyTerry(voted, [...counted.values()]);
  const pairs = voted.flatMap((first, index) =>
    voted.slice(index + 1).flatMap((second): readonly VotedPair[] => {
      const own = votes.filter(({ left, right }) => (left === first && right === second) || (left === second && right === first));
      const wins = (id: string): number => own.filter(({ left, right, outcome }) => (outcome === 'left' && left === id) || (outcome === 'right' && right === id)).length;
      const [firstWins, secondWins] = [wins(first), wins(second)];
      return own.length === 0 ? [] : [{ first, second, firstWins, secondWins, ties: own.length - firstWins - secondWins, probability: strengths.compare(first, second).probability }];
    }),
  );
  return { n: votes.length, strengths, pairs };
}

/** Two outputs to choose between; which stands on the left follows from the seed. */
export interface Question {
  readonly cell: string;
  readonly left: string;
  readonly right: string;
}

/** Votes stop when the order of a pair is this sure, */
export const sureEnough = 0.9;
/** or when this many were given in a session. */
export const mostVotes = 60;

/**
 * The most informative question that is left (as Chernoff 1959 chooses experiments): of the undecided pairs the one whose
 * difference in strength is least certain, in a cell where it was not asked yet. Each pair is asked as often with one model
 * on the left as with the other. `undefined` when every pair is sure enough, or out of cells or votes.
 * @param undecided pairs of models that the ratings do not tell apart
 * @param cells by key, the models that have an output there
 */
export function nextQuestion(undecided: readonly (readonly [string, string])[], cells: ReadonlyMap<string, readonly string[]>, votes: readonly Vote[], seed: string): Question | undefined {
  if (votes.length >= mostVotes) return undefined;
  const models = [...new Set(undecided.flat())];
  const strengths = summarizeVotes(votes, models)?.strengths ?? bradleyTerry(models, []);
  const open = undecided
    .map(([first, second]) => ({ first, second, ...strengths.compare(first, second) }))
    .filter(({ probability }) => Math.max(probability, 1 - probability) < sureEnough)
    .sort((left, right) => right.standardError - left.standardError || left.first.localeCompare(right.first));
  for (const { first, second } of open) {
    const asked = votes.filter(({ left, right }) => [left, right].includes(first) && [left, right].includes(second));
    const free = [...cells].filter(([key, present]) => present.includes(first) && present.includes(second) && !asked.some(({ cell }) => cell === key)).map(([key]) => key);
    const [cell] = shuffled(free, (key) => key, `${seed}/votes/${first}/${second}`);
    if (cell === undefined) continue;
    const [left, right] = shuffled([first, second], (id) => id, `${seed}/side/${first}/${second}/${Math.floor(asked.length / 2)}`);
    const swapped = asked.length % 2 === 1;
    return { cell, left: (swapped ? right : left) ?? first, right: (swapped ? left : right) ?? second };
  }
  return undefined;
}
