import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitWrittenFiles, previewCommit } from '../../../../src/core/repository/commitWrittenFiles';
import { undoLastCommit } from '../../../../src/core/repository/undoCommit';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { contextIn, person } from '../actions/person';
import { TestRepository } from './testRepository';

let test: TestRepository;
let written: WrittenFiles;

beforeEach(() => {
  test = new TestRepository();
  written = new WrittenFiles(test.path('.evalmark'));
});
afterEach(() => test.dispose());

const yes = () => person({ confirm: true }).ask;
const undo = (ask = yes()) => undoLastCommit({ ...contextIn(test), ask });

async function commitOurs(files: Readonly<Record<string, string>>) {
  for (const [name, content] of Object.entries(files)) await written.add(test.write(name, content));
  const { paths, settings, log } = contextIn(test);
  return commitWrittenFiles({ paths, settings, written, task: undefined, ask: yes(), log, consent: 'each' });
}

it('takes the newest commit back and leaves files, other staged work and the list of what to commit', async () => {
  test.commit({ '.gitignore': '.evalmark/\n', 'a.json': '1', 'mine.txt': '1' });
  const before = test.git('rev-parse', 'HEAD');
  await commitOurs({ 'a.json': '2', 'new.json': '{}' });
  test.write('mine.txt', '2');
  test.git('add', 'mine.txt');
  expect(await undo()).toMatchObject({ kind: 'done' });
  expect(test.git('rev-parse', 'HEAD')).toBe(before);
  expect(test.status()).toEqual([' M a.json', 'M  mine.txt', '?? new.json']);
  expect(readFileSync(test.path('a.json'), 'utf8')).toBe('2');
  expect([...(await written.list())].sort()).toEqual([test.path('a.json'), test.path('new.json')]);
  expect(test.git('fsck', '--strict', '--no-dangling')).toBe('');
  expect(await undo()).toMatchObject({ kind: 'failed', failure: { code: 'no-own-commit' } });
});

it('takes back the very first commit', async () => {
  await commitOurs({ 'a.json': '1' });
  expect(await undo()).toMatchObject({ kind: 'done' });
  expect(test.tries('rev-parse', '--verify', 'HEAD')).toBe(false);
  expect(test.status()).toContain('?? a.json');
});

it('refuses what was pushed, what is no longer the newest, and what a person does not agree to', async () => {
  test.commit({ '.gitignore': '.evalmark/\n' });
  await commitOurs({ 'a.json': '1' });
  const head = test.git('rev-parse', 'HEAD');
  expect(await undo(person({ confirm: false }).ask)).toEqual({ kind: 'cancelled' });
  expect(await undo(contextIn(test).ask)).toMatchObject({ kind: 'needsPerson' });
  test.git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  expect(await undo()).toMatchObject({ kind: 'failed', failure: { code: 'commit-pushed', message: expect.stringContaining('origin/main') } });
  test.git('update-ref', '-d', 'refs/remotes/origin/main');
  expect(test.git('rev-parse', 'HEAD')).toBe(head);
  test.commit({ 'b.txt': 'theirs' }, 'theirs');
  expect(await undo()).toMatchObject({ kind: 'failed', failure: { code: 'not-newest-commit' } });
});

it('refuses while a merge is under way', async () => {
  test.commit({ '.gitignore': '.evalmark/\n' });
  await commitOurs({ 'a.json': '1' });
  test.write('.git/MERGE_HEAD', test.git('rev-parse', 'HEAD'));
  expect(await undo()).toMatchObject({ kind: 'failed', failure: { code: 'operation-under-way' } });
});

it('what will be committed can be seen before, to the line', async () => {
  test.commit({ '.gitignore': '.evalmark/\n', 'a.json': '{\n}\n' });
  await written.add(test.write('a.json', '{\n  "b": 1\n}\n'));
  await written.add(test.write('table.csv', 'a\n'));
  test.write('table.csv', 'a\nb\n');
  const { paths, settings } = contextIn(test);
  const preview = await previewCommit({ paths, settings, written });
  expect(preview.ok && preview.value).toMatch(/# left out: table\.csv \(holds changes of yours[^]*a\.json \| 1 \+[^]*\+ {2}"b": 1/);
  expect(test.status()).toEqual([' M a.json', '?? table.csv']);
  expect(test.git('diff', '--cached')).toBe('');
});

it('a file that somebody changed since asks before it is committed whole', async () => {
  test.commit({ '.gitignore': '.evalmark/\n' });
  await written.add(test.write('table.csv', 'a\n'));
  test.write('table.csv', 'a\nmine\n');
  const { paths, settings, log } = contextIn(test);
  const { ask, asked } = person({ confirm: true });
  const request = { paths, settings, written, task: undefined, log, consent: 'each' as const };
  expect(await commitWrittenFiles({ ...request, ask: contextIn(test).ask })).toMatchObject({ kind: 'done', summary: expect.stringContaining('1 left out (table.csv)') });
  expect(await commitWrittenFiles({ ...request, ask })).toMatchObject({ kind: 'done' });
  expect(asked.confirms[0]).toMatchObject({ kind: 'danger', agree: 'Commit Them Whole' });
  expect(test.committed()).toEqual(['table.csv']);
});
