import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor, takesScreenshots } from './editor';
import { killExtensionHosts } from './extensionHosts';
import { pictureFailures, treeRow, widenSideBar } from './page';
import { workspaceWith, type Workspace } from './workspaces';

// A step that takes long without a network or a GPU: a download from a Hub that answers only when the test lets it.
let hub: Server;
let hold: Promise<void>;
let release: () => void;
let asked = 0;
let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

const text = `# Survival - Tasks

### Phase 1: Survive

#### Task 1.1: Reload
- [ ] Fetch it <!-- evalmark: download repository=owner/name -->

#### Task 1.2: Kill
- [ ] Wait for it <!-- evalmark: shell command="while [ ! -e go ]; do sleep 0.1; done; echo waited >> waited.txt" -->
- [ ] Write it down <!-- evalmark: shell command="echo after > after.txt" -->

Mark tasks as:
- [ ] Not started
- [→] In progress
- [✓] Complete
- [✗] Blocked/Failed
`;

beforeAll(async () => {
  hold = new Promise((resolve) => (release = resolve));
  hub = createServer((_request, response) => {
    asked++;
    void hold.then(() => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => hub.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(hub.address() as AddressInfo).port}`;
  workspace = await workspaceWith(text);
  process.env.HF_ENDPOINT = endpoint;
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.status.update': false } });
  await editor.showEvalmark();
  await widenSideBar(editor);
  await treeRow(editor, 'Next: Fetch it').waitFor({ timeout: 60_000 });
}, 180_000);

afterAll(async () => {
  delete process.env.HF_ENDPOINT;
  release();
  await editor?.close();
  hub?.close();
  hub?.closeAllConnections();
  await workspace?.remove();
});

it('goes on by itself after the window was reloaded in the middle of a run', async () => {
  await editor.runCommand('Evalmark: Continue Plan');
  await expect.poll(() => asked, { timeout: 20_000 }).toBeGreaterThan(0);
  const before = asked;
  await editor.page.reload();
  await editor.page.locator('.monaco-workbench').waitFor({ timeout: 90_000 });
  await expect.poll(() => asked, { timeout: 60_000 }).toBeGreaterThan(before);
  await treeRow(editor, 'Fetch it, running', 'Runs').waitFor({ timeout: 30_000 });
  release();
  await treeRow(editor, 'Fetch it, failed', 'Runs').waitFor({ timeout: 30_000 });
  await expect.poll(() => workspace.read(), { timeout: 30_000 }).toContain('- [→] Wait for it');
}, 200_000);

it('shows a command whose extension host was killed as interrupted, and continues the run when told to', async () => {
  expect(killExtensionHosts(editor)).toBeGreaterThan(0);
  await treeRow(editor, 'Wait for it, interrupted', 'Runs').waitFor({ timeout: 60_000 });
  if (takesScreenshots) await editor.screenshot('interrupted-dark');
  expect(existsSync(path.join(workspace.folder, 'after.txt'))).toBe(false);
  execFileSync('touch', [path.join(workspace.folder, 'go')]);
  await editor.runCommand('Evalmark: Continue Interrupted Runs');
  await expect.poll(() => workspace.read(), { timeout: 30_000 }).toContain('- [✓] Write it down');
  expect(await readFile(path.join(workspace.folder, 'after.txt'), 'utf8')).toBe('after\n');
}, 200_000);

it('lists every run of a step in the timeline, each with its log', async () => {
  await treeRow(editor, 'Wait for it').click();
  await editor.page.locator('.editor-instance .monaco-editor').first().waitFor();
  await editor.runCommand('Evalmark: Show All Runs of Step');
  const timeline = editor.page.locator('.pane').filter({ has: editor.page.locator('.pane-header[aria-label^="Timeline"]') });
  await timeline.locator('.monaco-list-row[aria-label*="done"]').first().waitFor({ timeout: 20_000 });
  await timeline.locator('.monaco-list-row[aria-label*="interrupted"]').first().waitFor();
  if (takesScreenshots) await editor.screenshot('timeline-dark');
  await timeline.locator('.monaco-list-row[aria-label*="done"]').first().click();
  await editor.page.locator('.editor-instance .view-line').filter({ hasText: /\[info\]\s\$\swhile/ }).first().waitFor({ timeout: 20_000 });
}, 100_000);

it('runs all rows that are selected, with one key', async () => {
  const after = path.join(workspace.folder, 'after.txt');
  const waited = async () => (await readFile(path.join(workspace.folder, 'waited.txt'), 'utf8')).split('\n').length;
  const before = await waited();
  await rm(after);
  await treeRow(editor, 'Wait for it').click();
  await treeRow(editor, 'Write it down').click({ modifiers: ['Control'] });
  await editor.page.keyboard.press('Control+Enter');
  await expect.poll(() => existsSync(after), { timeout: 30_000 }).toBe(true);
  expect(await waited()).toBeGreaterThan(before);
});
