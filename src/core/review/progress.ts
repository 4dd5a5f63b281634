import type { Criterion } from '../evaluation/evaluation';
import type { CurrentRating } from './currentRating';

/** How far a rater is with a set of outputs. */
export interface ReviewProgress {
  readonly done: number;
  readonly total: number;
  readonly complete: boolean;
  /** "37 of 40" */
  readonly text: string;
  /** Mean over the outputs that are done, pauses left out; absent until three are done. */
  readonly secondsPerOutput?: number;
  readonly secondsLeft?: number;
}

/** What counts as done: one criterion, the failure modes, or (`undefined`) having been rated or looked at. */
export type ReviewFocus = string | undefined;

export interface RatedOutput {
  readonly rating?: CurrentRating | undefined;
  readonly seen: boolean;
}

export function reviewProgress(outputs: readonly RatedOutput[], criteria: readonly Criterion[], focus: ReviewFocus): ReviewProgress {
  const finished = outputs.filter((output) => isDone(output, criteria, focus));
  const done = finished.length;
  const total = outputs.length;
  return { done, total, complete: total > 0 && done === total, text: `${done} of ${total}`, ...pace(finished, total - done) };
}

/** Whether an output has what the step asks for. */
export function isDone({ rating, seen }: RatedOutput, criteria: readonly Criterion[], focus: ReviewFocus): boolean {
  if (focus === undefined) return seen || isFullyRated(rating, criteria);
  if (focus === 'failureModes') return rating?.failureModes !== undefined || isFullyRated(rating, criteria);
  return rating?.answers[focus] !== undefined;
}

/** Every criterion has an answer. Marks, tags and notes are never asked for. */
export function isFullyRated(rating: CurrentRating | undefined, criteria: readonly Criterion[]): boolean {
  return rating !== undefined && criteria.length > 0 && criteria.every(({ id }) => rating.answers[id] !== undefined);
}

/** Fewer times tell no pace. */
export const enoughForPace = 3;

function pace(finished: readonly RatedOutput[], left: number): { secondsPerOutput?: number; secondsLeft?: number } {
  const times = finished.map(({ rating }) => rating?.milliseconds ?? 0).filter((time) => time > 0);
  if (times.length < enoughForPace) return {};
  const secondsPerOutput = times.reduce((sum, time) => sum + time, 0) / times.length / 1000;
  return { secondsPerOutput, secondsLeft: secondsPerOutput * left };
}
