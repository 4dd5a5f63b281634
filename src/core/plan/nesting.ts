import type { Step } from './plan';

/** The boxes directly under each box that has any, in file order. */
export function stepsByParent(steps: readonly Step[]): ReadonlyMap<string, readonly Step[]> {
  const children = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.parentId === undefined) continue;
    const siblings = children.get(step.parentId);
    if (siblings) siblings.push(step);
    else children.set(step.parentId, [step]);
  }
  return children;
}
