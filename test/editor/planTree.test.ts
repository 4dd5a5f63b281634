import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { pictureFailures, statusItem, treeRow, walkTree, widenSideBar } from './page';
import { hasConceivedFor, largeWorkspace } from './workspaces';

let workspace: Awaited<ReturnType<typeof largeWorkspace>>;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await largeWorkspace();
  editor = await Editor.open({ workspace: workspace.folder });
  await editor.showEvalmark();
  await widenSideBar(editor);
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('shows every step of a large plan under its task and phase', async () => {
  await treeRow(editor, 'Phase 1').waitFor();
  await expect.poll(() => statusItem(editor, 'progress').innerText()).toContain(`/${workspace.steps}`);
  if (takesScreenshots) await editor.screenshot('tree-dark');
  const rows = await walkTree(editor, treeRow(editor, 'Next:'));
  const steps = rows.filter(({ hasBox }) => hasBox);
  expect(steps).toHaveLength(workspace.steps);
  expect(rows.filter(({ name }) => name.startsWith('Phase'))).toHaveLength(4);
  expect(new Set(steps.map(({ level }) => level))).toEqual(new Set([3]));
  if (hasConceivedFor) {
    expect(rows.filter(({ level, hasBox, name }) => level === 2 && !hasBox && !name.startsWith('Gate'))).toHaveLength(19);
    expect(rows.filter(({ name }) => name.startsWith('Gate:')).map(({ name }) => name)).toContain('Gate: Confirm model selection, stops here');
    expect(steps.filter(({ name }) => /, done(,|$)/.test(name))).toHaveLength(12);
  }
});

it('puts the cursor on a step that was clicked, and says what it would run', async () => {
  const row = treeRow(editor, 'Commit all documentation changes');
  await row.click();
  await editor.page.locator('.editor-instance .monaco-editor').first().waitFor();
  await editor.page.locator('.codelens-decoration').filter({ hasText: 'Run step · commit' }).first().waitFor();
});

it('opens every row at once, and shows only steps with the words that were asked for', async () => {
  await editor.runCommand('Evalmark: Expand All');
  await treeRow(editor, 'Commit all documentation changes').waitFor();
  await editor.runCommand('Evalmark: Filter Steps…');
  await editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'With these words' }).first().click();
  await editor.page.keyboard.press('Enter');
  await editor.page.locator('.quick-input-title').filter({ hasText: 'these words' }).waitFor();
  await editor.page.keyboard.type('commit documentation');
  await editor.page.keyboard.press('Enter');
  await treeRow(editor, 'Phase 1').waitFor({ state: 'hidden' });
  await treeRow(editor, 'Commit all documentation changes').waitFor();
  const boxes = editor.page.locator('.pane .monaco-list-row').filter({ has: editor.page.locator('.custom-view-tree-node-item-checkbox') });
  expect(await boxes.count()).toBe(1);
  if (takesScreenshots) await editor.screenshot('filtered-dark');
  await editor.runCommand('Evalmark: Clear Filter');
  await treeRow(editor, 'Phase 1').waitFor();
});

it('binds no key that this editor uses itself', async () => {
  await editor.runCommand('Preferences: Open Default Keyboard Shortcuts (JSON)');
  await editor.page.locator('.editor-instance .view-line').filter({ hasText: 'Override key bindings' }).first().waitFor();
  await editor.page.keyboard.press('Control+A');
  await editor.page.keyboard.press('Control+C');
  const read = async () => JSON.parse((await editor.page.evaluate(() => navigator.clipboard.readText())).replace(/^\s*\/\/.*$/gm, '')) as readonly { readonly key: string; readonly command: string; readonly when?: string }[];
  const all = await read();
  const defaults = all.filter(({ command }) => !command.startsWith('evalmark.'));
  expect(defaults.length).toBeGreaterThan(500);
  // Written anew with EVALMARK_KEYS=1; the unit test of the keys reads it.
  if (process.env.EVALMARK_KEYS === '1') {
    const lines = defaults.filter(({ key }) => /[+]/.test(key)).map(({ key, command, when }) => JSON.stringify({ key, command, ...(when === undefined ? {} : { when }) }));
    await writeFile(path.join(import.meta.dirname, '../unit/extension/defaultKeybindings.json'), `[\n${lines.join(',\n')}\n]\n`);
  }
  expect(all.filter(({ command }) => command.startsWith('evalmark.')).map(({ key }) => key).sort()).toEqual(['ctrl+alt+enter', 'ctrl+enter']);
});
