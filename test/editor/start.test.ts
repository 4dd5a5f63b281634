import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { browserPath, root } from './editor';
import { git } from './workspaces';

// The README's first command, as a person types it: without a display, and without a desktop editor.

let parent: string;
let sample: string;
let environment: NodeJS.ProcessEnv;

beforeAll(async () => {
  parent = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  sample = path.join(parent, 'evalmark-sample');
  environment = { ...process.env, EVALMARK_SAMPLE_FOLDER: sample, XDG_DATA_HOME: path.join(parent, 'data'), XDG_CONFIG_HOME: path.join(parent, 'config') };
});

afterAll(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }));

it('runs the whole sample plan in the terminal, and commits task by task', async () => {
  const { status, stdout, stderr } = spawnSync('npm', ['start', '--silent', '--', '--headless'], { cwd: root, encoding: 'utf8', env: environment });
  expect(`${stdout}${stderr}`).not.toMatch(/Error:|failed after/);
  expect(status).toBe(0);
  const listed = spawnSync(process.execPath, ['dist/cli.mjs', 'list', path.join(sample, 'plans/tiny-editors/tasks.md'), '--json'], { cwd: root, encoding: 'utf8' });
  expect((JSON.parse(listed.stdout) as { readonly counts: unknown }).counts).toMatchObject({ steps: 80, done: 80 });
  const commits = git(sample, 'log', '--format=%s').split('\n');
  expect(commits.length).toBeGreaterThanOrEqual(15);
  for (const commit of commits.slice(0, 3)) expect(stdout).toContain(commit);
}, 600_000);

it('serves the sample in a browser where there is no desktop editor', async () => {
  const server = spawn('npm', ['start', '--silent'], { cwd: root, env: { ...environment, PATH: withoutCode(process.env.PATH ?? '') }, detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      server.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+\/\S+/.exec(said);
        if (found) resolve(found[0]);
      });
      server.once('exit', (code) => reject(new Error(`It ended with ${code}:\n${said}`)));
    });
    const browser = await chromium.launch({ executablePath: browserPath(), args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] });
    try {
      const page = await browser.newPage();
      await expect.poll(() => page.goto(address).then((answer) => answer?.ok() ?? false, () => false), { timeout: 60_000 }).toBe(true);
      await page.locator('.activitybar .action-item a[aria-label^="Evalmark"]').first().waitFor({ timeout: 90_000 });
    } finally {
      await browser.close();
    }
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM');
  }
}, 300_000);

/** The folders of the path in which no `code` lies. */
function withoutCode(folders: string): string {
  const has = (folder: string) => spawnSync('test', ['-x', path.join(folder, 'code')]).status === 0;
  return folders.split(path.delimiter).filter((folder) => folder !== '' && !has(folder)).join(path.delimiter);
}
