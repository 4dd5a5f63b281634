import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '../outcome';
import { runGit, type GitRun } from './git';

/** Why git made no commit. What a hook printed is all there, in the detail. */
export async function commitFailure(root: string, { output, errors }: GitRun): Promise<Failure> {
  const detail = `${output}${errors}`.trim();
  const known = commitFailures.find(({ words }) => words.test(errors));
  const lock = /Unable to create '(.*\.lock)'/.exec(errors)?.[1];
  if (lock !== undefined) return { ...locked, advice: `Wait for it to end, then run again. If no git is running, delete ${lock}.`, detail };
  if (known) return { ...known.failure, detail };
  if (await hasCommitHook(root)) {
    return {
      code: 'hook-refused',
      message: `A git hook of this repository refused the commit${firstLine(detail)}.`,
      advice: 'Read its whole output in the log, put right what it says, then run again.',
      short: 'hook refused',
      detail,
    };
  }
  return { code: 'commit-failed', message: `git made no commit${firstLine(detail)}.`, advice: 'Read its whole output in the log.', short: 'no commit', detail };
}

/** Why git pushed nothing, and what to do instead of forcing it. */
export function pushFailure(remote: { readonly name: string; readonly url: string }, branch: string, { output, errors }: GitRun): Failure {
  const detail = `${output}${errors}`.trim();
  const failure = pushFailures.find(({ words }) => words.test(detail))?.failure ?? {
    code: 'push-failed',
    message: 'git could not push.',
    advice: 'Read its whole output in the log.',
    short: 'not pushed',
  };
  return { ...failure, message: failure.message.replace('BRANCH', branch).replace('REMOTE', `${remote.name} (${remote.url})`), detail };
}

const locked = { code: 'index-locked', message: 'Another git is at work in this repository, or one died and left its lock.', short: 'locked' };

interface Known {
  readonly words: RegExp;
  readonly failure: Failure;
}

const commitFailures: readonly Known[] = [
  {
    words: /gpg failed to sign|failed to write commit object/,
    failure: { code: 'signing-failed', message: 'The commit could not be signed.', advice: 'Unlock your signing key (`git commit` in a terminal shows the prompt), then run again.', short: 'not signed' },
  },
  {
    words: /Please tell me who you are|empty ident name|unable to auto-detect email/,
    failure: { code: 'no-identity', message: 'git does not know your name and address.', advice: 'Run `git config --global user.name "Your Name"` and `git config --global user.email you@example.com`, then run again.', short: 'no identity' },
  },
  {
    words: /No space left on device/,
    failure: { code: 'disk-space', message: 'The disk is full: git could not write the commit.', advice: 'Free some space, then run again.', short: 'disk full' },
  },
];

const pushFailures: readonly Known[] = [
  {
    words: /\[rejected\].*(?:non-fast-forward|fetch first|stale info)|non-fast-forward/,
    failure: {
      code: 'push-rejected',
      message: 'REMOTE has commits on BRANCH that are not here, so the push was refused.',
      advice: 'Fetch and merge or rebase (`git pull`), look at the result, then run again. Evalmark never forces a push.',
      short: 'remote is ahead',
    },
  },
  {
    words: /hook declined|protected branch|GH0\d\d|remote rejected/i,
    failure: { code: 'push-declined', message: 'REMOTE does not accept these commits on BRANCH.', advice: 'Read its reason in the log; a protected branch wants another branch and a pull request.', short: 'declined' },
  },
  {
    words: /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|Permission denied|returned error: 40[13]|Invalid username|Host key verification failed/i,
    failure: {
      code: 'push-authentication',
      message: 'REMOTE did not accept your login.',
      advice: 'Log in once with `git push` in a terminal (or set up a credential helper or an SSH key), then run again.',
      short: 'no access',
    },
  },
  {
    words: /Could not resolve host|unable to access|Connection (?:refused|timed out|reset)|Network is unreachable|does not appear to be a git repository|Could not read from remote|not found/i,
    failure: { code: 'remote-unreachable', message: 'REMOTE cannot be reached.', advice: 'Check the address (`git remote -v`) and your connection, then run again.', short: 'unreachable' },
  },
  {
    words: /^(?![^]*src refspec)[^]*failed to push some refs/,
    failure: { code: 'hook-refused', message: 'A pre-push hook of this repository refused the push.', advice: 'Read its whole output in the log, put right what it says, then run again.', short: 'hook refused' },
  },
];

async function hasCommitHook(root: string): Promise<boolean> {
  const run = await runGit(root, ['rev-parse', '--git-path', 'hooks']);
  if (!run.ok) return false;
  const folder = path.resolve(root, run.value.output.trim());
  for (const hook of ['pre-commit', 'prepare-commit-msg', 'commit-msg']) {
    const runs = await access(path.join(folder, hook), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return true;
  }
  return false;
}

function firstLine(text: string): string {
  const line = text.split('\n').find((candidate) => candidate.trim() !== '');
  return line ? `: ${line.trim().slice(0, 120).replace(/\.$/, '')}` : '';
}
