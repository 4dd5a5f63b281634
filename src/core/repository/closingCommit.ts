import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import { changeId } from '../report/changeId';
import { readOwnCommits } from './commitHistory';
import { commitWrittenFiles, type WrittenCommit } from './commitWrittenFiles';
import { Repository } from './repository';

export interface ClosingCommit extends Pick<WrittenCommit, 'settings' | 'written' | 'ask' | 'log'> {
  readonly paths: PlanPaths;
  readonly task: NonNullable<WrittenCommit['task']>;
  /** A step of the task has pushed, too. */
  readonly pushed: boolean;
}

/**
 * A step that commits is ticked only when its commit is made, and a step that pushes when it has pushed; so their own boxes
 * and STATUS.md are never in it. This commits (and pushes) just these, right behind a commit that a person agreed to and
 * that said so. Never rejects; what it cannot do stays for the next commit.
 */
export async function commitClosingMarks({ paths, settings, written, task, pushed, ask, log }: ClosingCommit): Promise<void> {
  const closing = new Set([paths.plan, path.join(paths.workspace, 'STATUS.md')]);
  const waiting = await written.list();
  if (waiting.length === 0 || !waiting.every((file) => closing.has(file))) return;
  const opened = await Repository.open(paths.planFolder);
  const state = opened.ok ? await opened.value.state() : opened;
  if (!opened.ok || !state.ok || state.value.branch === undefined) return;
  if (state.value.head === undefined || state.value.head !== (await readOwnCommits(paths.storage)).at(-1)?.hash) return;

  const message = `docs(${await changeId(paths)}): tick what task ${task.id} committed`;
  const outcome = await commitWrittenFiles({ paths, settings, written, task, ask, log, message, consent: 'given' });
  if (outcome.kind === 'failed') log.warn(`The last marks were not committed: ${outcome.failure.message} ${outcome.failure.advice}`);
  if (outcome.kind === 'done' && pushed) await pushIt(opened.value, state.value.branch, log);
}

/** Only when nothing but this one commit is missing there. */
async function pushIt(repository: Repository, branch: string, log: ClosingCommit['log']): Promise<void> {
  const target = await repository.pushTarget(branch);
  if (!target.ok || !target.value?.upstream) return;
  const missing = await repository.unpushed(target.value.remote.name, target.value.branch);
  if (!missing.ok || missing.value.length !== 1) return;
  const pushed = await repository.push(target.value);
  if (!pushed.ok) log.warn(`The last marks were not pushed: ${pushed.failure.message} ${pushed.failure.advice}`);
}
