import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSurvey, type Candidate } from '../../src/core/hub/surveyFile';
import { startHub, type HubRepository, type LoopbackHub } from '../../test_data/make/hub';
import { safetensors } from '../unit/core/hub/hubFixture';
import { Editor, takesScreenshots } from './editor';
import { expand, pictureFailures, pressInline, treeRow, widenSideBar } from './page';
import { workspaceWith, type Workspace } from './workspaces';

const base = 'lab/Tiny-Edit-2601';
const chosen = 'lab-0/tiny-edit-camera-0';

/** Two hundred that derive from one base, one of them with weights that take a while. */
const repositories: Readonly<Record<string, HubRepository>> = {
  [base]: { files: { 'README.md': '# Base', 'model.safetensors': safetensors({ a: [4] }) }, likes: 9999, trendingScore: 9999, pipelineTag: 'image-to-image' },
  ...Object.fromEntries(
    Array.from({ length: 200 }, (_, index): readonly [string, HubRepository] => [
      `lab-${index % 10}/tiny-edit-camera-${index}`,
      {
        files: { 'README.md': `---\nlicense: mit\nbase_model: ${base}\n---\nTurns the camera, number ${index}.\n\nPrompt: "move the camera ${index} steps to the right"\n`, 'lora.safetensors': index === 0 ? safetensors({ w: [3_000_000] }) : safetensors({ w: [2] }) },
        likes: 1000 - index, downloads: index, trendingScore: 1000 - index, pipelineTag: 'image-to-image', tags: [`base_model:${base}`, `base_model:adapter:${base}`], ...(index % 20 === 1 ? { gated: 'manual' } : {}),
      },
    ]),
  ),
};

const evaluation = {
  version: 1, name: 'survey', pictures: { folder: 'test_data/source' }, edits: [], models: [{ id: 'base', title: 'Tiny-Edit', base, category: 'base' }], sampler: { steps: 2, guidance: 1, seeds: [7] },
  engine: { device: 'cpu', precision: 'auto' }, criteria: [{ id: 'identity', label: 'Identity', kind: 'scale', minimum: 1, maximum: 5, weight: 1 }], failureModes: [], limits: {}, results: 'test_data/results',
};

let hub: LoopbackHub;
let workspace: Workspace;
let editor: Editor;
let cache: string;
pictureFailures(() => editor);

beforeAll(async () => {
  hub = await startHub({ repositories });
  cache = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
  workspace = await workspaceWith(
    `# Survey\n\n### Phase 1: Ecosystem Survey\n\n#### Task 1.1: Model Discovery\n- [ ] Browse ${hub.endpoint}/models?pipeline_tag=image-to-image&sort=trending&search=camera\n- [ ] Filter for ${base} derivatives\n\n#### Task 1.2: Model Card Review\n- [ ] ${chosen}\n\n#### Task 1.3: Relevance Scoring\n- [ ] Relevance to angle changes\n- [ ] Select top 1-3 models for testing\n\n### Phase 2: Setup\n\n#### Task 2.1: Download\n- [ ] Download ${chosen}\n\n#### Task 2.2: Prepare Test Images\n- [ ] Select or create 2 character source images\n- [ ] Verify image quality (sharp, well-lit)\n- [ ] Copy to test_data/source/\n- [ ] Name consistently (test_01.jpg - test_02.jpg)\n`,
    'survey',
  );
  await writeFile(path.join(path.dirname(workspace.plan), 'evaluation.json'), JSON.stringify(evaluation));
  // Where a token goes is no setting of a workspace; the environment says it here, as it does for Python tools.
  Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache });
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off', 'evalmark.download.showFiles': 'always' } });
  await editor.showEvalmark();
  await widenSideBar(editor, 340);
  await expand(treeRow(editor, 'Phase 1:'));
}, 180_000);

