import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitMessage } from '../../../../src/core/repository/commitMessage';
import { findSecret } from '../../../../src/core/repository/secrets';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { temporaryFolder } from '../../actionContext';

let storage: string;

beforeEach(async () => {
  storage = path.join(await mkdtemp(temporaryFolder), 'not', 'yet');
});
afterEach(() => rm(path.dirname(path.dirname(storage)), { recursive: true, force: true }));

it('keeps every file that several writers add at once, over restarts', async () => {
  const [one, two] = [new WrittenFiles(storage), new WrittenFiles(storage)];
  const files = Array.from({ length: 30 }, (_, index) => path.resolve(`/w/${index}.md`));
  await Promise.all(files.map((file, index) => (index % 2 ? one : two).add(file)));
  await one.add(files[0] ?? '');
  expect([...(await new WrittenFiles(storage).list())].sort()).toEqual([...files].sort());
  await two.clear(files.slice(1));
  expect(await one.list()).toEqual([files[0]]);
  await one.clear();
  expect(await two.list()).toEqual([]);
  expect(await readdir(storage)).toEqual(['written-files.json']);
});

it('starts anew from a broken list', async () => {
  const written = new WrittenFiles(storage);
  await written.add(path.resolve('/w/a.md'));
  await writeFile(path.join(storage, 'written-files.json'), '["/w/a.md", 3, "relative", ');
  expect(await written.list()).toEqual([]);
  await written.add(path.resolve('/w/b.md'));
  expect(JSON.parse(await readFile(path.join(storage, 'written-files.json'), 'utf8'))).toEqual([{ file: path.resolve('/w/b.md') }]);
});

it('knows which files somebody changed since', async () => {
  const written = new WrittenFiles(storage);
  const [one, two] = ['one.csv', 'two.csv'].map((name) => path.join(storage, name));
  await mkdir(storage, { recursive: true });
  for (const file of [one!, two!]) {
    await writeFile(file, 'ours');
    await written.add(file);
  }
  expect(await written.touched()).toEqual(new Set());
  await writeFile(two!, 'theirs');
  expect(await written.touched()).toEqual(new Set([two]));
  await written.add(two!);
  expect(await written.touched()).toEqual(new Set());
});

it('fills the message template and leaves what it does not know', () => {
  const parts = { change: 'validation', task: { id: '4.4', title: 'Update\nDocs' } };
  expect(commitMessage('docs(${change}): complete task ${task}', parts)).toBe('docs(validation): complete task 4.4');
  expect(commitMessage('${title} ${else} $1', parts)).toBe('Update Docs ${else} $1');
  expect(commitMessage('  ', parts)).toBe('docs(validation): update the evaluation');
});

it('takes ordinary text for no secret', () => {
  const text = 'hf_hub, hf_0123456789, ghp_short, AKIA, sk-learn, https://huggingface.co/settings/tokens, sha256 0123456789abcdef0123456789abcdef01234567';
  expect(findSecret(text)).toBeUndefined();
});
