import type { Evaluation } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import { anchorResult, raterAgreement, selfAgreement, type AnchorResult, type RaterAgreement, type SelfAgreement } from './agreement';
import type { CurrentRatings } from './currentRating';
import { judgeOutputs, type JudgedOutput } from './judgedOutput';
import { designOf, nextExperiments, type Design, type Experiment } from './nextExperiment';
import type { VoteRecord } from './records';
import { sensitivity, type Sensitivity } from './sensitivity';
import { overallEstimates, type Summary } from './summary';
import { summarizeVotes, votesOf, type VoteSummary } from './votes';

/** How far the figures of the summary can be trusted, and what would make them surer. */
export interface Analysis {
  readonly selfAgreement: readonly SelfAgreement[];
  readonly raterAgreement: readonly RaterAgreement[];
  readonly anchors: AnchorResult;
  readonly sensitivity?: Sensitivity;
  readonly experiments: readonly Experiment[];
  readonly design?: Design;
  readonly votes?: VoteSummary;
  /** Ratings of pictures that were replaced since, or are gone. */
  readonly setAside: number;
}

export function analyzeRatings(evaluation: Evaluation, generations: readonly Generation[], ratings: CurrentRatings, votes: readonly VoteRecord[], summary: Summary, joined?: readonly JudgedOutput[]): Analysis {
  const { current, repeats, anchors, setAside } = ratings;
  const { criteria, limits } = evaluation;
  const judge = (counted: typeof current): readonly JudgedOutput[] => judgeOutputs(generations, counted, criteria);
  const outputs = joined ?? judge(current);
  const rated = summary.models.filter(({ state }) => state === 'rated').map(({ modelId }) => modelId);
  const overall = overallEstimates(evaluation, outputs, rated);
  const doubted = Object.entries({ flagged: current.filter(({ flagged }) => !flagged), unblinded: current.filter(({ unblinded }) => !unblinded) });
  const found = sensitivity(evaluation, outputs, rated, Object.fromEntries(doubted.filter(([, kept]) => kept.length < current.length).map(([what, kept]) => [what, judge(kept)])));
  const [first, second] = found?.top ?? [];
  const design = first !== undefined && second !== undefined ? designOf(overall, first, second) : undefined;
  const voted = summarizeVotes(votesOf(votes, generations), evaluation.models.map(({ id }) => id));
  return {
    selfAgreement: selfAgreement(current, repeats, criteria),
    raterAgreement: summary.raters.length > 1 ? raterAgreement(current, criteria) : [],
    anchors: anchorResult(anchors, criteria),
    ...(found && { sensitivity: found }),
    experiments: nextExperiments(summary, overall, limits.sameCharacterShare),
    ...(design && { design }),
    ...(voted && { votes: voted }),
    setAside: setAside.length,
  };
}
