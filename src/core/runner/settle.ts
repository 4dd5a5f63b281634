import type { ActionName } from '../actions/action';
import { linkPlan } from '../actions/link';
import type { Failure } from '../outcome';
import type { Plan, Task } from '../plan/plan';
import { commitClosingMarks } from '../repository/closingCommit';
import { commitWrittenFiles } from '../repository/commitWrittenFiles';
import type { WrittenFiles } from '../repository/writtenFiles';
import type { RunServices } from './services';

export interface EndedTask {
  readonly plan: Plan;
  readonly task: Task;
  readonly taskComplete: boolean;
  readonly phaseComplete: boolean;
  /** Of the plan's failed steps, by step id. */
  readonly failures: ReadonlyMap<string, Failure>;
}

/** What follows a task that ended: STATUS.md is brought in line, and what was written is committed where the policy says so. */
export async function settleTask(ended: EndedTask, written: WrittenFiles, services: RunServices): Promise<void> {
  const { paths, log, ask } = services;
  const policy = services.policy();
  if (policy.updateStatus) {
    // With all that documents are made of: loaded once something has run.
    const { updateStatus } = await import('../report/status');
    const updated = await updateStatus({ plan: ended.plan, paths, failures: ended.failures, log, ask, wrote: (file) => void written.add(file) });
    if (!updated.ok) log.warn(`STATUS.md was not updated: ${updated.failure.message} ${updated.failure.advice}`);
  }
  const links = linkPlan(ended.plan);
  const did = (action: ActionName): boolean => ended.task.steps.some(({ id, state }) => state === 'done' && links.get(id)?.action === action);
  if (did('commit')) await commitClosingMarks({ paths, settings: services.settings(), written, task: ended.task, pushed: did('push'), ask, log });
  const due = policy.commitAfter === 'task' ? ended.taskComplete : policy.commitAfter === 'phase' && ended.phaseComplete;
  if (!due) return;
  const outcome = await commitWrittenFiles({ paths, settings: services.settings(), written, task: ended.task, ask, log });
  if (outcome.kind === 'failed') log.warn(`Nothing was committed: ${outcome.failure.message} ${outcome.failure.advice}`);
}
