/**
 * One shell for each plan: environment, folder and an activated virtual environment last from step to step.
 * Implemented over a pty that Evalmark owns (`ptySession.ts`).
 */
export interface ShellSession {
  /** Runs one complete command after what is queued; several callers are served in order. */
  run(command: string, watch: ShellWatch): Promise<ShellResult>;
  /** Ends the shell and what runs in it; the next command starts a new one in the workspace folder. */
  reset(): Promise<void>;
  dispose(): void;
}

export interface ShellWatch {
  readonly signal: AbortSignal;
  /** As it comes, escape sequences included. */
  output?(text: string): void;
  /** Evalmark's own question to the shell: not announced to the terminal. */
  readonly quiet?: boolean;
}

export type ShellResult =
  /** `folder` is the working directory afterwards. Output is the pty's, escape sequences removed, last 1 MB. */
  | { readonly kind: 'exited'; readonly exitCode: number; readonly output: string; readonly folder: string }
  | { readonly kind: 'cancelled' }
  /** The shell could not be started or ended under the command (`exit 3` in a block ends it with that code). */
  | { readonly kind: 'ended'; readonly exitCode: number | undefined; readonly output: string; readonly message: string };
