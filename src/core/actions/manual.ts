import { done, needsPerson } from '../outcome';
import type { Action } from './action';

/** A step that only a person can do: asks whether it is done, and never ticks it for them. */
export const manual: Action = {
  name: 'manual',
  async run({ step }, { ask }) {
    const answer = await ask.confirm({ title: `Is "${plain(step.text)}" done?`, agree: 'Done', kind: 'danger' });
    return answer ? done('done by hand') : needsPerson(`Do it by hand, then tick it: ${plain(step.text)}`);
  },
};

function plain(text: string): string {
  return text.replace(/\*\*|`/g, '');
}
