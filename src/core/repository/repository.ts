import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { commitFailure, pushFailure } from './gitFailure';
import { runGit, withoutCredentials, type GitOptions } from './git';
import { commitParts, commitPatch } from './commitParts';
import { selectFiles, type CommitSelection, type LeftOutFile, type SelectionRequest } from './commitSelection';
import { readEntries, writeEntries, type IndexChange } from './indexEntries';
import { readState, refusal, type RepositoryState } from './repositoryState';

export interface CommitRequest extends SelectionRequest {
  readonly message: string;
  /** The person was told that HEAD is detached and agreed. */
  readonly allowDetached?: boolean;
  readonly signal?: AbortSignal;
}

export interface CommitResult {
  /** Short hash; undefined when there was nothing to commit. */
  readonly commit: string | undefined;
  /** The whole of it. */
  readonly hash?: string;
  readonly files: CommitSelection['files'];
  readonly leftOut: readonly LeftOutFile[];
}

export interface Remote {
  readonly name: string;
  /** Where pushes go, without credentials. */
  readonly url: string;
}

export interface PushTarget {
  readonly remote: Remote;
  readonly branch: string;
  /** False when the branch follows no branch of the remote yet; a push then makes it follow. */
  readonly upstream: boolean;
}

export interface CommitLine {
  readonly commit: string;
  readonly subject: string;
}

/** A git repository, as far as Evalmark touches it: commits of its own files, and pushes that a person agreed to. */
export class Repository {
  private constructor(
    /** Real path of the working tree. */
    readonly root: string,
    private readonly gitFolder: string,
  ) {}

  /** The repository that holds this folder. Fails with `git-missing`, `no-repository` (offer `init`) or `unsafe-repository`. */
  static async open(folder: string): Promise<Result<Repository>> {
    const run = await runGit(folder, ['rev-parse', '--show-toplevel', '--absolute-git-dir']);
    if (!run.ok) return run;
    const [root, gitFolder] = run.value.output.split(/\r?\n/);
    if (run.value.exitCode === 0 && root && gitFolder) return ok(new Repository(path.normalize(root), path.normalize(gitFolder)));
    return fail(openFailure(folder, run.value.errors));
  }

  /** Makes a new, empty repository. */
  static async init(folder: string): Promise<Result<Repository>> {
    const run = await runGit(folder, ['init', '--quiet']);
    if (!run.ok) return run;
    return run.value.exitCode === 0 ? Repository.open(folder) : fail(openFailure(folder, run.value.errors));
  }

  state(): Promise<Result<RepositoryState>> {
    return readState(this.root, this.gitFolder);
  }

  /** Why no commit can be made now, in this state; `undefined` when one can. */
  refusal(state: RepositoryState): Failure | undefined {
    return refusal(state, this.gitFolder);
  }

  /** What `commitFiles` would take of these absolute paths, and what not. */
  select(request: SelectionRequest): Promise<Result<CommitSelection>> {
    return selectFiles(this.root, request);
  }

  /** Commits Evalmark's changes in these files and nothing else; whatever a person changed or staged stays as it was. */
  async commitFiles({ message, allowDetached, signal, ...request }: CommitRequest): Promise<Result<CommitResult>> {
    const state = await this.state();
    if (!state.ok) return state;
    const refused = this.refusal(state.value) ?? (state.value.branch === undefined && !allowDetached ? detachedHead : undefined);
    if (refused) return fail(refused);
    const selection = await this.select(request);
    if (!selection.ok) return selection;
    const { files, leftOut } = selection.value;
    if (files.length === 0) return ok({ commit: undefined, files, leftOut });

    if (files.some(({ part }) => part)) {
      const made = await commitParts({ root: this.root, gitFolder: this.gitFolder, files, born: state.value.head !== undefined }, message, signal);
      return made.ok ? this.committed(files, leftOut) : made;
    }
    const introduced = await this.introduce(files.map((file) => file.path));
    if (!introduced.ok) return introduced;
    const committed = await this.git(['commit', '--only', '--quiet', `--message=${message}`, ...pathsFromInput], { signal, input: lines(files.map((file) => file.path)) });
    if (!committed.ok || committed.value.exitCode !== 0) {
      await this.forget(introduced.value);
      return committed.ok ? fail(await commitFailure(this.root, committed.value)) : committed;
    }
    return this.committed(files, leftOut);
  }

