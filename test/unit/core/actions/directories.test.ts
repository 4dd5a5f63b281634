import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, lstat, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActionContext } from '../../../../src/core/actions/action';
import { directories } from '../../../../src/core/actions/directories';
import { directoriesIgnore } from '../../../../src/core/actions/directoriesIgnore';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import { linkedStep, makeContext, temporaryFolder } from '../../actionContext';
import { stepWithBlock } from './shellFixture';

let root: string;
let folder: string;

beforeEach(async () => {
  root = await realpath(await mkdtemp(temporaryFolder));
  folder = path.join(root, 'workspace');
  await mkdir(folder);
});

afterEach(() => rm(root, { recursive: true, force: true }));

describe('creating folders', () => {
  const block = ['mkdir -p test_data/{source,results/{base,loras}}', 'mkdir -p scripts ../outside "$HOME/x"'];
  const run = (args: Readonly<Record<string, string>>, lines = block) => directories.run(stepWithBlock(args, lines, 'directories'), makeContext(folder));

  test('the named one, and what the block puts below it', async () => {
    expect(await run({ path: 'test_data/results/', block: '0' })).toEqual({ kind: 'done', summary: 'test_data/results with base, loras created' });
    expect(existsSync(path.join(folder, 'test_data/results/loras'))).toBe(true);
    expect(existsSync(path.join(folder, 'test_data/source'))).toBe(false);
    expect(existsSync(path.join(folder, 'scripts'))).toBe(false);
    expect(await run({ path: 'test_data/results', block: '0' })).toEqual({ kind: 'done', summary: 'test_data/results with base, loras was there already' });
    expect(await run({ path: 'scripts' })).toEqual({ kind: 'done', summary: 'scripts created' });
  });

  test.each(['../outside', '/tmp/evalmark-absolute', 'a/../../outside', 'link/below', 'dangling/below'])('%s is refused', async (escape) => {
    await mkdir(path.join(root, 'elsewhere'));
    await symlink(path.join(root, 'elsewhere'), path.join(folder, 'link'));
    await symlink(path.join(root, 'not-there'), path.join(folder, 'dangling'));
    expect(await run({ path: escape })).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    expect(existsSync(path.join(root, 'elsewhere/below'))).toBe(false);
    expect(existsSync(path.join(root, 'outside'))).toBe(false);
    expect(existsSync(path.join(root, 'not-there'))).toBe(false);
  });

  test('a file in the way is named, and no argument at all', async () => {
    await writeFile(path.join(folder, 'scripts'), '');
    expect(await run({ path: 'scripts' })).toMatchObject({ kind: 'failed', failure: { short: 'not a folder' } });
    expect(await run({})).toMatchObject({ kind: 'failed', failure: { code: 'link-arguments' } });
  });
});

describe('keeping large files out of git', () => {
  const run = (overrides: Partial<ActionContext> = {}, args: Readonly<Record<string, string>> = { folder: 'test_data' }) => {
    const context = makeContext(folder, overrides);
    return directoriesIgnore.run(linkedStep({ action: 'directories.ignore', arguments: args }), context).then((outcome) => ({ outcome, written: context.written }));
  };
  const ignore = () => readFile(path.join(folder, '.gitignore'), 'utf8');

  test('a missing file is made', async () => {
    const { outcome, written } = await run();
    expect(outcome).toEqual({ kind: 'done', summary: 'test_data/results/ is ignored' });
    expect(await ignore()).toBe('test_data/results/\n');
    expect(written).toEqual([path.join(folder, '.gitignore')]);
  });

  test.each([
    ['node_modules/\n', 'node_modules/\ntest_data/results/\n'],
    ['a\r\nb  \r\n', 'a\r\nb  \r\ntest_data/results/\r\n'],
    ['no end', 'no end\ntest_data/results/\n'],
    ['test_data/results/\n!test_data/results/\n', 'test_data/results/\n!test_data/results/\ntest_data/results/\n'],
  ])('%j becomes %j', async (before, after) => {
    await writeFile(path.join(folder, '.gitignore'), before);
    await run();
    expect(await ignore()).toBe(after);
  });

  test.each(['test_data/results/\n', '/test_data/results\n', 'test_data/\n', 'test_data/results/**\n', '# x\r\n  test_data/results/*\r\n'])('%j covers it already', async (before) => {
    await writeFile(path.join(folder, '.gitignore'), before);
    const { outcome, written } = await run();
    expect(outcome).toMatchObject({ summary: 'test_data/results/ was ignored already' });
    expect([await ignore(), written]).toEqual([before, []]);
  });

  test('bytes that are no UTF-8, and the mode, stay', async () => {
    const bytes = Buffer.from([0xff, 0xfe, 0x0a]);
    await writeFile(path.join(folder, '.gitignore'), bytes);
    await chmod(path.join(folder, '.gitignore'), 0o640);
    await run();
    expect((await readFile(path.join(folder, '.gitignore'))).subarray(0, 3)).toEqual(bytes);
    expect((await stat(path.join(folder, '.gitignore'))).mode & 0o777).toBe(0o640);
  });

  test('the results folder of the evaluation counts when it lies in the folder', async () => {
    const evaluation = async () => ({ ok: true as const, value: { results: 'test_data/out/' } as Evaluation });
    await run({ evaluation });
    expect(await ignore()).toBe('test_data/out/\n');
  });

  test('git agrees, and files that it tracks already are told of', async () => {
    const git = (...args: string[]) => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: folder, encoding: 'utf8' });
    git('init', '-q');
    await mkdir(path.join(folder, 'test_data/results/base'), { recursive: true });
    await writeFile(path.join(folder, 'test_data/results/base/ü.png'), 'x');
    git('add', '.');
    const warnings: string[] = [];
    const { outcome } = await run({ log: { debug() {}, info() {}, error() {}, warn: (message) => void warnings.push(message) } });
    expect(outcome).toMatchObject({ summary: 'test_data/results/ is ignored, but 1 file in it is tracked already' });
    expect(warnings[0]).toContain('test_data/results/base/ü.png');
    expect(git('check-ignore', '--no-index', 'test_data/results/base/new.png')).toContain('new.png');
  });

  test('a .gitignore that leads out of the workspace is not followed', async () => {
    await writeFile(path.join(root, 'theirs'), 'theirs\n');
    await symlink(path.join(root, 'theirs'), path.join(folder, '.gitignore'));
    expect((await run()).outcome).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    expect(await readFile(path.join(root, 'theirs'), 'utf8')).toBe('theirs\n');
    expect((await lstat(path.join(folder, '.gitignore'))).isSymbolicLink()).toBe(true);
  });
});
