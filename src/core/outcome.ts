/** What a step came to. Everything a user can cause is one of these values; an exception is a bug. */
export type Outcome = Done | Failed | Cancelled | NeedsPerson;

export interface Done {
  readonly kind: 'done';
  /** One short sentence for the tree and the log: "3 pictures copied". */
  readonly summary?: string;
  /** A word or two appended to the step's line in the plan, as ` - MISLEADING (scene population)`. */
  readonly remark?: string;
  /** Markdown lines that the runner keeps under the task in the plan, between Evalmark's own markers. */
  readonly note?: readonly string[];
}

export interface Failed {
  readonly kind: 'failed';
  readonly failure: Failure;
}

export interface Cancelled {
  readonly kind: 'cancelled';
}

/** The step cannot go on without a person (a gate, a review, a missing choice) and nobody could be asked. */
export interface NeedsPerson {
  readonly kind: 'needsPerson';
  readonly reason: string;
}

/** Why something did not work, in words that a person can act on. */
export interface Failure {
  /** Stable kebab-case word for filters, tests and quick fixes: `disk-space`, `gated-repository`. */
  readonly code: string;
  /** What is wrong, one sentence, with the figures that matter. */
  readonly message: string;
  /** What to do next, one sentence. */
  readonly advice: string;
  /** At most about 16 characters for the tree: "26.5 GB short". */
  readonly short?: string;
  /** Everything else, for the log: a stack, the tail of an output. */
  readonly detail?: string;
}

/** A value or the reason why there is none; for functions below the level of an action. */
export type Result<Value, Reason = Failure> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: Reason };

export function done(summary?: string): Done {
  return summary === undefined ? { kind: 'done' } : { kind: 'done', summary };
}

export function failed(failure: Failure): Failed {
  return { kind: 'failed', failure };
}

export const cancelled: Cancelled = { kind: 'cancelled' };

export function needsPerson(reason: string): NeedsPerson {
  return { kind: 'needsPerson', reason };
}

export function ok<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value };
}

export function fail(failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure };
}
