import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { expand, pictureFailures, pressInline, statusItem, treeRow, widenSideBar } from './page';
import { workspaceWith, type Workspace } from './workspaces';

const text = `# Words - Tasks

**Change ID**: \`words\`

### Phase 1: Decide

#### Task 1.1: Make Decision
- [ ] Document decision rationale <!-- evalmark: decide part=rationale -->
- [ ] Look out of the window <!-- evalmark: manual -->
- [ ] Wait and then ask <!-- evalmark: manual -->

Mark tasks as:
- [ ] Not started
- [→] In progress
- [✓] Complete
- [✗] Blocked/Failed
`;

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await workspaceWith(text, 'words');
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.status.update': false } });
  await editor.showEvalmark();
  await widenSideBar(editor);
  await treeRow(editor, '1.1 Make Decision').waitFor({ timeout: 60_000 });
  await expand(treeRow(editor, '1.1 Make Decision'));
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('takes a longer answer from an editor of its own, line for line', async () => {
  await pressInline(treeRow(editor, 'Document decision rationale'), 'Run Step');
  const use = editor.page.locator('.codelens-decoration').getByText('Use This Text').first();
  await use.waitFor();
  await treeRow(editor, 'Document decision rationale, needs you').waitFor();
  await editor.page.locator('.editor-instance .monaco-editor').first().click();
  await editor.page.keyboard.press('Control+A');
  await editor.page.keyboard.type('The first reason.\n\nThe second reason.');
  if (takesScreenshots) await editor.screenshot('answer-dark');
  await use.click();
  await expect.poll(() => workspace.read()).toContain('- [✓] Document decision rationale');
  const docs = path.join(workspace.folder, 'docs');
  const written = await Promise.all((await readdir(docs)).map((name) => readFile(path.join(docs, name), 'utf8')));
  expect(written.join()).toContain('The first reason.\n\nThe second reason.');
  await expect.poll(() => editor.page.locator('.tab').filter({ hasText: 'rationale' }).count()).toBe(0);
});

it('ticks a step that only a person can do when the person says so, and not otherwise', async () => {
  await pressInline(treeRow(editor, 'Look out of the window'), 'Run Step');
  const dialog = editor.page.locator('.monaco-dialog-box').filter({ hasText: 'Look out of the window' });
  await dialog.locator('.monaco-button').filter({ hasText: 'Cancel' }).click();
  await treeRow(editor, 'Look out of the window, needs you').waitFor();
  expect(await workspace.read()).toContain('- [ ] Look out of the window');
  expect(await statusItem(editor, 'needsYou').innerText()).toContain('1 needs you');
  await pressInline(treeRow(editor, 'Look out of the window'), 'Run Step');
  await dialog.locator('.monaco-button').filter({ hasText: 'Done' }).click();
  await expect.poll(() => workspace.read()).toContain('- [✓] Look out of the window');
  await statusItem(editor, 'needsYou').waitFor({ state: 'hidden' });
});

it('makes a plan from the template, which then stands in the tree', async () => {
  await editor.runCommand('Evalmark: New Plan from Template…');
  const input = editor.page.locator('.quick-input-widget input').first();
  await editor.page.locator('.quick-input-title').filter({ hasText: 'New plan' }).waitFor();
  await input.fill('Winter Editors');
  await editor.page.keyboard.press('Enter');
  await treeRow(editor, 'winter-editors').waitFor();
  await treeRow(editor, 'Phase 1: Survey').waitFor();
  const made = await readFile(path.join(workspace.folder, 'plans/winter-editors/tasks.md'), 'utf8');
  expect(made).toMatch(/^# Winter Editors - Tasks\n\n\*\*Change ID\*\*: `winter-editors`/);
  expect(made).not.toContain('${');
  expect(existsSync(path.join(workspace.folder, 'plans/words/tasks.md'))).toBe(true);
});
