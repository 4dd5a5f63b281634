import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { pictureFailures, scrolledTo, treeRow, widenSideBar } from './page';

let folder: string;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  await mkdir(path.join(folder, 'empty'));
  editor = await Editor.open({ workspace: path.join(folder, 'empty') });
  await editor.showEvalmark();
  await widenSideBar(editor);
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('says what a plan is where there is none, and offers ways to one', async () => {
  const welcome = editor.page.locator('.welcome-view').filter({ hasText: 'No plan in this workspace yet' });
  await welcome.waitFor({ timeout: 60_000 });
  for (const button of ['Open Plan…', 'New Plan from Template…']) await welcome.locator('.monaco-button').filter({ hasText: button }).waitFor();
  await editor.page.locator('.welcome-view').filter({ hasText: 'Nothing has run yet' }).waitFor();
  if (takesScreenshots) await editor.screenshot('welcome-dark');
});

it('opens the walkthrough, whose steps have pictures', async () => {
  await editor.page.locator('.welcome-view a').filter({ hasText: 'Learn how plans are read' }).click();
  await editor.page.locator('.getting-started-step').filter({ hasText: 'Open the sample plan' }).waitFor();
  for (const title of ['Run a step', 'Look and score', 'Read the result', 'Commit']) await editor.page.locator('.getting-started-step').filter({ hasText: title }).waitFor();
});

it('looks at the machine when asked', async () => {
  await editor.page.locator('.welcome-view a').filter({ hasText: 'check this environment' }).click();
  await treeRow(editor, 'Disk, ', 'Environment').waitFor();
  await scrolledTo(editor, 'Git, no repository, needs attention', 'Environment');
});

it('copies the sample into a folder of its own and opens it', async () => {
  await editor.page.locator('.welcome-view a').filter({ hasText: 'open the sample plan' }).click();
  const input = editor.page.locator('.quick-input-widget input').first();
  // The dialog fills in a folder of its own once it has read it, over what was typed before that.
  await expect.poll(() => input.inputValue(), { timeout: 30_000 }).toMatch(/^\//);
  const listed = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'empty' }).first();
  await vi.waitFor(
    async () => {
      await input.fill(`${folder}/`);
      await listed.waitFor({ timeout: 5_000 });
    },
    { timeout: 60_000 },
  );
  await editor.page.keyboard.press('Enter');
  await expect.poll(() => existsSync(path.join(folder, 'evalmark-sample/plans/tiny-editors/tasks.md')), { timeout: 60_000 }).toBe(true);
  await editor.page.waitForURL(/evalmark-sample/, { timeout: 60_000 });
  await editor.showEvalmark();
  await treeRow(editor, 'Phase 1: Survey').waitFor({ timeout: 60_000 });
  expect(existsSync(path.join(folder, 'evalmark-sample/.git'))).toBe(true);
});
