import type { Result } from '../outcome';
import type { LineRange, Plan, StepState } from './plan';

/** A plan and the exact bytes it was read from. */
export interface PlanSnapshot {
  readonly plan: Plan;
  /** Undefined when the text comes from an unsaved editor. */
  readonly bytes: Uint8Array | undefined;
  readonly text: string;
}

/**
 * Where a plan's text lives: a file on disk (`planFile.ts`) or an open editor with unsaved changes (extension).
 * Edits are serialised; each finds its step anew in the newest text, follows it if it moved, and changes nothing when
 * it is gone or ambiguous.
 */
export interface PlanStore {
  readonly path: string;
  read(): Promise<Result<PlanSnapshot>>;
  edit(edits: readonly PlanEdit[]): Promise<Result<PlanSnapshot>>;
}

/** Enough to find a step again after the file was edited meanwhile. */
export interface StepAddress {
  readonly id: string;
  readonly phaseId: string;
  readonly taskId: string;
  readonly ordinal: number;
  readonly text: string;
}

export type PlanEdit =
  | { readonly kind: 'mark'; readonly step: StepAddress; readonly state: StepState }
  /** Appends ` - TEXT` to the step's text; an earlier remark of ours with the same start is replaced. */
  | { readonly kind: 'remark'; readonly step: StepAddress; readonly text: string }
  /** Writes or replaces `<!-- evalmark: … -->`; `undefined` removes it. */
  | { readonly kind: 'link'; readonly step: StepAddress; readonly action: string | undefined; readonly arguments: Readonly<Record<string, string>> }
  /** A line `**NAME**: value` under the task's fields; only Evalmark's own words of it are replaced. */
  | { readonly kind: 'field'; readonly taskId: string; readonly name: string; readonly value: string }
  /** A note that Evalmark keeps under the task between its own markers. */
  | { readonly kind: 'note'; readonly taskId: string; readonly name: string; readonly lines: readonly string[] }
  /** Brings Status lines of tasks and `**Phase N Progress**` in line with the marks. */
  | { readonly kind: 'statusLines'; readonly taskIds: readonly string[]; readonly reasons: Readonly<Record<string, string>> };

/** One replacement in the text; `range` lies within a line, `text` may hold line ends (in the file's own style). */
export interface PlanTextEdit {
  readonly range: LineRange;
  readonly text: string;
}
