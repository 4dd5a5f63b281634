import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository, type CommitRequest } from '../../../../src/core/repository/repository';
import { TestRepository } from './testRepository';

let test: TestRepository;
const others: TestRepository[] = [];

beforeEach(() => {
  test = new TestRepository();
});
afterEach(() => {
  for (const repository of [test, ...others.splice(0)]) repository.dispose();
});

function another(options?: ConstructorParameters<typeof TestRepository>[0]): TestRepository {
  const repository = new TestRepository(options);
  others.push(repository);
  return repository;
}

async function open(folder = test.folder): Promise<Repository> {
  const opened = await Repository.open(folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value;
}

async function commit(paths: readonly string[], more: Partial<CommitRequest> = {}) {
  const repository = await open();
  return repository.commitFiles({ files: paths.map((name) => test.path(name)), message: 'docs: ours', maximumPicture: 1000, ...more });
}

describe('open', () => {
  it('finds the repository from a folder within it, and from a worktree', async () => {
    test.commit({ 'sub/a.md': 'a' });
    expect((await open(test.path('sub'))).root).toBe(test.folder);
    test.git('worktree', 'add', '--quiet', '-b', 'side', test.path('tree'));
    expect((await open(test.path('tree'))).root).toBe(test.path('tree'));
  });

  it('says so outside a repository, and can make one', async () => {
    const plain = another({ init: false });
    expect(await Repository.open(plain.folder)).toMatchObject({ ok: false, failure: { code: 'no-repository' } });
    expect(await Repository.init(plain.folder)).toMatchObject({ ok: true });
    expect((await open(plain.folder)).root).toBe(plain.folder);
  });

  it('says so when git is not installed', async () => {
    const before = process.env.PATH;
    process.env.PATH = '/nonexistent';
    try {
      expect(await Repository.open(test.folder)).toMatchObject({ ok: false, failure: { code: 'git-missing' } });
    } finally {
      process.env.PATH = before;
    }
  });

  it('is not led astray by the variables of a hook that runs us', async () => {
    const other = another();
    process.env.GIT_DIR = other.path('.git');
    try {
      expect((await open()).root).toBe(test.folder);
    } finally {
      delete process.env.GIT_DIR;
    }
  });
});

describe('commitFiles takes exactly the given files', () => {
  it('leaves what the person staged and changed elsewhere as it was', async () => {
    test.commit({ 'ours.md': '1', 'staged.txt': '1', 'changed.txt': '1', 'partly.txt': '1', 'removed.txt': '1' });
    test.write('ours.md', '2');
    test.write('new.md', 'n');
    test.write('staged.txt', '2');
    test.write('added.txt', '1');
    test.git('add', 'staged.txt', 'added.txt');
    test.git('rm', '--quiet', 'removed.txt');
    test.write('partly.txt', '2');
    test.git('add', 'partly.txt');
    test.write('partly.txt', '3');
    test.write('changed.txt', '2');
    test.write('untracked.txt', 'u');
    const result = await commit(['ours.md', 'new.md']);
    expect(result).toMatchObject({ ok: true, value: { commit: expect.stringMatching(/^[0-9a-f]{7,}$/), files: [{ path: 'ours.md', change: 'changed' }, { path: 'new.md', change: 'new' }], leftOut: [] } });
    expect(test.committed().sort()).toEqual(['new.md', 'ours.md']);
    expect(test.status().sort()).toEqual([' M changed.txt', '?? untracked.txt', 'A  added.txt', 'D  removed.txt', 'M  staged.txt', 'MM partly.txt']);
    expect(test.git('show', ':partly.txt')).toBe('2');
    expect(test.git('fsck', '--strict', '--no-dangling')).toBe('');
  });

  it('leaves a file out of which one state is staged and another on disk', async () => {
    test.commit({ 'ours.md': '1', 'both.md': '1' });
    test.write('both.md', 'staged by the person');
    test.git('add', 'both.md');
    test.write('both.md', 'staged by the person\nwritten by us');
    test.write('ours.md', '2');
    expect(await commit(['ours.md', 'both.md'])).toMatchObject({ ok: true, value: { files: [{ path: 'ours.md' }], leftOut: [{ path: 'both.md', reason: 'partly-staged' }] } });
    expect(test.status()).toEqual(['MM both.md']);
    expect(test.git('show', ':both.md')).toBe('staged by the person');
  });

  it('takes a file that is staged whole', async () => {
    test.commit({ 'a.md': '1' });
    test.write('a.md', '2');
    test.git('add', 'a.md');
    expect(await commit(['a.md'])).toMatchObject({ ok: true, value: { files: [{ path: 'a.md' }] } });
    expect(test.status()).toEqual([]);
  });

  it('makes the first commit of an unborn branch', async () => {
    test.write('mine.txt', 'x');
    test.git('add', 'mine.txt');
    test.write('a.md', '1');
    expect(await commit(['a.md'])).toMatchObject({ ok: true, value: { commit: expect.any(String) } });
    expect(test.committed()).toEqual(['a.md']);
    expect(test.status()).toEqual(['A  mine.txt']);
  });

  it('makes no empty commit', async () => {
    test.commit({ 'a.md': '1' });
    expect(await commit(['a.md', 'gone.md'])).toMatchObject({ ok: true, value: { commit: undefined, leftOut: [{ path: 'gone.md', reason: 'gone' }, { path: 'a.md', reason: 'unchanged' }] } });
    expect(test.git('rev-list', '--count', 'HEAD').trim()).toBe('1');
  });

  it('takes names literally', async () => {
    test.commit({ 'x.md': '1', '-n.md': '1' });
    const names = ['*.md', ':(top)x.md', '-f', 'ünï "quoted" 文.md', 'a b.md', '[x].md'];
    for (const name of names) test.write(name, 'n');
    test.write('x.md', '2');
    test.write('-n.md', '2');
    expect(await commit([...names, '-n.md'])).toMatchObject({ ok: true });
    expect(test.committed().sort()).toEqual([...names, '-n.md'].sort());
    expect(test.status()).toEqual([' M x.md']);
  });

  it('commits a link as a link', async () => {
    test.commit({ 'a.md': '1' });
    symlinkSync('/etc/hostname', test.path('link.md'));
    expect(await commit(['link.md'])).toMatchObject({ ok: true });
    expect(test.git('ls-tree', 'HEAD', 'link.md')).toMatch(/^120000/);
  });

  it('keeps autocrlf and the message as they are', async () => {
    test.git('config', 'core.autocrlf', 'true');
    test.commit({ 'a.md': '1\n' });
    test.write('a.md', '1\r\n2\r\n');
    expect(await commit(['a.md'], { message: 'docs: first line\n\n# not a comment\n' })).toMatchObject({ ok: true });
    expect(test.git('cat-file', 'blob', 'HEAD:a.md')).toBe('1\n2\n');
    expect(test.git('log', '-1', '--format=%B').trim()).toBe('docs: first line\n\n# not a comment');
  });

  it('never takes what is ignored, too large a picture, or part of another repository', async () => {
    test.commit({ '.gitignore': 'ignored/\n', 'forced.log': '1' });
    test.write('ignored/a.md', 'x');
    test.write('large.png', new Uint8Array(1001));
    test.write('small.png', new Uint8Array(1000));
    mkdirSync(test.path('nested'));
    test.git('init', '--quiet', 'nested');
    test.write('nested/a.md', 'x');
    const outside = another();
    const result = await commit(['ignored/a.md', 'large.png', 'small.png', 'nested/a.md', `../${outside.folder.split('/').pop() ?? ''}/x.md`, '.git/config']);
    expect(result).toMatchObject({ ok: true, value: { files: [{ path: 'small.png' }] } });
    expect(result.ok ? result.value.leftOut.map(({ path, reason }) => [path.split('/').pop(), reason]) : []).toEqual(
      expect.arrayContaining([['a.md', 'ignored'], ['large.png', 'large-picture'], ['a.md', 'elsewhere'], ['x.md', 'elsewhere']]),
    );
    expect(test.committed()).toEqual(['small.png']);
  });

  it('leaves out what lies in a submodule', async () => {
    const library = another();
    library.commit({ 'lib.md': '1' });
    test.commit({ 'a.md': '1' });
    test.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '--quiet', library.folder, 'lib');
    test.git('commit', '--quiet', '-m', 'submodule');
    test.write('lib/lib.md', '2');
    test.write('a.md', '2');
    expect(await commit(['lib/lib.md', 'a.md'])).toMatchObject({ ok: true, value: { files: [{ path: 'a.md' }], leftOut: [{ path: 'lib/lib.md', reason: 'elsewhere' }] } });
  });
});

