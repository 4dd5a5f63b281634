import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killExtensionHosts } from './extensionHosts';
import { Editor, takesScreenshots } from './editor';
import { expand, pictureFailures, pressInline, statusItem, treeRow, widenSideBar } from './page';
import { workspaceWith, type Workspace } from './workspaces';

const legend = 'Mark tasks as:\n- [ ] Not started\n- [→] In progress\n- [✓] Complete\n- [✗] Blocked/Failed\n';
const text = `# Runs - Tasks

### Phase 1: Before

#### Task 1.1: Prepare
- [ ] Write first <!-- evalmark: shell command="echo 1 > first.txt" -->

### Phase 2: After

#### Task 2.1: Go on
- [ ] Write second <!-- evalmark: shell command="echo 2 > second.txt" -->

#### Task 2.2: Wait
- [ ] Wait long <!-- evalmark: shell command="touch waiting.txt && sleep 60" -->

**Checkpoints**:
- After Task 1.1: Agree on the first before the second

${legend}`;

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await workspaceWith(text, 'runs');
  await addPlan('nothing', '');
  await addPlan('unclosed', '# Unclosed\n\n- [ ] kept\n\n```bash\nnever closed\n');
  await addPlan('noise', Buffer.from([0, 1, 2, 255, 254, 0, 7, 200]));
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.status.update': false } });
  await editor.showEvalmark();
  await widenSideBar(editor);
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('shows several plans, and says what is wrong with one that cannot be understood', async () => {
  for (const name of ['noise', 'nothing', 'runs', 'unclosed']) await treeRow(editor, name).waitFor();
  await treeRow(editor, 'tasks.md, line 1: This file').waitFor();
  await treeRow(editor, 'tasks.md, line 1: This plan is empty').waitFor();
  await treeRow(editor, 'kept, to do').waitFor();
  await editor.page.locator('[id="status.problems"]').filter({ hasText: /[1-9]/ }).waitFor();
});

it('takes a gate back when the run is stopped at it', async () => {
  await pressInline(treeRow(editor, 'runs'), 'Run');
  await treeRow(editor, 'Gate: Agree on the first before the second, needs you').waitFor();
  await pressInline(treeRow(editor, 'runs'), 'Stop');
  await treeRow(editor, 'Gate: Agree on the first before the second, stops here').waitFor();
  await editor.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  expect(existsSync(path.join(workspace.folder, 'second.txt'))).toBe(false);
});

it('stops at a gate, asks, and goes on when a person agrees', async () => {
  await pressInline(treeRow(editor, 'runs'), 'Run');
  const go = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Continue' }).first();
  await go.waitFor();
  await treeRow(editor, 'Gate: Agree on the first before the second, needs you').waitFor();
  expect(await statusItem(editor, 'needsYou').innerText()).toContain('1 needs you');
  if (takesScreenshots) await editor.screenshot('gate-dark');
  expect(existsSync(path.join(workspace.folder, 'second.txt'))).toBe(false);
  await go.click();
  await expect.poll(() => existsSync(path.join(workspace.folder, 'second.txt'))).toBe(true);
  await treeRow(editor, 'Gate: Agree on the first before the second, agreed').waitFor();
});

it('stops a running step, and leaves its box as it was', async () => {
  await expect.poll(() => existsSync(path.join(workspace.folder, 'waiting.txt'))).toBe(true);
  await expect.poll(() => workspace.read()).toContain('- [→] Wait long');
  await pressInline(treeRow(editor, 'runs'), 'Stop');
  await expect.poll(() => workspace.read()).toContain('- [ ] Wait long');
});

it('shows a run that died with its process as interrupted, and resets it', async () => {
  await expand(treeRow(editor, 'Phase 2'));
  await expand(treeRow(editor, '2.2 Wait'));
  await pressInline(treeRow(editor, 'Wait long'), 'Run Step');
  await expect.poll(() => workspace.read()).toContain('- [→] Wait long');
  killExtensionHosts(editor);
  await treeRow(editor, 'Wait long, interrupted').waitFor({ timeout: 60_000 });
  await pressInline(treeRow(editor, 'Wait long'), 'Reset');
  await expect.poll(() => workspace.read()).toContain('- [ ] Wait long');
  await expand(treeRow(editor, '2.2 Wait'));
  await treeRow(editor, 'Wait long, to do').waitFor();
});

async function addPlan(name: string, content: string | Uint8Array): Promise<void> {
  const folder = path.join(workspace.folder, 'plans', name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'tasks.md'), content);
}
