import type { Step } from './plan';

/** Whether there is still something to do: neither done nor put off. */
export function isOpen({ state }: Pick<Step, 'state'>): boolean {
  return state !== 'done' && state !== 'deferred';
}