describe('commitFiles refuses', () => {
  const unchanged = (): string => test.git('rev-parse', 'HEAD');

  it.each([
    ['hf', `token = "hf_${'a'.repeat(34)}"`],
    ['github', `ghp_${'A1'.repeat(18)}`],
    ['aws', `AKIA${'ABCD'.repeat(4)}`],
    ['key', '-----BEGIN OPENSSH PRIVATE KEY-----'],
  ])('a file that holds a token (%s), without repeating it', async (_, token) => {
    test.commit({ 'a.md': '1' });
    test.write('a.md', `ok\n${token}\n`);
    const result = await commit(['a.md']);
    expect(result).toMatchObject({ ok: false, failure: { code: 'secret-found', message: expect.stringContaining('a.md, line 2') } });
    expect(JSON.stringify(result)).not.toContain(token);
    expect(test.status()).toEqual([' M a.md']);
  });

  it('when a hook refuses, and shows what it printed', async () => {
    test.commit({ 'a.md': '1' });
    test.write('.git/hooks/pre-commit', '#!/bin/sh\necho "lint: line 3 is wrong"\necho "second line" >&2\nexit 1\n', 0o755);
    test.write('new.md', 'n');
    const head = unchanged();
    expect(await commit(['new.md'])).toMatchObject({ ok: false, failure: { code: 'hook-refused', detail: expect.stringMatching(/lint: line 3 is wrong[^]*second line|second line[^]*lint: line 3/) } });
    expect(unchanged()).toBe(head);
    expect(test.status()).toEqual(['?? new.md']);
  });

  it('when it is cancelled while a hook runs, and leaves no trace', async () => {
    test.commit({ 'a.md': '1' });
    test.write('.git/hooks/pre-commit', '#!/bin/sh\ntouch .git/hook-runs\nsleep 3\n', 0o755);
    test.write('new.md', 'n');
    const controller = new AbortController();
    const committing = commit(['new.md'], { signal: controller.signal });
    await expect.poll(() => existsSync(test.path('.git/hook-runs')), { timeout: 20_000 }).toBe(true);
    controller.abort();
    expect(await committing).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    expect(test.status()).toEqual(['?? new.md']);
    expect(existsSync(test.path('.git/index.lock'))).toBe(false);
  });

  it('without an identity, with the two commands', async () => {
    const bare = another({ identity: false });
    bare.git('config', 'user.name', '');
    bare.write('a.md', '1');
    const environment = { ...process.env };
    const named = ['GIT_AUTHOR_NAME', 'GIT_AUTHOR_EMAIL', 'GIT_COMMITTER_NAME', 'GIT_COMMITTER_EMAIL', 'EMAIL'];
    process.env = Object.fromEntries(Object.entries(environment).filter(([name]) => !named.includes(name)));
    process.env.GIT_CONFIG_GLOBAL = '/dev/null';
    process.env.GIT_CONFIG_SYSTEM = '/dev/null';
    try {
      const repository = await open(bare.folder);
      const result = await repository.commitFiles({ files: [bare.path('a.md')], message: 'x', maximumPicture: 1 });
      expect(result).toMatchObject({ ok: false, failure: { code: 'no-identity', advice: expect.stringMatching(/user\.name.*user\.email/) } });
      expect(bare.status()).toEqual(['?? a.md']);
    } finally {
      process.env = environment;
    }
  });

  it('with a merge and its conflicts under way', async () => {
    test.commit({ 'a.md': '1', 'b.md': '1' });
    test.git('switch', '--quiet', '-c', 'side');
    test.commit({ 'a.md': 'side' });
    test.git('switch', '--quiet', 'main');
    test.commit({ 'a.md': 'main' });
    expect(test.tries('merge', 'side')).toBe(false);
    test.write('b.md', '2');
    expect(await commit(['b.md'])).toMatchObject({ ok: false, failure: { code: 'conflicts', message: expect.stringContaining('a.md') } });
    test.write('a.md', 'settled');
    test.git('add', 'a.md');
    expect(await commit(['b.md'])).toMatchObject({ ok: false, failure: { code: 'operation-under-way', message: 'A merge is under way.' } });
  });

  it.each([
    ['rebase', ['rebase', 'side'], 'A rebase is under way.'],
    ['cherry-pick', ['cherry-pick', 'side'], 'A cherry-pick is under way.'],
    ['revert', ['revert', '--no-edit', 'HEAD~1'], 'A revert is under way.'],
  ])('with a %s under way', async (_, command, message) => {
    test.commit({ 'a.md': '1', 'b.md': '1' });
    test.git('switch', '--quiet', '-c', 'side');
    test.commit({ 'a.md': 'side' });
    test.git('switch', '--quiet', 'main');
    test.commit({ 'a.md': 'main' });
    test.commit({ 'a.md': 'main again' });
    expect(test.tries(...command)).toBe(false);
    test.write('a.md', 'settled');
    test.git('add', 'a.md');
    test.write('b.md', '2');
    expect(await commit(['b.md'])).toMatchObject({ ok: false, failure: { code: 'operation-under-way', message } });
    expect(test.status()).toContain(' M b.md');
  });

  it('on a detached HEAD unless that was agreed to', async () => {
    test.commit({ 'a.md': '1' });
    test.git('switch', '--quiet', '--detach');
    test.write('a.md', '2');
    expect(await commit(['a.md'])).toMatchObject({ ok: false, failure: { code: 'detached-head' } });
    expect(await commit(['a.md'], { allowDetached: true })).toMatchObject({ ok: true, value: { commit: expect.any(String) } });
  });

  it('while a branch is locked, and says which file to delete', async () => {
    test.commit({ 'a.md': '1' });
    test.write('a.md', '2');
    test.write('.git/refs/heads/main.lock', '');
    expect(await commit(['a.md'])).toMatchObject({ ok: false, failure: { code: 'index-locked', advice: expect.stringContaining('main.lock') } });
    expect(test.status()).toEqual([' M a.md']);
  });

  it('while index.lock is there, and leaves it', async () => {
    test.commit({ 'a.md': '1' });
    test.write('a.md', '2');
    test.write('.git/index.lock', '');
    expect(await commit(['a.md'])).toMatchObject({ ok: false, failure: { code: 'index-locked', advice: expect.stringContaining('index.lock') } });
    expect(existsSync(test.path('.git/index.lock'))).toBe(true);
  });
});

