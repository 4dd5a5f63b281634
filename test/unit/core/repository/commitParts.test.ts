import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Repository } from '../../../../src/core/repository/repository';
import type { CommitRequest } from '../../../../src/core/repository/repository';
import { replaceSection } from '../../../../src/core/report/sectionText';
import { TestRepository } from './testRepository';

let test: TestRepository;
beforeEach(() => void (test = new TestRepository()));
afterEach(() => test.dispose());

const section = (text: string, markdown: string): string => {
  const next = replaceSection(text, { name: 'matrix', markdown, heading: 'Matrix' });
  if (!next.ok) throw new Error(next.failure.message);
  return next.value;
};

const before = section('# Results\n\nIntroduction.\n', 'old');
const ours = section(before, 'new');
const both = ours.replace('Introduction.', 'My own words.');

async function commit(names: readonly string[], more: Partial<CommitRequest> = {}) {
  const opened = await Repository.open(test.folder);
  if (!opened.ok) throw new Error(opened.failure.message);
  return opened.value.commitFiles({ files: names.map((name) => test.path(name)), message: 'docs: ours', maximumPicture: 1000, ...more });
}

const leftovers = (): string[] => readdirSync(test.path('.git')).filter((name) => name.startsWith('evalmark-index'));

describe('a file with changes of both', () => {
  it('is committed only as far as Evalmark changed it; the rest stays uncommitted', async () => {
    test.commit({ 'r.md': before, 'other.txt': '1' });
    test.write('r.md', both);
    test.write('data.json', '{}');
    test.write('other.txt', 'staged');
    test.git('add', 'other.txt');
    expect(await commit(['r.md', 'data.json'])).toMatchObject({ ok: true, value: { files: [{ path: 'r.md', part: {} }, { path: 'data.json' }] } });
    expect(test.git('show', 'HEAD:r.md')).toBe(ours);
    expect(test.committed().sort()).toEqual(['data.json', 'r.md']);
    expect(readFileSync(test.path('r.md'), 'utf8')).toBe(both);
    expect(test.git('show', ':r.md')).toBe(ours);
    expect(test.status()).toEqual(['M  other.txt', ' M r.md']);
    expect(test.git('fsck', '--strict', '--no-dangling')).toBe('');
    expect(leftovers()).toEqual([]);
  });

  it('keeps what the person has staged of it staged', async () => {
    test.commit({ 'r.md': before });
    test.write('r.md', before.replace('Introduction.', 'Staged words.'));
    test.git('add', 'r.md');
    test.write('r.md', section(before.replace('Introduction.', 'Staged words.\n\nUnstaged words.'), 'new'));
    expect(await commit(['r.md'])).toMatchObject({ ok: true });
    expect(test.git('show', 'HEAD:r.md')).toBe(ours);
    expect(test.git('show', ':r.md')).toBe(section(before.replace('Introduction.', 'Staged words.'), 'new'));
    expect(test.status()).toEqual(['MM r.md']);
  });

  it('is left alone when everything in it is the person\'s, or nobody can tell', async () => {
    test.commit({ 'r.md': before, 'x.md': before });
    test.write('r.md', before.replace('Introduction.', 'Mine.'));
    test.write('x.md', both.replace('<!-- evalmark:end matrix -->', ''));
    expect(await commit(['r.md', 'x.md'])).toMatchObject({ ok: true, value: { commit: undefined, leftOut: [{ path: 'r.md', reason: 'yours' }, { path: 'x.md', reason: 'mixed' }] } });
    expect(await commit(['x.md'], { agreed: new Set([test.path('x.md')]) })).toMatchObject({ ok: true, value: { commit: expect.any(String) } });
  });

  it('is told apart in a plan, too', async () => {
    const plan = '# Plan\n\n- [ ] One\n- [ ] Two\n';
    test.commit({ 'tasks.md': plan });
    test.write('tasks.md', '# Plan\n\n- [x] One\n- [ ] Between\n- [ ] Two\n');
    expect(await commit(['tasks.md'], { plan: test.path('tasks.md') })).toMatchObject({ ok: true });
    expect(test.git('show', 'HEAD:tasks.md')).toBe('# Plan\n\n- [x] One\n- [ ] Two\n');
  });

  it('is taken whole when it is a plan that git does not know yet', async () => {
    test.commit({ 'a.txt': '1' });
    test.write('tasks.md', '# My plan\n\n- [x] One\n');
    expect(await commit(['tasks.md'], { plan: test.path('tasks.md') })).toMatchObject({ ok: true, value: { files: [{ path: 'tasks.md', change: 'new' }] } });
    expect(test.status()).toEqual([]);
  });

  it('has the line ends that the repository wants', async () => {
    test.git('config', 'core.autocrlf', 'true');
    test.commit({ 'r.md': before.replaceAll('\n', '\r\n') });
    expect(test.git('cat-file', 'blob', 'HEAD:r.md')).toBe(before);
    test.write('r.md', both.replaceAll('\n', '\r\n'));
    expect(await commit(['r.md'])).toMatchObject({ ok: true });
    expect(test.git('cat-file', 'blob', 'HEAD:r.md')).toBe(ours);
    expect(test.status()).toEqual([' M r.md']);
  });

  it('keeps its mode', async () => {
    test.commit({ 'r.md': before });
    test.git('update-index', '--chmod=+x', 'r.md');
    test.git('commit', '--quiet', '-m', 'mode');
    test.write('r.md', both);
    execFileSync('chmod', ['+x', test.path('r.md')]);
    expect(await commit(['r.md'])).toMatchObject({ ok: true });
    expect(test.git('ls-tree', 'HEAD', 'r.md')).toMatch(/^100755/);
  });

  it('goes through the hooks, which see only what is committed', async () => {
    test.commit({ 'r.md': before });
    test.write('.git/hooks/pre-commit', '#!/bin/sh\ngit show :r.md > seen.txt\nif grep -q "My own" seen.txt; then exit 1; fi\n', 0o755);
    test.write('r.md', both);
    expect(await commit(['r.md'])).toMatchObject({ ok: true });
    expect(readFileSync(test.path('seen.txt'), 'utf8')).toBe(ours);
  });

  it('leaves the index as it was when a hook refuses', async () => {
    test.commit({ 'r.md': before, 's.txt': '1' });
    test.write('.git/hooks/commit-msg', '#!/bin/sh\nexit 1\n', 0o755);
    test.write('r.md', both);
    test.write('new.json', '{}');
    test.write('s.txt', '2');
    test.git('add', 's.txt');
    const index = test.git('ls-files', '--stage');
    expect(await commit(['r.md', 'new.json'])).toMatchObject({ ok: false, failure: { code: 'hook-refused' } });
    expect(test.git('ls-files', '--stage')).toBe(index);
    expect(test.status()).toEqual([' M r.md', 'M  s.txt', '?? new.json']);
    expect(leftovers()).toEqual([]);
  });

  it('is signed where the person signs', async () => {
    const key = path.join(test.folder, '.git', 'key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    test.commit({ 'r.md': before, 'w.md': before });
    for (const [name, value] of [['gpg.format', 'ssh'], ['user.signingkey', `${key}.pub`], ['commit.gpgsign', 'true']] as const) test.git('config', name, value);
    test.write('r.md', both);
    expect(await commit(['r.md'])).toMatchObject({ ok: true });
    expect(test.git('cat-file', 'commit', 'HEAD')).toContain('BEGIN SSH SIGNATURE');
    test.git('config', 'user.signingkey', test.path('.git/no-such-key.pub'));
    test.write('w.md', both);
    const head = test.git('rev-parse', 'HEAD');
    expect(await commit(['w.md'])).toMatchObject({ ok: false, failure: { code: 'signing-failed' } });
    expect(test.git('rev-parse', 'HEAD')).toBe(head);
  });

  it('works in a worktree, and in the first commit of a branch', async () => {
    test.commit({ 'r.md': before });
    test.git('worktree', 'add', '--quiet', '-b', 'side', test.path('tree'));
    test.write('tree/r.md', both);
    const tree = await Repository.open(test.path('tree'));
    expect(tree.ok && (await tree.value.commitFiles({ files: [test.path('tree/r.md')], message: 'docs: side', maximumPicture: 1 }))).toMatchObject({ ok: true });
    expect(test.git('show', 'side:r.md')).toBe(ours);
    expect(test.git('show', 'main:r.md')).toBe(before);
    test.git('switch', '--quiet', '--orphan', 'fresh');
    test.write('plan.json', '{}');
    expect(await commit(['plan.json'])).toMatchObject({ ok: true });
    expect(test.committed()).toEqual(['plan.json']);
  });
});