  /** What would be committed of a selection: lines added and removed in each file, and the patch. */
  async patch({ files }: CommitSelection): Promise<Result<string>> {
    const state = await this.state();
    return state.ok ? commitPatch({ root: this.root, gitFolder: this.gitFolder, files, born: state.value.head !== undefined }) : state;
  }

  private async committed(files: CommitSelection['files'], leftOut: readonly LeftOutFile[]): Promise<Result<CommitResult>> {
    const head = await this.git(['rev-parse', 'HEAD']);
    if (!head.ok) return head;
    const hash = head.value.output.trim();
    const short = await this.git(['rev-parse', '--short', hash]);
    return short.ok ? ok({ commit: short.value.output.trim(), hash, files, leftOut }) : short;
  }

  /** Branches of remotes that hold a commit, as far as is known here. */
  async remotesWith(hash: string): Promise<Result<readonly string[]>> {
    const run = await this.git(['for-each-ref', `--contains=${hash}`, '--format=%(refname:short)', '--count=3', 'refs/remotes']);
    return run.ok ? ok(run.value.output.split('\n').filter(Boolean)) : run;
  }

  /**
   * Moves the branch from this commit, which must be its newest, back to the one before. Files on disk are not touched; in
   * the index only what the commit itself had put there goes back.
   */
  async undo(hash: string): Promise<Result<void>> {
    const tree = await this.git(['diff-tree', '--root', '-r', '-z', '--no-commit-id', '--no-renames', hash]);
    if (!tree.ok) return tree;
    const changes = committedChanges(tree.value.output);
    const parent = await this.git(['rev-parse', '--quiet', '--verify', `${hash}^`]);
    if (!parent.ok) return parent;
    const before = parent.value.exitCode === 0 ? parent.value.output.trim() : undefined;
    const moved = await this.git(before === undefined ? ['update-ref', '-m', 'undo Evalmark commit', '-d', 'HEAD', hash] : ['update-ref', '-m', 'undo Evalmark commit', 'HEAD', before, hash]);
    if (!moved.ok) return moved;
    if (moved.value.exitCode !== 0) return fail({ code: 'undo-failed', message: 'git did not take the commit back.', advice: 'Read its output in the log, then run again.', short: 'not undone', detail: moved.value.errors });
    const entries = await readEntries(this.root, changes.map(({ path: file }) => file));
    if (!entries.ok) return entries;
    const back = changes.filter(({ path: file, after }) => (entries.value.get(file)?.blob ?? '0'.repeat(after.length)) === after);
    return writeEntries(this.root, back);
  }

  async remotes(): Promise<Result<readonly Remote[]>> {
    const names = await this.git(['remote']);
    if (!names.ok) return names;
    const remotes: Remote[] = [];
    for (const name of names.value.output.split('\n').filter(Boolean)) {
      const url = await this.git(['remote', 'get-url', '--push', name]);
      if (url.ok && url.value.exitCode === 0) remotes.push({ name, url: withoutCredentials(url.value.output.trim()) });
    }
    return ok(remotes);
  }

