import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FilePlanStore } from '../../src/core/plan/planFile';
import { rebuildDocuments } from '../../src/core/report/rebuild';
import { makeContext } from '../unit/actionContext';
import { decisionPlan, layOutDecision } from '../unit/core/report/decisionStudy';
import { evaluation } from '../unit/core/report/study';
import { Editor, takesScreenshots } from './editor';
import { expand, notification, pictureFailures, pressInline, shownText, treeRow, widenSideBar } from './page';
import { git } from './workspaces';

let workspace: string;
let editor: Editor;
pictureFailures(() => editor);

const plan = `${decisionPlan}
#### Task 4.4: Update Documentation

- [ ] Commit all documentation changes
`;

beforeAll(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  await layOutDecision(workspace);
  await writeFile(path.join(workspace, 'tasks.md'), plan);
  await writeFile(path.join(workspace, '.gitignore'), 'test_data/results\n.evalmark\n');
  const snapshot = await new FilePlanStore(path.join(workspace, 'tasks.md')).read();
  if (!snapshot.ok) throw new Error(snapshot.failure.message);
  const made = await rebuildDocuments(makeContext(workspace, { plan: snapshot.value.plan, evaluation: async () => ({ ok: true, value: evaluation }) }));
  if (!made.ok) throw new Error(made.failure.message);
  git(workspace, 'init', '--initial-branch=main');
  for (const [name, value] of [['user.name', 'Tester'], ['user.email', 'tester@example.org'], ['commit.gpgsign', 'false']] as const) git(workspace, 'config', name, value);
  git(workspace, 'add', '.');
  git(workspace, 'commit', '--message=Begin');
  editor = await Editor.open({ workspace, settings: { 'evalmark.commit.after': 'off' } });
  await editor.showEvalmark();
  await widenSideBar(editor);
  await treeRow(editor, '4.3 Make Decision').waitFor({ timeout: 60_000 });
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
});

const read = (file: string): Promise<string> => readFile(path.join(workspace, file), 'utf8').catch(() => '');

function panel(): FrameLocator {
  return editor.page.locator('iframe.webview.ready').last().contentFrame().locator('iframe#active-frame').contentFrame();
}

function field(label: string) {
  return panel().locator(`.choice vscode-text-area[aria-label="${label}"] textarea`);
}

async function pickItem(text: string): Promise<void> {
  await editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first().click();
}

