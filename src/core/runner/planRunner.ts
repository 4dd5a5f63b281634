import type { GateRun, PastRun, RunEvent, RunSelection, RunSummary, StepRun } from './runState';

/** Runs steps of one plan. Implemented by `Runner`; the tree, the status bar and the CLI watch it. */
export interface PlanRunner {
  /** Resolves when nothing of the selection can go on. Several selections may run at once; a step runs once. */
  run(selection: RunSelection): Promise<RunSummary>;
  /** Cancels one step, a task, a phase or all; resolves when they have stopped. */
  cancel(selection: RunSelection): Promise<void>;
  /** Puts steps back to todo and forgets failures and interruptions. */
  reset(stepIds: readonly string[]): Promise<void>;
  stepRun(stepId: string): StepRun | undefined;
  gateRun(gateId: string): GateRun;
  /** All runs of a step that the journal tells of, newest first. */
  pastRuns(stepId: string): Promise<readonly PastRun[]>;
  readonly running: boolean;
  onEvent(listener: (event: RunEvent) => void): { dispose(): void };
}
