import { execFileSync } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, root, takesScreenshots } from './editor';
import { expand, panelFrame, pictureFailures, pressInline, treeRow, widenSideBar } from './page';
import { git, sampleWorkspace, type Workspace } from './workspaces';

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

/** What a person did before: the first phase, and everything of the second but the downloads. */
function runBefore(...steps: readonly string[]): void {
  const answers = path.join(workspace.folder, 'answers.json');
  execFileSync(process.execPath, [path.join(root, 'dist/cli.mjs'), 'run', workspace.plan, ...steps, '--yes', '--answers', answers], { stdio: 'pipe' });
}

beforeAll(async () => {
  workspace = await sampleWorkspace();
  runBefore('phase:1');
  for (const task of ['2.1', '2.4', '2.5']) runBefore(task);
  git(workspace.folder, 'add', '--all');
  git(workspace.folder, 'commit', '--quiet', '--message=Prepare');
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off' } });
  await editor.showEvalmark();
  await widenSideBar(editor);
  await treeRow(editor, '2.2 Download Base Model').waitFor({ timeout: 60_000 });
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('downloads what tasks ask for from the Hub, and says how much came', async () => {
  for (const task of ['2.2 Download Base Model', '2.3 Download Specialized Models']) {
    if (await treeRow(editor, `${task}, done`).isVisible()) continue;
    await pressInline(treeRow(editor, task), 'Run');
    await treeRow(editor, `${task}, done`).waitFor({ timeout: 60_000 });
  }
  const plan = await workspace.read();
  expect(plan).toContain('- [✓] Download Tiny-Edit-2601 (~8MB)');
  expect(plan).toContain('- [✓] Download face/identity models (1-2 models)');
  expect(plan).toMatch(/\*\*Status\*\*: ✓ COMPLETE/);
});

it('edits all five pictures with the base model', async () => {
  await openTask('3.2 Run Base Model Tests');
  await pressInline(treeRow(editor, 'Run base model on all 5 images'), 'Run Step');
  await treeRow(editor, 'Run base model on all 5 images, done').waitFor({ timeout: 300_000 });
  const results = await readdir(path.join(workspace.folder, 'test_data/results/base'));
  expect(results.filter((name) => name.endsWith('.png'))).toHaveLength(25);
  expect(results.filter((name) => name.endsWith('.json'))).toHaveLength(25);
}, 360_000);

it('takes scores of five outputs by keyboard and keeps each at once', async () => {
  await openTask('3.4 Quality Review');
  await pressInline(treeRow(editor, 'Review all generated images'), 'Run Step');
  await agreeIfAsked('Run All the Same');
  const panel = editor.page.locator('iframe.webview.ready').last().contentFrame().locator('iframe#active-frame').contentFrame();
  await panel.getByText('Output A').first().waitFor({ timeout: 60_000 });
  for (let output = 0; output < 5; output++) {
    for (const key of ['4', '3', 'y', '0']) {
      const before = (await ratings()).length;
      await editor.page.keyboard.press(key);
      await expect.poll(async () => (await ratings()).length, { timeout: 15_000 }).toBeGreaterThan(before);
    }
    await editor.page.waitForTimeout(400);
  }
  const rated = await ratings();
  expect(new Set(rated.map(({ generationId }) => generationId)).size).toBe(5);
  expect(rated.filter(({ answers }) => answers?.identity === 4)).toHaveLength(5);
  expect(rated.every(({ outputSha256 }) => /^[0-9a-f]{64}$/.test(outputSha256 ?? ''))).toBe(true);
  if (takesScreenshots) await editor.screenshot('compare-in-editor-dark');
});

it('never shows a model name in the blind panel', async () => {
  const panel = editor.page.locator('iframe.webview.ready').last().contentFrame().locator('iframe#active-frame').contentFrame();
  const html = await panel.locator('html').innerHTML();
  expect(html).not.toMatch(/Tiny-Edit|face-keep|relight|camera-angles|results\//i);
});

it('shows what the scores add up to, blind until a person asks for the names', async () => {
  await editor.runCommand('Evalmark: Show Results Matrix');
  const results = await panelFrame(editor, 'main[aria-label=Results]');
  await results.getByText(/^Blind: /).waitFor({ timeout: 30_000 });
  expect(await results.locator('.matrix-table tbody tr').count()).toBeGreaterThan(1);
  expect(await results.locator('html').innerHTML()).not.toMatch(/Tiny-Edit|face-keep|camera-angles/i);
  if (takesScreenshots) await editor.screenshot('matrix-in-editor-dark');
  await results.getByRole('button', { name: 'Reveal…' }).click();
  await editor.page.getByRole('button', { name: 'Reveal', exact: true }).click();
  await results.locator('.matrix-table .name', { hasText: /base|Tiny/i }).first().waitFor({ timeout: 15_000 });
  const lines = await readFile(path.join(path.dirname(workspace.plan), 'ratings.jsonl'), 'utf8');
  expect(lines).toContain('"kind":"reveal"');
});

it('keeps STATUS.md true and commits what it wrote', async () => {
  await openTask('4.4 Publish');
  await pressInline(treeRow(editor, 'Commit all documentation changes'), 'Run Step');
  await agreeIfAsked('Run All the Same');
  await agreeIfAsked('Commit');
  await expect.poll(() => git(workspace.folder, 'log', '--format=%s'), { timeout: 30_000 }).toContain('docs(tiny-editors): complete task 4.4');
  const status = await readFile(path.join(workspace.folder, 'STATUS.md'), 'utf8');
  expect(status).toMatch(/\*\*Progress\*\*: \d+ of 80 steps/);
  expect(git(workspace.folder, 'show', '--stat', '--format=', 'HEAD')).toContain('tasks.md');
});

/** Opens a task's row in its phase; the other phases are closed, because rows out of sight are not drawn. */
async function openTask(name: string): Promise<void> {
  const wanted = `Phase ${name[0]}:`;
  for (const phase of ['Phase 1:', 'Phase 2:', 'Phase 3:', 'Phase 4:']) {
    const row = treeRow(editor, phase);
    if (phase === wanted) await expand(row);
    else if ((await row.getAttribute('aria-expanded')) === 'true') await row.locator('.monaco-tl-twistie').click();
  }
  await expand(treeRow(editor, name));
}

/** Questions come as quick picks; one that does not come within some seconds was not asked. */
async function agreeIfAsked(answer: string): Promise<void> {
  const row = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: answer }).first();
  const asked = await row.waitFor({ timeout: 8_000 }).then(
    () => true,
    () => false,
  );
  if (asked) await row.click();
}

interface RatingLine {
  readonly generationId?: string;
  readonly outputSha256?: string;
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** Lines of the ratings file that judge an output. */
async function ratings(): Promise<readonly RatingLine[]> {
  const text = await readFile(path.join(path.dirname(workspace.plan), 'ratings.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map((line) => JSON.parse(line) as RatingLine).filter(({ answers }) => answers !== undefined);
}
