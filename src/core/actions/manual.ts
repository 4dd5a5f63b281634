import { done, needsPerson } from '../outcome';
import { isOpen } from '../plan/openSteps';
import type { Action } from './action';

/**
 * A step that only a person can do: asks whether it is done, and never ticks it for them. A box over other boxes is done
 * when they are.
 */
export const manual: Action = {
  name: 'manual',
  async run({ step, task }, { ask }) {
    const under = task.steps.filter(({ parentId }) => parentId === step.id);
    if (under.length > 0) {
      const open = under.filter(isOpen);
      return open.length === 0 ? done(`all ${under.length} steps under it are done`) : needsPerson(`${open.length} of ${under.length} steps under it are not done`);
    }
    const answer = await ask.confirm({ title: `Is "${plain(step.text)}" done?`, agree: 'Done', kind: 'danger' });
    return answer ? done('done by hand') : needsPerson(`Do it by hand, then tick it: ${plain(step.text)}`);
  },
};

function plain(text: string): string {
  return text.replace(/\*\*|`/g, '');
}
