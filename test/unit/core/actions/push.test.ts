import { afterEach, beforeEach, expect, it } from 'vitest';
import { push } from '../../../../src/core/actions/push';
import { linkedStep } from '../../actionContext';
import { TestRepository } from '../repository/testRepository';
import { contextIn, person } from './person';

let test: TestRepository;
let remote: TestRepository;

beforeEach(() => {
  test = new TestRepository();
  test.commit({ 'a.md': '1' }, 'docs: first');
  remote = new TestRepository({ init: false });
  remote.git('init', '--quiet', '--bare', '--initial-branch=main');
});
afterEach(() => {
  test.dispose();
  remote.dispose();
});

const step = linkedStep({ action: 'push', arguments: {} }, 'Push to GitHub');

it('shows remote, branch and commits, and pushes only when a person agrees', async () => {
  test.git('remote', 'add', 'origin', remote.folder);
  const refusing = person({ confirm: false });
  expect(await push.run(step, contextIn(test, { ask: refusing.ask }))).toEqual({ kind: 'cancelled' });
  expect(await push.run(step, contextIn(test))).toMatchObject({ kind: 'needsPerson' });
  expect(remote.tries('rev-parse', '--verify', 'main')).toBe(false);

  expect(refusing.asked.confirms).toMatchObject([{ title: 'Push 1 commit of main to origin?', kind: 'danger' }]);
  expect(refusing.asked.confirms[0]?.detail).toContain(remote.folder);
  expect(refusing.asked.confirms[0]?.detail).toContain('docs: first');

  const agreeing = person({ confirm: true });
  expect(await push.run(step, contextIn(test, { ask: agreeing.ask }))).toEqual({ kind: 'done', summary: '1 commit to origin/main' });
  expect(remote.git('rev-parse', 'main')).toBe(test.git('rev-parse', 'HEAD'));
  expect(await push.run(step, contextIn(test, { ask: agreeing.ask }))).toEqual({ kind: 'done', summary: 'nothing to push to origin' });
  expect(agreeing.asked.confirms).toHaveLength(1);
});

it('says what is missing: a remote, a branch, a commit, a repository', async () => {
  expect(await push.run(step, contextIn(test))).toMatchObject({ kind: 'failed', failure: { code: 'no-remote' } });
  test.git('switch', '--quiet', '--detach');
  expect(await push.run(step, contextIn(test))).toMatchObject({ kind: 'failed', failure: { code: 'detached-head' } });
  const empty = new TestRepository();
  const plain = new TestRepository({ init: false });
  try {
    expect(await push.run(step, contextIn(empty))).toMatchObject({ kind: 'failed', failure: { code: 'nothing-committed' } });
    expect(await push.run(step, contextIn(plain))).toMatchObject({ kind: 'failed', failure: { code: 'no-repository' } });
  } finally {
    empty.dispose();
    plain.dispose();
  }
});
