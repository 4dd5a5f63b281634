import type { Logger } from '../actions/action';
import type { Outcome } from '../outcome';

/** One line in the log of everything for a step that ended. */
export function logOutcome(log: Logger, stepId: string, outcome: Outcome, milliseconds: number): void {
  const seconds = (milliseconds / 1000).toFixed(1);
  if (outcome.kind === 'failed') {
    const { message, advice, detail } = outcome.failure;
    log.error(`${stepId} failed after ${seconds} s: ${message} ${advice}${detail ? `\n${detail}` : ''}`);
  } else if (outcome.kind === 'needsPerson') log.warn(`${stepId} needs you: ${outcome.reason}`);
  else log.info(`${stepId} ${outcome.kind} after ${seconds} s${outcome.kind === 'done' && outcome.summary ? `: ${outcome.summary}` : ''}`);
}
