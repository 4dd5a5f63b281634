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
