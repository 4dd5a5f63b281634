import type { Link } from '../actions/action';
import { stepsByParent } from '../plan/nesting';
import { isOpen } from '../plan/openSteps';
import type { Step, Task } from '../plan/plan';

/**
 * The steps of a task in the order in which they run: a box over other boxes that has nothing to do itself comes after
 * them, for they are what it asks for.
 *
 * @param named whether a person named just these steps, and so means what is open under them as well
 */
export function inRunningOrder(task: Task, wanted: readonly Step[], links: ReadonlyMap<string, Link>, named: boolean): readonly Step[] {
  const children = stepsByParent(task.steps);
  if (children.size === 0) return wanted;
  const under = (step: Step) => (links.get(step.id)?.origin === 'none' ? (children.get(step.id) ?? []) : []);
  const chosen = new Set(wanted);
  if (named) for (const step of chosen) for (const child of under(step)) if (isOpen(child)) chosen.add(child);

  const ordered = new Set<Step>();
  const place = (step: Step) => {
    for (const child of under(step)) if (chosen.has(child) && !ordered.has(child)) place(child);
    ordered.add(step);
  };
  for (const step of task.steps) if (chosen.has(step) && !ordered.has(step)) place(step);
  return [...ordered];
}