afterAll(async () => {
  delete process.env.HF_ENDPOINT;
  delete process.env.HF_HUB_CACHE;
  await editor?.close();
  await workspace?.remove();
  await hub?.dispose();
  if (cache) await rm(cache, { recursive: true, force: true });
});

function panel(): FrameLocator {
  return editor.page.locator('iframe.webview.ready').last().contentFrame().locator('iframe#active-frame').contentFrame();
}

async function candidate(repository: string): Promise<Candidate | undefined> {
  const read = await readSurvey(path.dirname(workspace.plan));
  return read.ok ? read.value.candidates.find((one) => one.repository === repository) : undefined;
}

async function runStep(task: string, step: string): Promise<void> {
  // A tree that is drawn anew can close a row under the pointer.
  await expect.poll(async () => {
    await expand(treeRow(editor, task)).catch(() => undefined);
    return treeRow(editor, step).isVisible();
  }, { timeout: 20_000 }).toBe(true);
  await pressInline(treeRow(editor, step), 'Run Step');
  await agreeIfAsked('Run All the Same');
}

async function agreeIfAsked(answer: string): Promise<void> {
  const row = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: answer }).first();
  if (await row.waitFor({ timeout: 5_000 }).then(() => true, () => false)) await row.click();
}

it('asks the Hub, shows two hundred candidates, and lets a person filter them', async () => {
  await runStep('1.1 Model Discovery', 'Browse');
  await panel().locator('.line').first().waitFor({ timeout: 60_000 });
  await panel().getByText(/of 20\d/).first().waitFor();
  await panel().getByRole('button', { name: 'Not gated' }).click();
  await panel().getByText(/10 gated/).waitFor();
  if (takesScreenshots) await editor.screenshot('survey-in-editor-dark');
  await panel().getByRole('button', { name: 'Not gated' }).click();
  await panel().locator('#done').click();
  await treeRow(editor, 'Browse').and(editor.page.locator('[aria-label*="done"]')).waitFor({ timeout: 30_000 });
});

it('shows a card beside the facts, and writes the verdict behind the step that asked', async () => {
  await runStep('1.2 Model Card Review', chosen);
  await panel().locator('.detail h2', { hasText: 'tiny-edit-camera-0' }).waitFor({ timeout: 60_000 });
  await panel().locator('.claims').waitFor({ timeout: 30_000 });
  await panel().getByRole('button', { name: 'Add 1 to evaluation.json' }).click();
  await expect.poll(() => readFile(path.join(path.dirname(workspace.plan), 'evaluation.json'), 'utf8'), { timeout: 20_000 }).toContain('move the camera 0 steps to the right');
  await panel().locator('.toast', { hasText: '1 edit added to evaluation.json' }).waitFor();
  await editor.page.keyboard.press('v');
  await editor.page.keyboard.press('1');
  await panel().locator('#reason').pressSequentially('turns the camera');
  await editor.page.keyboard.press('Control+Enter');
  await expect.poll(() => workspace.read(), { timeout: 20_000 }).toMatch(/- \[(?:x|✓)\] lab-0\/tiny-edit-camera-0 - VALIDATED \(turns the camera\)\n/);
  expect((await candidate(chosen))?.verdict).toEqual({ word: 'VALIDATED', reason: 'turns the camera' });
  if (takesScreenshots) await editor.screenshot('survey-details-in-editor-dark');
});

it('takes a score and a selection', async () => {
  await runStep('1.3 Relevance Scoring', 'Relevance to angle changes');
  await panel().locator(`.line[aria-label^="${chosen}"]`).click({ timeout: 60_000 });
  await editor.page.keyboard.press('5');
  await expect.poll(async () => (await candidate(chosen))?.scores['angle changes'], { timeout: 20_000 }).toBe(5);
  await panel().locator(`.line[aria-label^="${chosen}"]`).click();
  await editor.page.keyboard.press('Space');
  await expect.poll(async () => (await candidate(chosen))?.selected, { timeout: 20_000 }).toBe(true);
});

