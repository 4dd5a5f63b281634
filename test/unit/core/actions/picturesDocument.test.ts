import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Ask } from '../../../../src/core/actions/action';
import { picturesDocument } from '../../../../src/core/actions/picturesDocument';
import { writeChoice } from '../../../../src/core/images/pictureChoice';
import { openPictureWorkspace, pictureStep, type PictureWorkspace } from './picturesFixture';

const open: PictureWorkspace[] = [];
afterEach(() => Promise.all(open.splice(0).map((workspace) => workspace.dispose())));

async function start(ask: Partial<Ask> = {}): Promise<PictureWorkspace> {
  const workspace = await openPictureWorkspace(ask);
  open.push(workspace);
  await workspace.picture('test_data/source/a.png', 1);
  await workspace.picture('test_data/source/b_*x*.png', 2);
  return workspace;
}

const run = (workspace: PictureWorkspace) => picturesDocument.run(pictureStep('pictures.document', {}).step, workspace.context);
const readme = (workspace: PictureWorkspace) => readFile(path.join(workspace.folder, 'test_data/source/README.md'), 'utf8');

test('a table of what is measured, in a managed section', async () => {
  const workspace = await start();
  expect(await run(workspace)).toEqual({ kind: 'done', summary: '2 pictures described in test_data/source/README.md' });
  const text = await readme(workspace);
  expect(text).toMatch(/^# Source pictures\n\n<!-- evalmark:begin pictures hash=\w+ -->/);
  expect(text).toMatch(/\| Picture \| Pixels \| Format \| Sharpness \| Brightness \| Clipped \|\n.*\n\| a\.png \| 640 × 640 \| PNG, \d+ kB \| \d+ \| \d+ \| [\d.]+ % \|/);
  expect(text).toContain(String.raw`b\_\*x\*.png`);
  expect(workspace.context.written).toEqual([path.join(workspace.folder, 'test_data/source/README.md')]);
  await run(workspace);
  expect(await readme(workspace)).toBe(text);
});

test('what a person says is written, made harmless, remembered, and not asked again', async () => {
  const asked: string[] = [];
  const workspace = await start({ text: async ({ title }) => (asked.push(title), title.includes('a.png') ? 'from the | left <script>' : '') });
  await writeChoice(workspace.context.paths.storage, [{ file: '/elsewhere/b.png', imported: path.join(workspace.folder, 'test_data/source/b_*x*.png'), words: 'known already' }]);
  await run(workspace);
  const text = await readme(workspace);
  expect(text).toContain('from the \\| left &lt;script&gt; |');
  expect(text).toContain('| known already |');
  await run(workspace);
  expect(asked).toEqual(['What does a.png show?']);
});

test('no pictures, nothing to say', async () => {
  const workspace = await openPictureWorkspace();
  open.push(workspace);
  expect(await run(workspace)).toMatchObject({ kind: 'failed', failure: { code: 'no-pictures' } });
});
