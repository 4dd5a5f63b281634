import type { Failure } from '../core/outcome';
import { causeOf } from './childFailure';

/** What the runtime threw in the middle of an edit, in words to act on. */
export function runtimeFailure(error: unknown, device: string): Failure {
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const cause = causeOf(detail);
  if (cause) {
    return { code: cause.isMemory ? 'out-of-memory' : 'device-failed', message: `The edit failed: ${cause.what}.`, advice: cause.advice, short: cause.short, detail };
  }
  return {
    code: 'engine-error',
    message: `The edit failed on ${device}: ${((error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '').slice(0, 200)}.`,
    advice: 'Look at the log; if the model runs on another device ("device" in evaluation.json), report it with the log.',
    short: 'edit failed',
    detail,
  };
}
