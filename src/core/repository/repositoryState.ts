import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ok, type Failure, type Result } from '../outcome';
import { runGit } from './git';

export interface RepositoryState {
  /** Undefined when HEAD is detached. */
  readonly branch: string | undefined;
  /** Commit that HEAD points to; undefined before the first commit. */
  readonly head: string | undefined;
  readonly operation: Operation | undefined;
  /** Paths with unsettled conflicts, relative to the root, with `/`. */
  readonly conflicts: readonly string[];
  /** Another git is at work, or one died and left `index.lock`. */
  readonly locked: boolean;
  /** Whether commits would carry a name and address that the person set. */
  readonly identity: boolean;
}

type Operation = 'merge' | 'rebase' | 'cherry-pick' | 'revert' | 'patch series';

export async function readState(root: string, gitFolder: string): Promise<Result<RepositoryState>> {
  const [branch, head, unmerged, identity] = await Promise.all([
    runGit(root, ['symbolic-ref', '--quiet', '--short', 'HEAD']),
    runGit(root, ['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']),
    runGit(root, ['ls-files', '--unmerged', '-z', '--full-name']),
    runGit(root, ['-c', 'user.useConfigOnly=true', 'var', 'GIT_AUTHOR_IDENT']),
  ]);
  for (const run of [branch, head, unmerged, identity]) if (!run.ok) return run;
  if (!branch.ok || !head.ok || !unmerged.ok || !identity.ok) return branch as Result<never>;
  const conflicts = unmerged.value.output.split('\0').flatMap((entry) => entry.split('\t')[1] ?? []);
  return ok({
    branch: branch.value.exitCode === 0 ? branch.value.output.trim() : undefined,
    head: head.value.exitCode === 0 ? head.value.output.trim() : undefined,
    operation: await operationUnderWay(gitFolder),
    conflicts: [...new Set(conflicts)],
    locked: await exists(path.join(gitFolder, 'index.lock')),
    identity: identity.value.exitCode === 0,
  });
}

/** Why nothing may be committed now, if so. */
export function refusal(state: RepositoryState, gitFolder: string): Failure | undefined {
  if (state.locked) {
    return {
      code: 'index-locked',
      message: 'Another git is at work in this repository, or one died and left its lock.',
      advice: `Wait for it to end, then run again. If no git is running, delete ${path.join(gitFolder, 'index.lock')}.`,
      short: 'index.lock',
    };
  }
  if (state.conflicts.length > 0) {
    return {
      code: 'conflicts',
      message: `${state.conflicts.length} ${state.conflicts.length === 1 ? 'file has' : 'files have'} unsettled conflicts: ${state.conflicts.slice(0, 3).join(', ')}.`,
      advice: 'Settle the conflicts, then run again.',
      short: 'conflicts',
    };
  }
  if (state.operation) {
    return {
      code: 'operation-under-way',
      message: `A ${state.operation} is under way.`,
      advice: `Finish or abort the ${state.operation}, then run again.`,
      short: `${state.operation} open`,
    };
  }
  if (!state.identity) {
    return {
      code: 'no-identity',
      message: 'git does not know your name and address.',
      advice: 'Run `git config --global user.name "Your Name"` and `git config --global user.email you@example.com`, then run again.',
      short: 'no identity',
    };
  }
  return undefined;
}

const operations: readonly (readonly [string, Operation])[] = [
  ['rebase-merge', 'rebase'],
  ['rebase-apply/applying', 'patch series'],
  ['rebase-apply', 'rebase'],
  ['MERGE_HEAD', 'merge'],
  ['CHERRY_PICK_HEAD', 'cherry-pick'],
  ['REVERT_HEAD', 'revert'],
  ['sequencer', 'cherry-pick'],
];

async function operationUnderWay(gitFolder: string): Promise<Operation | undefined> {
  for (const [file, operation] of operations) if (await exists(path.join(gitFolder, file))) return operation;
  return undefined;
}

export function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