describe('push', () => {
  let remote: TestRepository;

  beforeEach(() => {
    remote = another({ init: false });
    remote.git('init', '--quiet', '--bare', '--initial-branch=main');
    test.commit({ 'a.md': '1' }, 'first');
    test.git('remote', 'add', 'origin', remote.folder);
  });

  async function target(repository: Repository) {
    const found = await repository.pushTarget('main');
    if (!found.ok || !found.value) throw new Error('no target');
    return found.value;
  }

  it('pushes to a new branch and follows it from then on', async () => {
    const repository = await open();
    expect(await target(repository)).toMatchObject({ remote: { name: 'origin' }, branch: 'main', upstream: false });
    expect(await repository.unpushed('origin', 'main')).toMatchObject({ ok: true, value: [{ subject: 'first' }] });
    expect(await repository.push(await target(repository))).toEqual({ ok: true, value: 'pushed' });
    expect(remote.git('rev-parse', 'main')).toBe(test.git('rev-parse', 'HEAD'));
    expect(await repository.unpushed('origin', 'main')).toEqual({ ok: true, value: [] });
    expect(await target(repository)).toMatchObject({ upstream: true });
    expect(await repository.push(await target(repository))).toEqual({ ok: true, value: 'up-to-date' });
  });

  it('explains a rejected push and never forces it', async () => {
    const repository = await open();
    await repository.push(await target(repository));
    const clone = another({ init: false });
    clone.git('clone', '--quiet', remote.folder, '.');
    clone.identify();
    clone.commit({ 'b.md': 'theirs' }, 'theirs');
    clone.git('push', '--quiet');
    test.commit({ 'c.md': 'ours' }, 'ours');
    expect(await repository.push(await target(repository))).toMatchObject({ ok: false, failure: { code: 'push-rejected', advice: expect.stringContaining('never forces') } });
    expect(remote.git('log', '-1', '--format=%s', 'main').trim()).toBe('theirs');
  });

  it('says when the remote declines, a hook refuses, or nothing is there', async () => {
    const repository = await open();
    remote.write('hooks/pre-receive', '#!/bin/sh\necho "branch is protected" >&2\nexit 1\n', 0o755);
    expect(await repository.push(await target(repository))).toMatchObject({ ok: false, failure: { code: 'push-declined', detail: expect.stringContaining('branch is protected') } });
    chmodSync(remote.path('hooks/pre-receive'), 0o644);
    test.write('.git/hooks/pre-push', '#!/bin/sh\necho "tests fail" >&2\nexit 1\n', 0o755);
    expect(await repository.push(await target(repository))).toMatchObject({ ok: false, failure: { code: 'hook-refused', detail: expect.stringContaining('tests fail') } });
    chmodSync(test.path('.git/hooks/pre-push'), 0o644);
    test.git('remote', 'set-url', 'origin', test.path('nowhere'));
    expect(await repository.push(await target(repository))).toMatchObject({ ok: false, failure: { code: 'remote-unreachable' } });
  });

  it('shows no credentials of an address', async () => {
    test.git('remote', 'set-url', 'origin', 'https://me:secret@localhost:9/x.git');
    const repository = await open();
    expect(await repository.remotes()).toEqual({ ok: true, value: [{ name: 'origin', url: 'https://localhost:9/x.git' }] });
    const pushed = await repository.push(await target(repository));
    expect(pushed.ok).toBe(false);
    expect(JSON.stringify(pushed)).not.toContain('secret');
  });

  it('knows when there is no remote', async () => {
    test.git('remote', 'remove', 'origin');
    expect(await (await open()).pushTarget('main')).toEqual({ ok: true, value: undefined });
  });
});