  /** Where a plain push of this branch goes: its own setting, its upstream, the only remote, or `origin`. */
  async pushTarget(branch: string): Promise<Result<PushTarget | undefined>> {
    const remotes = await this.remotes();
    if (!remotes.ok) return remotes;
    const upstream = await this.setting(`branch.${branch}.remote`);
    const name = (await this.setting(`branch.${branch}.pushRemote`)) ?? (await this.setting('remote.pushDefault')) ?? upstream;
    const remote = remotes.value.find((candidate) => candidate.name === (name ?? 'origin')) ?? (name === undefined ? remotes.value[0] : undefined);
    if (!remote) return ok(undefined);
    const merge = upstream === remote.name ? await this.setting(`branch.${branch}.merge`) : undefined;
    return ok({ remote, branch: merge?.replace(/^refs\/heads\//, '') ?? branch, upstream: upstream !== undefined });
  }

  /** Commits of HEAD that the remote's branch lacks as far as is known here, newest first. */
  async unpushed(remote: string, branch: string): Promise<Result<readonly CommitLine[]>> {
    const tracking = `refs/remotes/${remote}/${branch}`;
    const known = await this.git(['rev-parse', '--quiet', '--verify', tracking]);
    if (!known.ok) return known;
    const range = known.value.exitCode === 0 ? ['HEAD', `^${tracking}`] : ['HEAD', '--not', `--remotes=${remote}`];
    const log = await this.git(['log', '--format=%h%x09%s', ...range]);
    if (!log.ok) return log;
    return ok(
      log.value.output
        .split('\n')
        .filter(Boolean)
        .map((line) => ({ commit: line.split('\t')[0] ?? '', subject: line.split('\t').slice(1).join('\t') })),
    );
  }

  /** Pushes the current branch; never forces. Only to be called once a person agreed. */
  async push({ remote, branch, upstream }: PushTarget, options: Pick<GitOptions, 'signal' | 'progress'> = {}): Promise<Result<'pushed' | 'up-to-date'>> {
    const run = await this.git(['push', '--porcelain', ...(upstream ? [] : ['--set-upstream']), remote.name, `HEAD:refs/heads/${branch}`], options);
    if (!run.ok) return run;
    if (run.value.exitCode !== 0) return fail(pushFailure(remote, branch, run.value));
    return ok(/^=/m.test(run.value.output) ? 'up-to-date' : 'pushed');
  }

  /** New files are made known to git without staging their content; returns those that this added. */
  private async introduce(files: readonly string[]): Promise<Result<readonly string[]>> {
    const untracked = await this.git(['ls-files', '--others', '-z', '--full-name', '--', ...files]);
    if (!untracked.ok) return untracked;
    const added = untracked.value.output.split('\0').filter(Boolean);
    if (added.length === 0) return ok([]);
    const run = await this.git(['add', '--intent-to-add', ...pathsFromInput], { input: lines(added) });
    if (!run.ok) return run;
    return run.value.exitCode === 0 ? ok(added) : fail(await commitFailure(this.root, run.value));
  }

  private async forget(files: readonly string[]): Promise<void> {
    if (files.length > 0) await this.git(['rm', '--cached', '--quiet', '--force', '--ignore-unmatch', ...pathsFromInput], { input: lines(files) });
  }

  private async setting(name: string): Promise<string | undefined> {
    const run = await this.git(['config', '--get', name]);
    return run.ok && run.value.exitCode === 0 ? run.value.output.trim() : undefined;
  }

  private git(args: readonly string[], options: GitOptions = {}) {
    return runGit(this.root, args, options);
  }
}

const pathsFromInput = ['--pathspec-from-file=-', '--pathspec-file-nul'] as const;

/** Of each file in a commit: what it became, and the index entry that it had before. */
function committedChanges(raw: string): readonly (IndexChange & { readonly after: string })[] {
  const fields = raw.split('\0');
  const changes: (IndexChange & { readonly after: string })[] = [];
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const [, mode, , blob, after] = /^:(\d{6}) (\d{6}) ([0-9a-f]+) ([0-9a-f]+) /.exec(fields[index] ?? '') ?? [];
    const file = fields[index + 1];
    if (mode && blob && after && file) changes.push({ path: file, after, entry: mode === '000000' ? undefined : { mode, blob } });
  }
  return changes;
}

function lines(paths: readonly string[]): string {
  return paths.map((file) => `${file}\0`).join('');
}

const detachedHead: Failure = {
  code: 'detached-head',
  message: 'HEAD is detached: a commit made now belongs to no branch and is easily lost.',
  advice: 'Switch to a branch (`git switch NAME`, or `git switch -c NAME` for a new one), then run again.',
  short: 'detached HEAD',
};

function openFailure(folder: string, errors: string): Failure {
  if (/dubious ownership/.test(errors)) {
    return {
      code: 'unsafe-repository',
      message: 'The repository belongs to another user, so git refuses to work in it.',
      advice: `If you trust it, run \`git config --global --add safe.directory ${folder}\`, then run again.`,
      short: 'other owner',
      detail: errors,
    };
  }
  return {
    code: 'no-repository',
    message: `${path.basename(folder)} is in no git repository.`,
    advice: 'Run `git init` there, then run again.',
    short: 'no repository',
    detail: errors,
  };
}
