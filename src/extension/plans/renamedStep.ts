import type { Plan } from '../../core/plan/plan';

/** The one step that got another text between two readings, so that what is known of its runs follows it. */
export function renamedStep(before: Plan, after: Plan): { readonly from: string; readonly to: string } | undefined {
  if (before.steps.length !== after.steps.length) return undefined;
  let found: { readonly from: string; readonly to: string } | undefined;
  for (const [index, step] of before.steps.entries()) {
    const now = after.steps[index];
    if (!now || now.id === step.id) continue;
    if (found || now.taskId !== step.taskId || now.ordinal !== step.ordinal) return undefined;
    found = { from: step.id, to: now.id };
  }
  return found;
}
