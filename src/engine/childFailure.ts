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
  const cause = causeOf(exit.stderr) ?? (isKilledFromOutside(exit) ? killed : undefined);
  return {
    code: 'engine-crashed',
    message: `The inference process ended in the middle of an edit (${how(exit)})${cause?.what === undefined ? '' : `: ${cause.what}`}.`,
    advice: cause?.advice ?? 'Run the step again; it goes on with this edit. If it happens again, try another device in evaluation.json and look at the log.',
    short: cause?.short ?? 'engine crashed',
    ...tailOf(exit),
  };
}

/** What a runtime or driver wrote in its last words means; `undefined` for words that are not known. */
export function causeOf(words: string): RuntimeCause | undefined {
  return causes.find((cause) => cause.words.test(words));
}

interface RuntimeCause {
  readonly words: RegExp;
  readonly what: string;
  readonly isMemory: boolean;
  readonly advice: string;
  readonly short: string;
}

/** What runtimes and drivers write before they end; the first that fits counts. */
const causes: readonly RuntimeCause[] = [
  {
    words: /CUDA(?:_ERROR)?[ _]?(?:error 2\b|OUT_OF_MEMORY|failure 2\b)|cudaErrorMemoryAllocation|CUBLAS_STATUS_ALLOC_FAILED|CUDNN_STATUS_ALLOC_FAILED|BFCArena|Failed to allocate memory for requested buffer|VK_ERROR_OUT_OF_DEVICE_MEMORY/i,
    what: 'the GPU ran out of memory',
    isMemory: true,
    advice: 'Set "precision" to "int4" or a smaller size in evaluation.json, or close what else uses the GPU, then run the step again; it goes on with this edit.',
    short: 'GPU memory full',
  },
  {
    words: /driver version is insufficient|CUDA_ERROR_NO_DEVICE|no kernel image is available|cudaErrorInsufficientDriver|PTX was compiled with an unsupported toolchain/i,
    what: 'the NVIDIA driver or the GPU is too old for this runtime',
    isMemory: false,
    advice: 'Update the driver, or set "device" to "cpu" in evaluation.json, then run the step again.',
    short: 'driver too old',
  },
  {
    words: /cudaErrorIllegalAddress|illegal memory access|misaligned address|CUDA failure \d+|CUDNN_STATUS_|CUBLAS_STATUS_|VK_ERROR_DEVICE_LOST|device lost/i,
    what: 'the GPU reported an error',
    isMemory: false,
    advice: 'Run the step again; it goes on with this edit. If it happens again, set "device" to "cpu" in evaluation.json and look at the log.',
    short: 'GPU error',
  },
  {
    words: /out of memory|bad_alloc|bad allocation|Failed to allocate|Cannot allocate memory/i,
    what: 'it ran out of memory',
    isMemory: true,
    advice: 'Close other programs, set "precision" to "int4" or a smaller size in evaluation.json, then run the step again; it goes on with this edit.',
    short: 'out of memory',
  },
];

/** What the system's own guard does when memory ends leaves no other trace. */
const killed: Pick<RuntimeCause, 'advice' | 'short'> & { readonly what?: undefined } = {
  advice: 'Perhaps memory was short: close other programs, use smaller pictures or a smaller model, then run the step again; it goes on with this edit.',
  short: 'engine killed',
};

/** 137 is what a shell or a container makes of SIGKILL. */
function isKilledFromOutside({ signal, code }: ChildExit): boolean {
  return signal === 'SIGKILL' || code === 137;
}

/** The process lives but does not go on; it was killed. */
export function hung(why: 'silent' | 'idle'): Failure {
  return {
    code: 'engine-hung',
    message: why === 'silent' ? 'The inference process was frozen: it gave no sign of life for too long, and was ended.' : 'The inference process did nothing for too long in the middle of an edit, and was ended.',
    advice: 'Run the step again; it goes on with this edit. If it happens again, free memory (a system that swaps freezes programs), or try another device in evaluation.json.',
    short: 'engine hung',
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

function how({ code, signal }: ChildExit): string {
  if (signal !== undefined) return `signal ${signal}`;
  if (code === undefined) return 'no exit code';
  // Windows tells of such ends by large codes that are known by their hexadecimal form.
  return code > 0xffff ? `exit code 0x${code.toString(16)}` : `exit code ${code}`;
}

function tailOf({ stderr }: ChildExit): { readonly detail?: string } {
  const tail = stderr.trim().split('\n').slice(-30).join('\n');
  return tail === '' ? {} : { detail: tail };
}