it('downloads what was chosen, holds on command, and goes on', async () => {
  hub.misbehave = { slow: 300_000 };
  await expand(treeRow(editor, 'Phase 2:'));
  await runStep('2.1 Download', 'Download');
  const files = editor.page.locator('.quick-input-list .monaco-list-row');
  await files.filter({ hasText: 'lora.safetensors' }).first().waitFor({ timeout: 30_000 });
  await editor.page.locator('.quick-input-title', { hasText: /^Download lab-0\/tiny-edit-camera-0: 2 files, 12 MB to fetch; / }).waitFor();
  // Cards and headers were read; none of the weights.
  expect(hub.sentBytes()).toBeLessThan(1_000_000);
  if (takesScreenshots) await editor.screenshot('download-question-dark');
  await editor.page.keyboard.press('Enter');
  await editor.page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  await expect.poll(() => hub.sentBytes(), { timeout: 30_000 }).toBeGreaterThan(1_000_000);
  await editor.runCommand('Evalmark: Pause Downloads');
  await editor.page.locator('.statusbar-item', { hasText: 'Downloads are paused' }).waitFor({ timeout: 10_000 });
  hub.misbehave = {};
  const snapshots = () => readdir(path.join(cache, `models--${chosen.replace('/', '--')}`, 'snapshots')).catch(() => []);
  // Now it would be there at once.
  await editor.page.waitForTimeout(4_000);
  expect(await snapshots()).toEqual([]);
  await editor.runCommand('Evalmark: Resume Downloads');
  await expect.poll(snapshots, { timeout: 60_000 }).toHaveLength(1);
  await expect.poll(() => workspace.read(), { timeout: 20_000 }).toMatch(/- \[(?:x|✓)\] Download lab-0/);
});

it('chooses source pictures in their panel, measured, and copies them with the names of the plan', async () => {
  await runStep('2.2 Prepare', 'Select or create');
  const row = editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'Open the picture panel' }).first();
  await row.waitFor({ timeout: 20_000 });
  await row.click();
  await panel().getByText('The plan asks for 2 source pictures.').waitFor({ timeout: 30_000 });
  await panel().locator('.empty').getByRole('button', { name: 'Draw Characters' }).click();
  await panel().locator('.card[aria-label="character_02.png, passes"]').waitFor({ timeout: 30_000 });
  await panel().locator('.card img').nth(1).waitFor();
  if (takesScreenshots) await editor.screenshot('pictures-in-editor-dark');
  await panel().getByRole('button', { name: 'Copy 2 to test_data/source' }).click();
  await panel().locator('.card .name', { hasText: 'test_02.jpg' }).waitFor({ timeout: 30_000 });
  await panel().locator('#done').click();
  await treeRow(editor, 'Select or create').and(editor.page.locator('[aria-label*="done"]')).waitFor({ timeout: 30_000 });
  expect(await readdir(path.join(workspace.folder, 'test_data/source'))).toEqual(['test_01.jpg', 'test_02.jpg']);
});

it('comes back as it was left when the window is loaded anew', async () => {
  await editor.runCommand('Evalmark: Open Survey');
  await panel().getByRole('button', { name: 'Not gated' }).click({ timeout: 60_000 });
  await panel().getByText(/10 gated/).waitFor();
  // A person's way to it: the editor first saves what its tabs keep.
  const loaded = editor.page.waitForEvent('load');
  await editor.runCommand('Developer: Reload Window');
  await loaded;
  await editor.page.locator('.monaco-workbench').waitFor({ timeout: 90_000 });
  await panel().locator(`.line[aria-label^="${chosen}"]`).waitFor({ timeout: 90_000 });
  await panel().getByText(/10 gated/).waitFor();
  expect(await panel().getByRole('button', { name: 'Not gated' }).getAttribute('aria-pressed')).toBe('true');
});
