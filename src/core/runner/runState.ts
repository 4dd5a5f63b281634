import type { Progress } from '../actions/action';
import type { Failure, Outcome } from '../outcome';

/** What a step is doing or did in this run, beside what the file says. Owned by the runner, kept in the journal. */
export type StepRun =
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly since: string; readonly progress: Progress }
  | { readonly kind: 'done'; readonly at: string; readonly milliseconds: number; readonly summary: string | undefined }
  | { readonly kind: 'failed'; readonly at: string; readonly milliseconds: number; readonly failure: Failure }
  | { readonly kind: 'cancelled'; readonly at: string }
  | { readonly kind: 'needsPerson'; readonly at: string; readonly reason: string }
  | { readonly kind: 'blocked'; readonly by: string; readonly reason: string }
  /** Its run died with the process that ran it. */
  | { readonly kind: 'interrupted'; readonly since: string };

/** One run of a step that the journal tells of. */
export interface PastRun {
  /** ISO 8601. */
  readonly since: string;
  /** Name of the file that holds what it said, where it was kept. */
  readonly log: string | undefined;
  readonly run: StepRun;
}

/** Something that a person asked for and that its process did not bring to an end. */
export interface OpenRun {
  readonly runId: string;
  readonly selection: RunSelection;
  /** Steps that ended since it began; they are not run again. */
  readonly finished: readonly string[];
}

/** What a step that has ended with an outcome is shown as. @param at ISO 8601 */
export function stepRunOf(outcome: Outcome, at: string, milliseconds: number): StepRun {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done', at, milliseconds, summary: outcome.summary };
    case 'failed':
      return { kind: 'failed', at, milliseconds, failure: outcome.failure };
    case 'cancelled':
      return { kind: 'cancelled', at };
    case 'needsPerson':
      return { kind: 'needsPerson', at, reason: outcome.reason };
  }
}

export type GateRun =
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'agreed'; readonly at: string };

export type RunSelection =
  | ({ readonly kind: 'plan' } & Without)
  | ({ readonly kind: 'phase'; readonly id: string } & Without)
  | ({ readonly kind: 'task'; readonly id: string } & Without)
  | { readonly kind: 'steps'; readonly ids: readonly string[] };

interface Without {
  /** Steps that this run passes over, because an interrupted one before it has tried them. */
  readonly without?: readonly string[];
}

export interface RunSummary {
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly needsPerson: number;
  readonly blocked: number;
  /** The gate or step at which a person is needed, if any. */
  readonly waitingFor: string | undefined;
  readonly milliseconds: number;
}

export type RunEvent =
  | { readonly kind: 'step'; readonly stepId: string; readonly run: StepRun }
  | { readonly kind: 'gate'; readonly gateId: string; readonly run: GateRun }
  | { readonly kind: 'plan' }
  | { readonly kind: 'finished'; readonly summary: RunSummary };
