import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Editor } from './editor';
import { expand, pictureFailures, pressInline, statusItem, treeRow, widenSideBar } from './page';
import { git, workspaceWith, type Workspace } from './workspaces';

const legend = 'Mark tasks as:\n- [ ] Not started\n- [→] In progress\n- [✓] Complete\n- [✗] Blocked/Failed\n';

const broken = `# Broken - Tasks

### Phase 1: Edit

#### Task 1.1: Edit pictures
- [ ] Edit them all <!-- evalmark: infer models=all -->

#### Task 1.2: Commit
- [ ] Write a note <!-- evalmark: shell command="echo note > docs.md" -->
- [ ] Commit it <!-- evalmark: commit -->

${legend}`;

const cycle = `# Round - Tasks

#### Task 1.1: Hen
- [ ] Lay an egg

#### Task 1.2: Egg
- [ ] Hatch a hen

**Dependencies**:
- Task 1.1 depends on Task 1.2
- Task 1.2 depends on Task 1.1
`;

const evaluation = {
  version: 1, name: 'broken', pictures: { folder: 'pictures', files: ['gone.png'] },
  edits: [{ id: 'forest', kind: 'background', prompt: 'Put the person into a forest' }],
  models: [{ id: 'base', base: 'models/base', file: 'model.onnx', category: 'base' }],
  sampler: { steps: 1, guidance: 1, seeds: [7] }, engine: { device: 'cpu', precision: 'auto' },
  criteria: [{ id: 'identity', label: 'Identity', kind: 'scale', minimum: 1, maximum: 5, weight: 1 }],
  failureModes: [], limits: {}, results: 'results',
};

const hugeSteps = 50_000;

let workspace: Workspace;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  workspace = await workspaceWith(broken, 'broken');
  await write('plans/broken/evaluation.json', JSON.stringify(evaluation));
  await write('models/base/model.onnx', 'This is a letter, not a network.');
  await write('.git/hooks/pre-commit', '#!/bin/sh\necho "no commits on a Thursday" >&2\nexit 1\n');
  await chmod(path.join(workspace.folder, '.git/hooks/pre-commit'), 0o755);
  await write('plans/latin/tasks.md', Buffer.concat([Buffer.from('# Latin\n\n- [ ] Caf'), Buffer.from([0xe9]), Buffer.from(' open\n')]));
  await write('plans/round/tasks.md', cycle);
  await write('plans/huge/tasks.md', hugePlan());
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.status.update': false } });
  await editor.showEvalmark();
  await widenSideBar(editor);
  await editor.runCommand('Problems: Focus on Problems View');
  await problem('no UTF-8').waitFor({ timeout: 60_000 });
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

it('shows a plan of 50,000 steps, runs one of them, and leaves every other byte', async () => {
  await expand(treeRow(editor, 'huge'));
  await expect.poll(() => treeRow(editor, 'huge').getAttribute('aria-label'), { timeout: 60_000 }).toContain(`0/${hugeSteps}`);
  await expand(treeRow(editor, 'Phase 1: One'));
  await expand(treeRow(editor, '1.1 Task one'));
  await pressInline(treeRow(editor, 'Touch the first'), 'Run Step', treeRow(editor, 'Touch the first, done'));
  await treeRow(editor, 'Touch the first, done').waitFor({ timeout: 60_000 });
  await treeRow(editor, 'huge').locator('.monaco-tl-twistie').click();
  const text = (await readPlan('huge')).replace('**Status**: ✓ PARTIALLY COMPLETE (1 of 1000 steps)\n', '');
  expect(text === hugePlan().replace('[ ] Touch the first', '[✓] Touch the first')).toBe(true);
});

it('reads a plan with bytes that are no UTF-8, and keeps them when a box is ticked', async () => {
  await treeRow(editor, 'Caf').locator('.custom-view-tree-node-item-checkbox').click();
  await expect.poll(() => readPlan('latin', 'latin1')).toBe('# Latin\n\n- [x] Caf\u00e9 open\n');
});

it('says which tasks wait for each other, and runs neither', async () => {
  await problem('wait for each other').waitFor();
  await pressInline(treeRow(editor, 'round'), 'Run');
  await expand(treeRow(editor, 'Round - Tasks, blocked'));
  await expand(treeRow(editor, '1.1 Hen, blocked'));
  await treeRow(editor, 'Lay an egg, blocked').waitFor();
  expect(await readPlan('round')).toBe(cycle);
});

it('says that a picture is missing, then that a file is no model', async () => {
  await expand(treeRow(editor, 'Phase 1: Edit'));
  await expand(treeRow(editor, '1.1 Edit pictures'));
  await pressInline(treeRow(editor, 'Edit them all'), 'Run Step', treeRow(editor, 'Edit them all, failed, '));
  await treeRow(editor, 'Edit them all, failed, ').waitFor({ timeout: 60_000 });
  await problem('gone.png').waitFor();
  await write('pictures/gone.png', await sharp({ create: { width: 64, height: 64, channels: 3, background: '#a08060' } }).png().toBuffer());
  await pressInline(treeRow(editor, 'Edit them all'), 'Run');
  await problem('no ONNX model').waitFor({ timeout: 60_000 });
  expect(await statusItem(editor, 'progress').innerText()).toMatch(/\d/);
});

it('says what a hook of git said, and leaves nothing half committed', async () => {
  const head = git(workspace.folder, 'rev-parse', 'HEAD');
  await expand(treeRow(editor, '1.2 Commit'));
  await pressInline(treeRow(editor, 'Write a note'), 'Run Step', treeRow(editor, 'Write a note, done'));
  await treeRow(editor, 'Write a note, done').waitFor();
  await pressInline(treeRow(editor, 'Commit it'), 'Run Step');
  const commit = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Commit' }).first();
  await commit.waitFor({ timeout: 15_000 }).then(() => commit.click(), () => undefined);
  await treeRow(editor, 'Commit it, failed, ').waitFor({ timeout: 30_000 });
  await problem('no commits on a Thursday').waitFor();
  expect(git(workspace.folder, 'rev-parse', 'HEAD')).toBe(head);
  expect(git(workspace.folder, 'diff', '--cached', '--name-only')).toBe('');
});

function problem(text: string | RegExp) {
  return editor.page.locator('.markers-panel .monaco-list-row').filter({ hasText: text }).first();
}

function hugePlan(): string {
  const step = (index: number) => `- [ ] Step number ${index} of very many`;
  const tasks = Array.from({ length: 50 }, (_, task) =>
    [`#### Task 1.${task + 1}: Task ${task === 0 ? 'one' : task + 1}`, '', ...(task === 0 ? ['- [ ] Touch the first <!-- evalmark: shell command="touch first.txt" -->'] : [step(task * 1000)]),
      ...Array.from({ length: hugeSteps / 50 - 1 }, (_unused, index) => step(task * 1000 + index + 1)), ''].join('\n'),
  );
  return `# Huge - Tasks\n\n### Phase 1: One\n\n${tasks.join('\n')}\n${legend}`;
}

function readPlan(name: string, encoding: BufferEncoding = 'utf8'): Promise<string> {
  return readFile(path.join(workspace.folder, 'plans', name, 'tasks.md'), encoding);
}

async function write(name: string, content: string | Uint8Array): Promise<void> {
  const file = path.join(workspace.folder, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
}
