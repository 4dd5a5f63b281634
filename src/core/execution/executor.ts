import type { ActionContext } from '../actions/action';
import type { MatrixPart } from '../evaluation/matrixPart';
import type { FailedGeneration } from '../evaluation/matrixRun';
import type { Failure, Outcome } from '../outcome';

/** Carries a share of the run matrix out, on this machine or elsewhere. What asks for it sees no difference. */
export interface Executor {
  run(order: MatrixOrder): Promise<Execution>;
}

export interface MatrixOrder {
  readonly matrix: MatrixPart;
  readonly context: ActionContext;
}

export type Execution =
  | { readonly kind: 'ran'; readonly result: ExecutionResult }
  /** Nothing was begun, or a person has to say something first. */
  | { readonly kind: 'outcome'; readonly outcome: Outcome };

export interface ExecutionResult {
  readonly made: readonly string[];
  /** Already there from an earlier run with the same request. */
  readonly kept: readonly string[];
  readonly failed: readonly FailedGeneration[];
  /** Not tried, because what failed would fail for them too. */
  readonly skipped: readonly string[];
  /** Models that cannot be run at all. */
  readonly missing: readonly { readonly id: string; readonly failure: Failure }[];
  readonly cancelled: boolean;
}
