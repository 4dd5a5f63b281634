import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { expand, pictureFailures, pressInline, shownText, treeRow, widenSideBar } from './page';
import { workspaceWith, type Workspace } from './workspaces';

const text = [
  '# Small - Tasks', '', '### Phase 1: Shell', '', '#### Task 1.1: Write Files', '**Estimated**: 5 minutes', '',
  '- [ ] Write hello <!-- evalmark: shell command="echo hello > hello.txt" -->',
  '- [ ] Write twice <!-- evalmark: shell command="cat hello.txt hello.txt > twice.txt" -->',
  '- [ ] Break <!-- evalmark: shell command="cat missing.txt" -->',
  '- [ ] Last thing <!-- evalmark: manual -->', '',
  'Mark tasks as:', '- [ ] Not started', '- [→] In progress', '- [✓] Complete', '- [✗] Blocked/Failed', '',
].join('\n');

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await workspaceWith(text);
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.status.update': false } });
  await editor.showEvalmark();
  await widenSideBar(editor);
  await treeRow(editor, '1.1 Write Files').waitFor();
  await expand(treeRow(editor, '1.1 Write Files'));
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('runs a shell step at a click on ▶ and ticks its box on disk', async () => {
  await pressInline(treeRow(editor, 'Write hello'), 'Run Step');
  await expect.poll(() => workspace.read(), { timeout: 30_000 }).toContain('- [✓] Write hello <!-- evalmark');
  expect(existsSync(path.join(workspace.folder, 'hello.txt'))).toBe(true);
  await treeRow(editor, 'Write hello, done').waitFor();
});

it('turns a failing step to ✗ with its reason in the tree and a diagnostic at its line', async () => {
  await pressInline(treeRow(editor, 'Break'), 'Run Step');
  await expect.poll(() => workspace.read(), { timeout: 30_000 }).toContain('- [✗] Break <!-- evalmark');
  await treeRow(editor, 'Break, failed, ').waitFor();
  await editor.runCommand('Problems: Focus on Problems View');
  const problem = editor.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'Evalmark' }).first();
  await problem.waitFor();
  expect((await problem.innerText()).replaceAll('\u00a0', ' ')).toMatch(/Ln 11/);
  if (takesScreenshots) await editor.screenshot('failed-dark');
});

it('keeps what is typed and unsaved, and lets undo bring a mark back', async () => {
  await treeRow(editor, 'Write twice').click();
  await editor.page.locator('.editor-instance .monaco-editor').first().click();
  await editor.page.keyboard.press('Control+End');
  await editor.page.keyboard.type('Typed and not saved.');
  const before = await workspace.read();
  await pressInline(treeRow(editor, 'Write twice'), 'Run Step');
  await treeRow(editor, 'Write twice, done').waitFor();
  expect(await shownText(editor)).toContain('- [✓] Write twice');
  expect(await workspace.read()).toBe(before);
  await editor.page.locator('.editor-instance .monaco-editor').first().click();
  for (const mark of ['→', ' ']) {
    await editor.page.keyboard.press('Control+Z');
    await expect.poll(() => shownText(editor)).toContain(`- [${mark}] Write twice`);
  }
  expect(await shownText(editor)).toContain('Typed and not saved.');
});

it('ticks a box without running anything when its checkbox is clicked', async () => {
  await editor.page.keyboard.press('Control+S');
  await expect.poll(() => workspace.read()).toContain('Typed and not saved.');
  // Until the extension has heard of the save, a mark still goes into the editor.
  await editor.page.locator('.tab.dirty').waitFor({ state: 'detached' });
  await treeRow(editor, 'Write twice, to do').waitFor();
  await editor.page.waitForTimeout(500);
  await treeRow(editor, 'Last thing').locator('.custom-view-tree-node-item-checkbox').click();
  await expect.poll(() => workspace.read()).toContain('- [✓] Last thing');
  await treeRow(editor, 'Last thing, done').locator('.custom-view-tree-node-item-checkbox').click();
  await expect.poll(() => workspace.read()).toContain('- [ ] Last thing');
});

it('runs the selected rows with Ctrl+Enter', async () => {
  await treeRow(editor, 'Write hello, done').click();
  await treeRow(editor, 'Write twice').click({ modifiers: ['Control'] });
  const before = (await editor.log()).length;
  await editor.page.keyboard.press('Control+Enter');
  await expect.poll(async () => (await editor.log()).slice(before)).toMatch(/write-hello done[\s\S]*write-twice done/);
  await expect.poll(() => workspace.read()).toContain('- [✓] Write twice');
});

it('shows in a terminal what the shell of the plan printed', async () => {
  await editor.runCommand('Evalmark: Show Terminal');
  await editor.page.locator('.terminal-wrapper.active .xterm').waitFor();
  await expect.poll(() => editor.page.locator('.tab, .single-terminal-tab, .terminal-tabs-entry').filter({ hasText: 'Evalmark: small' }).count()).toBeGreaterThan(0);
});
