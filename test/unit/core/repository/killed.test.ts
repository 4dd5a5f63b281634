import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findSections } from '../../../../src/core/report/sectionText';
import { temporaryFolder } from '../../actionContext';
import { TestRepository } from './testRepository';

const kills = 100;
const repositories = 4;
const stagesOfTwoRounds = 11;
let bundle: string;

beforeAll(async () => {
  bundle = path.join(mkdtempSync(temporaryFolder), 'writingProcess.mjs');
  const simpleGit = createRequire(import.meta.url).resolve('simple-git');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'writingProcess.ts')],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    external: ['sharp'],
    alias: { 'simple-git': simpleGit },
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});
afterAll(() => rmSync(path.dirname(bundle), { recursive: true }));

const plan = '# Plan\n\n**Change ID**: `killed`\n\n#### Task 1.1: Work\n**Estimated**: 1 hour\n\n- [ ] First\n- [ ] Second\n';
const words = 'Words of a person, never committed by Evalmark.';

function makeRepository(): TestRepository {
  const test = new TestRepository();
  test.commit({ '.gitignore': '.evalmark/\n', 'tasks.md': plan, 'docs/r.md': '# Results\n\nIntroduction.\n' });
  test.write('docs/r.md', `# Results\n\nIntroduction.\n\n${words}\n`);
  return test;
}

function start(test: TestRepository, round: number, rounds?: number) {
  return fork(bundle, [test.folder, String(round), ...(rounds === undefined ? [] : [String(rounds)])], { execArgv: [], detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
}

/** Kills the process and every git that it started, at some moment of its work. */
async function killAtSomeMoment(test: TestRepository, round: number): Promise<void> {
  const child = start(test, round);
  const stages = 1 + Math.floor(Math.random() * stagesOfTwoRounds);
  let reached = 0;
  const atStage = new Promise<void>((resolve) => {
    child.on('message', () => ++reached === stages && resolve());
    child.on('exit', () => resolve());
  });
  await atStage;
  await sleep(Math.random() * 100);
  const exited = child.exitCode === null ? once(child, 'exit') : undefined;
  if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  await exited;
  // A git that is killed in the middle of a system call still ends it.
  for (let look = 0; look < 200 && child.pid !== undefined && groupLives(child.pid); look++) await sleep(5);
}

function groupLives(leader: number): boolean {
  try {
    process.kill(-leader, 0);
    return true;
  } catch {
    return false;
  }
}

/** Every file is either old or new as a whole, and the repository sound. */
function check(test: TestRepository): void {
  const document = readFileSync(test.path('docs/r.md'), 'utf8');
  expect(document.startsWith(`# Results\n\nIntroduction.\n\n${words}\n`)).toBe(true);
  for (const text of [document, ...(existsSync(test.path('STATUS.md')) ? [readFileSync(test.path('STATUS.md'), 'utf8')] : [])]) {
    const found = findSections(text);
    expect(found.ok && found.value.every(({ edited }) => !edited)).toBe(true);
  }
  const sections = findSections(document);
  for (const { body } of sections.ok ? sections.value : []) expect(new Set(body.split('\n').map((line) => line.split(' ')[1])).size).toBe(1);
  expect(readFileSync(test.path('tasks.md'), 'utf8').replace('[x]', '[ ]').replace(/\n\*\*Status\*\*: .*/, '')).toBe(plan);
  expect(test.git('fsck', '--strict', '--no-dangling')).toBe('');
  expect(test.git('show', 'HEAD:docs/r.md')).not.toContain(words);
  for (const entry of test.status()) expect(entry.slice(3)).toMatch(/^(?:docs\/r\.md|STATUS\.md|tasks\.md|(?:docs\/)?\.[\w.]+\.tmp)$/);
}

/** What a git that was killed leaves, and what the failure tells a person to delete. */
function removeLocks(test: TestRepository): void {
  for (const entry of readdirSync(test.path('.git'), { recursive: true, encoding: 'utf8' })) if (entry.endsWith('.lock')) rmSync(path.join(test.path('.git'), entry), { force: true });
}

/** Half-written files are cleared away by the next write, once no other process can still be at them. */
function age(test: TestRepository): void {
  for (const folder of [test.folder, test.path('docs')]) for (const name of readdirSync(folder)) if (name.endsWith('.tmp')) utimesSync(path.join(folder, name), new Date(0), new Date(0));
}

it(`kill -9 at ${kills} random moments leaves whole files and a sound repository`, { timeout: 900_000 }, async () => {
  const moments = { committed: 0 };
  await Promise.all(
    Array.from({ length: repositories }, async () => {
      const test = makeRepository();
      try {
        for (let kill = 0; kill < kills / repositories; kill++) {
          await killAtSomeMoment(test, kill * 1000);
          removeLocks(test);
          check(test);
        }
        moments.committed += Number(test.git('rev-list', '--count', 'HEAD'));
        age(test);
        const last = start(test, 1_000_000, 1);
        let errors = '';
        last.stderr?.on('data', (said) => (errors += String(said)));
        expect([(await once(last, 'exit'))[0], errors]).toEqual([0, '']);
        check(test);
        expect(test.status()).toEqual([' M docs/r.md']);
      } finally {
        test.dispose();
      }
    }),
  );
  // Half of the kills come after a commit.
  expect(moments.committed).toBeGreaterThan(repositories);
});
