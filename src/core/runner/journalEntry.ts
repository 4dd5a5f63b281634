import type { Outcome } from '../outcome';
import type { RunSelection } from './runState';

/** One line of `journal.jsonl`. Append-only, so that a kill can cost at most the last line. */
export type JournalEntry =
  /** @param log name of the file below `logs` that holds what this run said */
  | { readonly kind: 'started'; readonly at: string; readonly stepId: string; readonly process: ProcessName; readonly log?: string }
  | { readonly kind: 'finished'; readonly at: string; readonly stepId: string; readonly milliseconds: number; readonly outcome: Outcome }
  /** Its process ends before the step has: the window closes. */
  | { readonly kind: 'interrupted'; readonly at: string; readonly stepId: string }
  | { readonly kind: 'agreed'; readonly at: string; readonly gateId: string }
  | { readonly kind: 'reset'; readonly at: string; readonly stepId: string }
  /** The step got another text, and with it another id. */
  | { readonly kind: 'renamed'; readonly at: string; readonly from: string; readonly to: string }
  /** Somebody asked for these steps. */
  | { readonly kind: 'began'; readonly at: string; readonly runId: string; readonly selection: RunSelection; readonly process: ProcessName }
  /** Nothing of it can go on any more, or somebody goes on with it under another name. */
  | { readonly kind: 'ended'; readonly at: string; readonly runId: string }
  /** Its process lets go of it, so that another may go on. */
  | { readonly kind: 'left'; readonly at: string; readonly runId: string };

export interface ProcessName {
  readonly pid: number;
  readonly host: string;
}
