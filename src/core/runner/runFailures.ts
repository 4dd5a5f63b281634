import type { Failure } from '../outcome';

export const stepGone: Failure = {
  code: 'step-gone',
  message: 'The step is no longer in the plan.',
  advice: 'Look at the plan; if the text was changed, run the step under its new text.',
  short: 'step is gone',
};

export function runsElsewhere(pid: number): Failure {
  return {
    code: 'runs-elsewhere',
    message: `Another window or terminal is running this step (process ${pid}).`,
    advice: 'Wait for it, or stop it there, then run again.',
    short: 'runs elsewhere',
  };
}
