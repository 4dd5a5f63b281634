import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitClosingMarks } from '../../../../src/core/repository/closingCommit';
import { commitWrittenFiles } from '../../../../src/core/repository/commitWrittenFiles';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { contextIn, person } from '../actions/person';
import { TestRepository } from './testRepository';

let test: TestRepository;
let remote: TestRepository;
let written: WrittenFiles;
const plan = '# Plan\n\n**Change ID**: `small`\n\n- [x] Write\n- [ ] Commit\n- [ ] Push\n';

beforeEach(async () => {
  test = new TestRepository();
  remote = new TestRepository({ init: false });
  remote.git('init', '--quiet', '--bare', '--initial-branch=main');
  test.commit({ '.gitignore': '.evalmark/\n', 'tasks.md': plan });
  test.git('remote', 'add', 'origin', remote.folder);
  written = new WrittenFiles(test.path('.evalmark'));
  await written.add(test.write('data.json', '{}'));
  const { paths, settings, log } = contextIn(test);
  await commitWrittenFiles({ paths, settings, written, task: { id: '4.4', title: 'Publish' }, ask: person({ confirm: true }).ask, log, consent: 'each' });
  await written.add(test.write('tasks.md', plan.replace('[ ] Commit', '[x] Commit')));
});
afterEach(() => {
  test.dispose();
  remote.dispose();
});

const close = (pushed: boolean) => {
  const { paths, settings, log, ask } = contextIn(test);
  return commitClosingMarks({ paths, settings, written, task: { id: '4.4', title: 'Publish' }, pushed, ask, log });
};

it('commits the marks that the commit could not hold, and nothing is left', async () => {
  await close(false);
  expect(test.status()).toEqual([]);
  expect(test.git('log', '-1', '--format=%s').trim()).toBe('docs(small): tick what task 4.4 committed');
  expect(await written.list()).toEqual([]);
});

it('pushes them where the step had pushed, and never more than them', async () => {
  test.git('push', '--quiet', '--set-upstream', 'origin', 'main');
  await close(true);
  expect(remote.git('rev-parse', 'main')).toBe(test.git('rev-parse', 'HEAD'));
  test.commit({ 'mine.txt': '1' }, 'not to be pushed yet');
  await written.add(test.write('tasks.md', plan));
  await close(true);
  expect(remote.git('log', '-1', '--format=%s', 'main').trim()).toBe('docs(small): tick what task 4.4 committed');
});

it('does nothing where a person has committed since, or more than marks waits', async () => {
  await written.add(test.write('other.json', '{}'));
  const head = test.git('rev-parse', 'HEAD');
  await close(false);
  expect(test.git('rev-parse', 'HEAD')).toBe(head);
  await written.clear([test.path('other.json')]);
  test.commit({ 'mine.txt': '1' }, 'mine');
  await close(false);
  expect(test.git('log', '-1', '--format=%s').trim()).toBe('mine');
});
