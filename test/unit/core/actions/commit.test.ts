import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../../../src/core/actions/commit';
import { commitWrittenFiles, forgetCommitConsent } from '../../../../src/core/repository/commitWrittenFiles';
import { WrittenFiles } from '../../../../src/core/repository/writtenFiles';
import { linkedStep } from '../../actionContext';
import { TestRepository } from '../repository/testRepository';
import { contextIn, person, withTask } from './person';

let test: TestRepository;
let written: WrittenFiles;

beforeEach(() => {
  test = new TestRepository();
  test.commit({ '.gitignore': '.evalmark/\n', 'tasks.md': '# Plan\n\n**Change ID**: `small-validation`\n' });
  written = new WrittenFiles(test.path('.evalmark'));
});
afterEach(() => test.dispose());

const step = withTask(linkedStep({ action: 'commit', arguments: {} }, 'Commit all documentation changes'), '4.4');

async function write(...names: string[]): Promise<void> {
  for (const name of names) await written.add(test.write(name, `new ${name}`));
}

describe('commit', () => {
  it('shows files and message, commits them, and forgets them', async () => {
    await write('docs/results.md', 'STATUS.md');
    test.write('mine.txt', 'x');
    const { ask, asked } = person({ confirm: true });
    const outcome = await commit.run(step, contextIn(test, { ask }));
    expect(outcome).toMatchObject({ kind: 'done', summary: expect.stringMatching(/^[0-9a-f]{7,}: 2 files$/) });
    expect(asked.confirms).toMatchObject([{ title: 'Commit 2 files to main?', kind: 'question' }]);
    expect(asked.confirms[0]?.detail).toContain('docs(small-validation): complete task 4.4\n\nnew  docs/results.md\nnew  STATUS.md');
    expect(test.git('log', '-1', '--format=%s').trim()).toBe('docs(small-validation): complete task 4.4');
    expect(test.committed().sort()).toEqual(['STATUS.md', 'docs/results.md']);
    expect(test.status()).toEqual(['?? mine.txt']);
    expect(await written.list()).toEqual([]);
    expect(await commit.run(step, contextIn(test, { ask }))).toEqual({ kind: 'done', summary: 'nothing to commit' });
  });

  it('commits nothing when the person says no, or nobody is there', async () => {
    await write('STATUS.md');
    const head = test.git('rev-parse', 'HEAD');
    expect(await commit.run(step, contextIn(test, { ask: person({ confirm: false }).ask }))).toEqual({ kind: 'cancelled' });
    expect(await commit.run(step, contextIn(test))).toMatchObject({ kind: 'needsPerson' });
    expect(test.git('rev-parse', 'HEAD')).toBe(head);
    expect(await written.list()).toEqual([test.path('STATUS.md')]);
  });

  it('keeps what the person partly staged for later, and says so', async () => {
    test.write('analysis.csv', 'staged');
    test.git('add', 'analysis.csv');
    await write('analysis.csv', 'STATUS.md');
    const outcome = await commit.run(step, contextIn(test, { ask: person({ confirm: true }).ask }));
    expect(outcome).toMatchObject({ kind: 'done', summary: expect.stringContaining('1 left out (analysis.csv)') });
    expect(await written.list()).toEqual([test.path('analysis.csv')]);
    expect(test.git('show', ':analysis.csv')).toBe('staged');
  });

  it('says before, not after, that HEAD is detached', async () => {
    test.git('switch', '--quiet', '--detach');
    await write('STATUS.md');
    const { ask, asked } = person({ confirm: true });
    expect(await commit.run(step, contextIn(test, { ask }))).toMatchObject({ kind: 'done' });
    expect(asked.confirms[0]?.detail).toMatch(/^HEAD is detached/);
  });

  it('tells why nothing was committed, with the hook\'s output in the log', async () => {
    test.write('.git/hooks/commit-msg', '#!/bin/sh\necho "no ticket number"\nexit 1\n', 0o755);
    await write('STATUS.md');
    const log: string[] = [];
    const logger = { debug() {}, info() {}, warn() {}, error: (message: string) => void log.push(message) };
    expect(await commit.run(step, contextIn(test, { ask: person({ confirm: true }).ask, log: logger }))).toMatchObject({ kind: 'failed', failure: { code: 'hook-refused', message: expect.stringContaining('no ticket number') } });
    expect(log.join()).toContain('no ticket number');
    expect(await written.list()).toHaveLength(1);
  });

  it('offers to make a repository where there is none', async () => {
    const plain = new TestRepository({ init: false });
    const environment = { ...process.env };
    Object.assign(process.env, { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@example.com', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@example.com' });
    try {
      await new WrittenFiles(plain.path('.evalmark')).add(plain.write('STATUS.md', 'x'));
      expect(await commit.run(step, contextIn(plain))).toMatchObject({ kind: 'needsPerson' });
      const { ask, asked } = person({ confirm: true });
      expect(await commit.run(step, contextIn(plain, { ask }))).toMatchObject({ kind: 'done' });
      expect(asked.confirms.map(({ agree }) => agree)).toEqual(['Make Repository', 'Commit']);
      expect(plain.committed()).toEqual(['STATUS.md']);
    } finally {
      process.env = environment;
      plain.dispose();
    }
  });
});

describe('commits after tasks', () => {
  const request = (ask: ReturnType<typeof person>['ask']) => {
    const { paths, settings, log } = contextIn(test);
    return commitWrittenFiles({ paths, settings, written, task: { id: '1.1', title: 'Survey' }, ask, log });
  };

  it('ask once for each workspace', async () => {
    const { ask, asked } = person({ confirm: true });
    await write('a.md');
    await request(ask);
    await write('b.md');
    expect(await request(ask)).toMatchObject({ kind: 'done' });
    expect(asked.confirms).toHaveLength(1);
    expect(test.git('rev-list', '--count', 'HEAD').trim()).toBe('3');
    await forgetCommitConsent(test.path('.evalmark'));
    await write('c.md');
    await request(ask);
    expect(asked.confirms).toHaveLength(2);
  });

  it('stay off once that was said, and are not decided where nobody is there', async () => {
    await write('a.md');
    expect(await request(contextIn(test).ask)).toMatchObject({ kind: 'needsPerson' });
    const { ask, asked } = person({ confirm: false });
    await request(ask);
    await request(ask);
    expect(asked.confirms).toHaveLength(1);
    expect(test.git('rev-list', '--count', 'HEAD').trim()).toBe('1');
  });
});
