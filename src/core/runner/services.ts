import type { ActionName, Action, Ask, Logger, PlanPaths, RunSettings } from '../actions/action';
import type { InferenceEngine } from '../evaluation/inference';
import type { HubConnection } from '../hub/connection';
import type { Result } from '../outcome';
import type { PlanStore } from '../plan/planStore';
import type { ShellSession } from '../shell/shellSession';

/** What a runner needs from the outside world; the extension, the CLI and tests each compose their own. */
export interface RunServices {
  readonly store: PlanStore;
  readonly paths: PlanPaths;
  readonly log: Logger;
  readonly ask: Ask;
  readonly shell: ShellSession;
  readonly now: () => Date;
  /** Read anew for each step, so that a changed setting holds from the next step on. */
  settings(): RunSettings;
  policy(): RunPolicy;
  hub(): Promise<Result<HubConnection>>;
  /** @param device which GPU the engine is for, by its number; the usual engine when left out */
  inference(device?: number): Promise<Result<InferenceEngine>>;
  /** How another process starts this installation's command line, word by word. */
  readonly ownCommand?: readonly string[];
  /** Keeps a token where the person's secrets lie, for the runs to come. */
  keepToken?(token: string): Promise<void>;
  /** Other than the built-in actions; for tests. */
  loadAction?(name: ActionName): Promise<Action>;
}

export interface RunPolicy {
  /** When what was written is committed without a step of the plan saying so. */
  readonly commitAfter: 'off' | 'task' | 'phase';
  /** Keeps the managed section of STATUS.md in step with the plan. */
  readonly updateStatus: boolean;
  /** Tasks that may run side by side where the plan allows any; no limit when left out. */
  readonly concurrency?: number;
}
