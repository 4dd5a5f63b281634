import type { Ask, Logger, PlanPaths } from '../actions/action';
import { cancelled, done, failed, needsPerson, type Failure, type Outcome } from '../outcome';
import { dropOwnCommit, readOwnCommits, type OwnCommit } from './commitHistory';
import { Repository } from './repository';
import { WrittenFiles } from './writtenFiles';

export interface UndoRequest {
  readonly paths: PlanPaths;
  readonly ask: Ask;
  readonly log: Logger;
}

/**
 * Takes back Evalmark's last commit, as long as it is the newest one and no remote has it. The files on disk stay as they
 * are; what was in the commit is again waiting to be committed.
 */
export async function undoLastCommit({ paths, ask, log }: UndoRequest): Promise<Outcome> {
  const last = (await readOwnCommits(paths.storage)).at(-1);
  if (!last) return failed(noneMade);
  const opened = await Repository.open(paths.planFolder);
  if (!opened.ok) return failed(opened.failure);
  const state = await opened.value.state();
  if (!state.ok) return failed(state.failure);
  const refused = opened.value.refusal(state.value);
  if (refused) return failed(refused);
  if (state.value.head !== last.hash) return failed(notNewest(last));
  const remotes = await opened.value.remotesWith(last.hash);
  if (!remotes.ok) return failed(remotes.failure);
  if (remotes.value[0] !== undefined) return failed(pushed(last, remotes.value[0]));

  const agreed = await ask.confirm({
    title: `Take back the commit “${last.message.split('\n')[0] ?? ''}”?`,
    detail: [`${last.hash.slice(0, 10)}, ${last.files.length === 1 ? '1 file' : `${last.files.length} files`}`, '', 'The files on disk stay as they are; nothing is lost.'].join('\n'),
    agree: 'Take Back',
    kind: 'question',
  });
  if (agreed === undefined) return needsPerson('Taking back a commit needs a person who agrees.');
  if (!agreed) return cancelled;
  const undone = await opened.value.undo(last.hash);
  if (!undone.ok) return failed(undone.failure);
  await dropOwnCommit(paths.storage, last.hash);
  const written = new WrittenFiles(paths.storage);
  for (const file of last.files) await written.add(file);
  log.info(`Took back ${last.hash} ${last.message}`);
  return done(`took back ${last.hash.slice(0, 10)}`);
}

const noneMade: Failure = { code: 'no-own-commit', message: 'Evalmark has made no commit here that could be taken back.', advice: 'Use git for commits that you made yourself.', short: 'no commit' };

function notNewest({ hash }: OwnCommit): Failure {
  return {
    code: 'not-newest-commit',
    message: `Evalmark's last commit (${hash.slice(0, 10)}) is not the newest one of this branch.`,
    advice: 'Look at `git log`; `git revert` undoes an older commit by a new one.',
    short: 'not the newest',
  };
}

function pushed({ hash }: OwnCommit, remote: string): Failure {
  return {
    code: 'commit-pushed',
    message: `Evalmark's last commit (${hash.slice(0, 10)}) has been pushed (${remote} has it).`,
    advice: 'Others may build on it: undo it with a new commit (`git revert HEAD`) instead.',
    short: 'already pushed',
  };
}