it('decides in a panel whose draft outlives the window, shows every change, and writes documents, STATUS.md and the plan', async () => {
  await editor.runCommand('Evalmark: Decide…');
  await panel().getByRole('radio', { name: /Use existing/ }).click();
  await panel().locator('.chosen-name', { hasText: 'Option A' }).waitFor();
  await field('Rationale').fill('It keeps the face on every angle.');
  await expect.poll(() => panel().locator('.top').innerText()).toContain('Draft kept');

  // The tab is closed first: a browser reloads before the editor has noted what is open.
  await editor.runCommand('View: Close All Editors');
  await editor.page.reload();
  await editor.page.locator('.monaco-workbench').waitFor({ timeout: 90_000 });
  await treeRow(editor, '4.3 Make Decision').waitFor({ timeout: 60_000 });
  await editor.runCommand('Evalmark: Decide…');
  await panel().locator('.chosen-name', { hasText: 'Option A' }).waitFor({ timeout: 60_000 });
  expect(await field('Rationale').inputValue()).toBe('It keeps the face on every angle.');
  await field('Next steps').fill('1. Ship it');
  if (takesScreenshots) await editor.screenshot('decide-dark');

  await panel().locator('vscode-button', { hasText: 'Preview…' }).click();
  await panel().getByRole('region', { name: 'docs/small-results.md' }).waitFor({ timeout: 60_000 });
  await panel().getByRole('region', { name: 'STATUS.md' }).waitFor();
  await panel().getByRole('region', { name: 'tasks.md' }).waitFor();
  if (takesScreenshots) await editor.screenshot('decide-preview-dark');
  expect(await read('STATUS.md')).toBe('');
  await panel().locator('vscode-button', { hasText: 'Write Decision' }).click();
  await panel().locator('.bar.good', { hasText: 'Written into docs/small-results.md, STATUS.md and the plan.' }).waitFor({ timeout: 60_000 });
  expect(await read('docs/small-results.md')).toMatch(/\*\*Decision\*\*: Option A: Use existing[^]*### Rationale\n\nIt keeps the face on every angle\.[^]*### Next steps\n\n1\. Ship it/);
  expect(await read('STATUS.md')).toContain('**Decision**: Option A: Use existing LoRA(s) as-is');
  expect(await read('tasks.md')).toMatch(/- \[x\] Select optimal approach based on data - Option A\n- \[x\] Document decision rationale\n- \[x\] Identify next steps/);
});

it('shows a section that was edited by hand beside what would replace it, and keeps or replaces it as the person says', async () => {
  const file = path.join(workspace, 'docs/small-results.md');
  await writeFile(file, (await read('docs/small-results.md')).replace('It keeps the face on every angle.', 'It keeps the face, I wrote by hand.'));
  await panel().getByRole('tab', { name: 'Weigh' }).click();
  await expect.poll(() => field('Rationale').inputValue(), { timeout: 20_000 }).toBe('It keeps the face, I wrote by hand.');
  await field('Rationale').fill('It was best.');

  const write = async (): Promise<void> => {
    await panel().getByRole('tab', { name: 'Preview' }).click();
    await panel().getByText('was edited by hand. Replace it?').first().waitFor({ timeout: 60_000 });
    await panel().locator('vscode-button', { hasText: 'Write Decision' }).click();
    await editor.page.locator('.monaco-diff-editor').waitFor({ timeout: 60_000 });
    await editor.page.locator('.quick-input-title').filter({ hasText: 'edited by hand' }).waitFor();
  };
  await write();
  const sides = (await editor.page.locator('.monaco-diff-editor .view-lines').allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  expect(sides).toContain('It keeps the face, I wrote by hand.');
  expect(sides).toContain('It was best.');
  if (takesScreenshots) await editor.screenshot('hand-edit-dark');
  await pickItem('Keep Mine');
  await panel().locator('.bar', { hasText: 'was kept' }).waitFor({ timeout: 60_000 });
  expect(await read('docs/small-results.md')).toContain('It keeps the face, I wrote by hand.');
  await expect.poll(() => editor.page.locator('.monaco-diff-editor').count()).toBe(0);

  await write();
  await pickItem('Replace');
  await panel().locator('.bar.good').waitFor({ timeout: 60_000 });
  const text = await read('docs/small-results.md');
  expect(text).toContain('It was best.');
  expect(text).not.toContain('I wrote by hand');
});

it('shows the next commit as a patch, commits it, and takes it back', async () => {
  const before = git(workspace, 'rev-parse', 'HEAD');
  await editor.runCommand('Evalmark: Preview Next Commit');
  await editor.page.locator('.tab').filter({ hasText: 'next commit.diff' }).waitFor({ timeout: 30_000 });
  await expect.poll(() => shownText(editor)).toMatch(/STATUS\.md\s*\|.*\n|docs\/small-results\.md/);
  if (takesScreenshots) await editor.screenshot('next-commit-dark');
  expect(git(workspace, 'rev-parse', 'HEAD')).toBe(before);

  await expand(treeRow(editor, '4.4 Update Documentation'));
  await pressInline(treeRow(editor, 'Commit all documentation changes'), 'Run Step', editor.page.locator('.quick-input-widget').filter({ hasText: /Commit|done/ }));
  // It depends on nothing that is open, so the one question is the commit itself.
  await pickItem('Commit');
  await expect.poll(() => git(workspace, 'rev-parse', 'HEAD'), { timeout: 30_000 }).not.toBe(before);
  expect(git(workspace, 'show', '--stat', '--format=%s', '--no-color', 'HEAD~0')).toMatch(/docs\(small\)/);
  await expect.poll(() => read('tasks.md')).toContain('- [x] Commit all documentation changes');

  await expect.poll(async () => git(workspace, 'status', '--porcelain'), { timeout: 30_000 }).toBe('');
  const made = Number(git(workspace, 'rev-list', '--count', `${before}..HEAD`));
  for (let commit = 0; commit < made; commit++) {
    const head = git(workspace, 'rev-parse', 'HEAD');
    await editor.runCommand('Evalmark: Undo Last Evalmark Commit…');
    await pickItem('Take Back');
    await expect.poll(() => git(workspace, 'rev-parse', 'HEAD'), { timeout: 30_000 }).not.toBe(head);
  }
  await notification(editor, 'The commit was taken back').waitFor();
  expect(git(workspace, 'rev-parse', 'HEAD')).toBe(before);
  expect(await read('docs/small-results.md')).toContain('It was best.');
  expect(git(workspace, 'status', '--porcelain')).toContain('docs/small-results.md');
});
