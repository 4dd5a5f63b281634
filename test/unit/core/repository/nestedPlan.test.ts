import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { push } from '../../../../src/core/actions/push';
import { commitWrittenFiles } from '../../../../src/core/repository/commitWrittenFiles';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { linkedStep, makeContext, nobody } from '../../actionContext';
import { contextIn, person } from '../actions/person';
import { TestRepository } from './testRepository';

let outer: TestRepository;
beforeEach(() => {
  outer = new TestRepository();
  outer.commit({ 'README.md': 'outer\n', '.gitignore': '.evalmark/\n' });
});
afterEach(() => outer.dispose());

const git = (folder: string, ...args: string[]): string => execFileSync('git', ['-c', 'protocol.file.allow=always', ...args], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function identify(folder: string): void {
  for (const [name, value] of [['user.name', 'Tester'], ['user.email', 'tester@example.com'], ['commit.gpgsign', 'false']] as const) git(folder, 'config', name, value);
}

/** A plan's folder that is a repository of its own, or a submodule, or a worktree, inside the workspace. */
const places: Readonly<Record<string, () => string>> = {
  'a nested repository': () => {
    const folder = outer.path('plans/one');
    mkdirSync(folder, { recursive: true });
    git(folder, 'init', '--quiet', '--initial-branch=main');
    identify(folder);
    return folder;
  },
  'a submodule': () => {
    const origin = new TestRepository();
    origin.commit({ 'tasks.md': '# Plan\n' });
    git(outer.folder, 'submodule', '--quiet', 'add', origin.folder, 'plans/one');
    outer.git('commit', '--quiet', '--message=submodule');
    origin.dispose();
    identify(outer.path('plans/one'));
    return outer.path('plans/one');
  },
  'a worktree': () => {
    outer.git('worktree', 'add', '--quiet', '-b', 'other', outer.path('plans/one'));
    return outer.path('plans/one');
  },
};

describe.each(Object.keys(places))('a plan in %s', (kind) => {
  it('commits there what is written there; what lies outside stays out, and the person is told', async () => {
    const folder = places[kind]!();
    const written = new WrittenFiles(outer.path('.evalmark'));
    const files = [path.join(folder, 'results.json'), outer.path('STATUS.md')];
    for (const file of files) {
      writeFileSync(file, '{}\n');
      await written.add(file);
    }
    const before = outer.git('rev-parse', 'HEAD');
    const { settings, log, paths } = contextIn(outer);
    const { ask, asked } = person({ confirm: true });
    const outcome = await commitWrittenFiles({ paths: { ...paths, planFolder: folder, plan: path.join(folder, 'tasks.md') }, settings, written, task: undefined, ask, log, consent: 'each' });
    expect(outcome).toMatchObject({ kind: 'done', summary: expect.stringContaining('1 left out (STATUS.md)') });
    expect(asked.confirms[0]?.detail).toContain('STATUS.md (belongs to another repository)');
    expect(git(folder, 'show', '--name-only', '--format=', 'HEAD').trim()).toBe('results.json');
    expect(outer.git('rev-parse', 'HEAD')).toBe(before);
    expect(git(folder, 'fsck', '--strict', '--no-dangling')).toBe('');
  });
});

it('a plan outside every repository is told so by commit and push', async () => {
  const bare = new TestRepository({ init: false });
  try {
    const written = new WrittenFiles(bare.path('.evalmark'));
    await written.add(bare.write('results.json', '{}'));
    const { paths, settings, log } = contextIn(bare);
    expect(await commitWrittenFiles({ paths, settings, written, task: undefined, ask: nobody, log })).toMatchObject({ kind: 'failed', failure: { code: 'no-repository', advice: expect.stringContaining('git init') } });
    expect(await push.run(linkedStep({ action: 'push', arguments: {} }), makeContext(bare.folder))).toMatchObject({ kind: 'failed', failure: { code: 'no-repository' } });
    expect(await written.list()).toEqual([bare.path('results.json')]);
  } finally {
    bare.dispose();
  }
});
