import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { FilePlanStore } from '../../src/core/plan/planFile';
import { rebuildDocuments } from '../../src/core/report/rebuild';
import { makeContext } from '../unit/actionContext';
import { evaluation, layOut } from '../unit/core/report/study';
import { Editor } from './editor';
import { pictureFailures } from './page';

let workspace: string;
let editor: Editor | undefined;
pictureFailures(() => editor);

const plan = `# Small plan

**Change ID**: \`small\`

#### Task 4.1: Results

- [x] Create docs/small-results.md
- [x] Include comparison matrix
- [x] Add best/worst example images
- [x] Document VRAM and performance data
- [x] List strengths/weaknesses per model

**Deliverable**: docs/small-results.md
`;

beforeAll(async () => {
  workspace = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  await writeFile(path.join(workspace, 'tasks.md'), plan);
  await writeFile(path.join(workspace, 'evaluation.json'), JSON.stringify(evaluation));
  await layOut(workspace);
  const snapshot = await new FilePlanStore(path.join(workspace, 'tasks.md')).read();
  if (!snapshot.ok) throw new Error(snapshot.failure.message);
  const made = await rebuildDocuments(makeContext(workspace, { plan: snapshot.value.plan, evaluation: async () => ({ ok: true, value: evaluation }) }));
  if (!made.ok) throw new Error(made.failure.message);
}, 60_000);

afterAll(async () => {
  await editor?.close();
  await rm(workspace, { recursive: true, force: true, maxRetries: 5 });
});

it.each(['dark', 'light'] as const)('the results document shows its pictures and charts in the editor’s own preview, %s', async (theme) => {
  await editor?.close();
  editor = await Editor.open({ workspace, theme, settings: { 'workbench.editorAssociations': { '*.md': 'vscode.markdown.preview.editor' } } });
  await editor.page.keyboard.press('Control+P');
  const input = editor.page.locator('.quick-input-widget input').first();
  await input.waitFor();
  await input.fill('small-results.md');
  await editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: 'small-results.md' }).first().waitFor();
  await editor.page.keyboard.press('Enter');
  const preview = await vi.waitFor(() => previewOf(editor), { timeout: 90_000, interval: 500 });
  const pictures = await vi.waitFor(
    async () => {
      const found = await preview.evaluate(() => [...document.querySelectorAll('img')].map((picture) => ({ source: picture.src, width: picture.naturalWidth, done: picture.complete })));
      if (!found.every(({ done }) => done)) throw new Error('The pictures are still loading.');
      return found;
    },
    { timeout: 30_000, interval: 500 },
  );
  expect(pictures.filter(({ source }) => source.includes('.jpg')).length).toBe(12);
  expect(pictures.filter(({ source }) => source.includes('.svg')).length).toBeGreaterThanOrEqual(5);
  expect(pictures.filter(({ width }) => width === 0)).toEqual([]);
  expect(await preview.evaluate(() => document.body.innerText)).not.toContain('evalmark:begin');
  await preview.evaluate(() => [...document.querySelectorAll('h2')].find((heading) => heading.textContent === 'Kinds of edit')?.scrollIntoView());
  await editor.screenshot(`results-${theme}`);
});

/** The innermost frame of the preview, once its text is there. */
async function previewOf(of: Editor | undefined): Promise<Frame> {
  for (const frame of of?.page.frames() ?? []) {
    const found = await frame.evaluate(() => document.querySelectorAll('img').length > 0 && document.body.innerText.includes('Comparison matrix')).catch(() => false);
    if (found) return frame;
  }
  throw new Error('The preview is not there yet.');
}
