import { cancelled, done, failed, needsPerson, type Failure } from '../outcome';
import { Repository, type CommitLine, type PushTarget } from '../repository/repository';
import type { Action, ActionContext } from './action';

/** Pushes the current branch, always after asking, and never by force. */
export const push: Action = {
  name: 'push',
  async run(_step, context) {
    const opened = await Repository.open(context.paths.planFolder);
    if (!opened.ok) return failed(opened.failure);
    const repository = opened.value;
    const state = await repository.state();
    if (!state.ok) return failed(state.failure);
    if (state.value.head === undefined) return failed(nothingCommitted);
    if (state.value.branch === undefined) return failed(detachedHead);
    const target = await repository.pushTarget(state.value.branch);
    if (!target.ok) return failed(target.failure);
    if (!target.value) return failed(noRemote);
    const commits = await repository.unpushed(target.value.remote.name, target.value.branch);
    if (!commits.ok) return failed(commits.failure);
    if (commits.value.length === 0 && target.value.upstream) return done(`nothing to push to ${target.value.remote.name}`);

    const agreed = await context.ask.confirm(question(target.value, state.value.branch, commits.value));
    if (agreed === undefined) return needsPerson(`Push ${count(commits.value)} to ${target.value.remote.name}/${target.value.branch}; only a person agrees to that.`);
    if (!agreed) return cancelled;
    return pushNow(repository, target.value, commits.value, context);
  },
};

async function pushNow(repository: Repository, target: PushTarget, commits: readonly CommitLine[], { signal, log, progress }: ActionContext) {
  const pushed = await repository.push(target, {
    signal,
    progress: ({ stage, completed, total }) => progress({ message: stage, completed, total, unit: 'items' }),
  });
  if (signal.aborted) return cancelled;
  if (!pushed.ok) {
    if (pushed.failure.detail) log.error(pushed.failure.detail);
    return failed(pushed.failure);
  }
  const where = `${target.remote.name}/${target.branch}`;
  log.info(`Pushed to ${target.remote.name} (${target.remote.url}), branch ${target.branch}`);
  return done(pushed.value === 'up-to-date' ? `${where} was up to date` : `${count(commits)} to ${where}`);
}

const shownCommits = 15;

function question({ remote, branch, upstream }: PushTarget, local: string, commits: readonly CommitLine[]) {
  const lines = commits.slice(0, shownCommits).map(({ commit, subject }) => `${commit} ${subject}`);
  if (commits.length > shownCommits) lines.push(`… and ${commits.length - shownCommits} more`);
  return {
    title: `Push ${count(commits)} of ${local} to ${remote.name}?`,
    detail: [remote.url, `branch ${branch}${upstream ? '' : ', which this branch will follow from now on'}`, '', ...lines, '', 'The commit that ticks this box follows them.'].join('\n'),
    agree: 'Push',
    kind: 'danger' as const,
  };
}

function count(commits: readonly CommitLine[]): string {
  return commits.length === 1 ? '1 commit' : `${commits.length} commits`;
}

const nothingCommitted: Failure = { code: 'nothing-committed', message: 'This repository has no commit yet.', advice: 'Run the commit step first.', short: 'no commit' };

const detachedHead: Failure = {
  code: 'detached-head',
  message: 'HEAD is detached, so there is no branch to push.',
  advice: 'Switch to a branch (`git switch NAME`, or `git switch -c NAME` for a new one), then run again.',
  short: 'detached HEAD',
};

const noRemote: Failure = {
  code: 'no-remote',
  message: 'This repository has no remote to push to.',
  advice: 'Add one (`git remote add origin URL`), then run again.',
  short: 'no remote',
};
