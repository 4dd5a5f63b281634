import type { Failure } from '../core/outcome';

export interface ChildExit {
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** The last it wrote. */
  readonly stderr: string;
}

export const editCancelled: Failure = {
  code: 'cancelled',
  message: 'The edit was cancelled.',
  advice: 'Run the step again; finished edits are kept.',
  short: 'cancelled',
};

/** The process died in the middle of an edit. */
export function crashed(exit: ChildExit): Failure {
  const memory = isOutOfMemory(exit);
  return {
    code: 'engine-crashed',
    message: `The inference process ended in the middle of an edit (${how(exit)})${memory === 'surely' ? ': it ran out of memory' : ''}.`,
    advice:
      memory === 'no'
        ? 'Run the step again; it goes on with this edit. If it happens again, try another device in evaluation.json and look at the log.'
        : 'Close other programs, use smaller pictures or a smaller model, then run the step again; it goes on with this edit.',
    short: memory === 'surely' ? 'out of memory' : 'engine crashed',
    ...tailOf(exit),
  };
}

/** The process never answered. */
export function notStarted(exit: ChildExit): Failure {
  const missing = /Cannot find module '([^']+)'/.exec(exit.stderr)?.[1];
  return {
    code: 'engine-not-started',
    message: missing === undefined ? `The inference process could not be started (${how(exit)}).` : `The inference process could not be started: ${missing} is missing.`,
    advice: 'Install Evalmark anew (npm ci in its folder), then run the step again; the log has what it said.',
    short: 'engine missing',
    ...tailOf(exit),
  };
}

function isOutOfMemory({ signal, stderr }: ChildExit): 'surely' | 'perhaps' | 'no' {
  if (/out of memory|bad_alloc|bad allocation|Failed to allocate/i.test(stderr)) return 'surely';
  // What the system's own guard does when memory ends leaves no other trace.
  return signal === 'SIGKILL' ? 'perhaps' : 'no';
}

function how({ code, signal }: ChildExit): string {
  if (signal !== undefined) return `signal ${signal}`;
  return code === undefined ? 'no exit code' : `exit code ${code}`;
}

function tailOf({ stderr }: ChildExit): { readonly detail?: string } {
  const tail = stderr.trim().split('\n').slice(-30).join('\n');
  return tail === '' ? {} : { detail: tail };
}
