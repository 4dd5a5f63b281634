import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commitWrittenFiles } from '../../../../src/core/repository/commitWrittenFiles';
import { undoLastCommit } from '../../../../src/core/repository/undoCommit';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { contextIn, person } from '../actions/person';
import { TestRepository } from './testRepository';

let test: TestRepository;
let written: WrittenFiles;

beforeEach(() => {
  test = new TestRepository();
  test.commit({ '.gitignore': '.evalmark/\n', 'assets/old.jpg': 'old', 'assets/theirs.jpg': 'theirs', 'a.json': '1', 'docs/a.md': '<!-- evalmark:begin a -->\n\nold\n\n<!-- evalmark:end a -->\n\nmine\n' });
  written = new WrittenFiles(test.path('.evalmark'));
});
afterEach(() => test.dispose());

const yes = () => person({ confirm: true }).ask;

async function commit() {
  const { paths, settings, log } = contextIn(test);
  return commitWrittenFiles({ paths, settings, written, task: undefined, ask: yes(), log, consent: 'each' });
}

async function remove(name: string): Promise<void> {
  rmSync(test.path(name));
  await written.add(test.path(name));
}

describe.each([['whole files', 'a.json', '2'], ['a file in part', 'docs/a.md', '<!-- evalmark:begin a hash=e3b0c44298fc1c14 -->\n\n<!-- evalmark:end a -->\n\nmine, and more\n']])('beside %s', (_, file, content) => {
  it('what Evalmark removed is removed by the commit, what a person removed is not, and undo brings it back', async () => {
    const before = test.git('rev-parse', 'HEAD');
    await written.add(test.write(file, content));
    await written.add(test.path('assets/theirs.jpg'));
    rmSync(test.path('assets/theirs.jpg'));
    await remove('assets/old.jpg');
    expect(await commit()).toMatchObject({ kind: 'done' });
    expect(test.committed().sort()).toEqual([file, 'assets/old.jpg'].sort());
    expect(test.tries('cat-file', '-e', 'HEAD:assets/old.jpg')).toBe(false);
    expect(test.tries('cat-file', '-e', 'HEAD:assets/theirs.jpg')).toBe(true);
    const { paths, log } = contextIn(test);
    expect(await undoLastCommit({ paths, log, ask: yes() })).toMatchObject({ kind: 'done' });
    expect(test.git('rev-parse', 'HEAD')).toBe(before);
    expect(test.status()).toEqual(expect.arrayContaining([' D assets/old.jpg', ' D assets/theirs.jpg']));
    expect(test.git('fsck', '--strict', '--no-dangling')).toBe('');
  });
});

it('a file that git never had is forgotten when it is removed', async () => {
  await written.add(test.write('assets/new.jpg', 'new'));
  await remove('assets/new.jpg');
  expect(await commit()).toMatchObject({ kind: 'done', summary: expect.stringContaining('nothing to commit') });
  expect(await written.list()).toEqual([]);
});
