import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { elfLibrary } from '../unit/core/cuda/elfLibrary';
import { startPackageIndex, type IndexServer } from '../unit/core/cuda/packageIndexServer';
import { zipFile } from '../unit/core/cuda/zipFile';
import { Editor, root, takesScreenshots } from './editor';
import { notification, pictureFailures, scrolledTo, treeRow, widenSideBar } from './page';

let folder: string;
let index: IndexServer;
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'evalmark-'));
  const { version } = JSON.parse(await readFile(path.join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8')) as { version: string };
  const wheel = zipFile({
    'onnxruntime/capi/libonnxruntime_providers_shared.so': elfLibrary([]),
    'onnxruntime/capi/libonnxruntime_providers_cuda.so': Buffer.concat([elfLibrary(['libcublasLt.so.13', 'libcuda.so.1'], 'libcudnn.so'), randomBytes(3_000_000)]),
  });
  index = await startPackageIndex('onnxruntime-gpu', [{ name: `onnxruntime_gpu-${version}-cp313-cp313-manylinux_2_28_x86_64.whl`, content: wheel }]);
  editor = await Editor.open({ workspace: folder, settings: { 'evalmark.cuda.index': index.address } });
  await editor.showEvalmark();
  await widenSideBar(editor);
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await index?.close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

it('tries the devices and says what the engine runs in', async () => {
  await editor.runCommand('Evalmark: Check Environment');
  await treeRow(editor, 'Devices, ', 'Environment').waitFor({ timeout: 60_000 });
  expect(await treeRow(editor, 'Devices, ', 'Environment').getAttribute('aria-label')).toContain('cpu');
  // code-server's own Node is on the path of this editor.
  expect(await treeRow(editor, 'Node, ', 'Environment').getAttribute('aria-label')).toMatch(/^Node, 2\d\.\d+\.\d+/);
  await scrolledTo(editor, 'Git, no repository, needs attention', 'Environment');
  if (takesScreenshots) await editor.screenshot('environment-dark');
});

it.runIf(process.platform === 'linux' && process.arch === 'x64')('gets the CUDA provider after its size was shown, and says exactly what is missing', async () => {
  await editor.runCommand('Evalmark: Get CUDA Provider');
  const dialog = editor.page.locator('.monaco-dialog-box');
  await dialog.filter({ hasText: 'Get the CUDA provider?' }).waitFor({ timeout: 30_000 });
  expect(await dialog.innerText()).toMatch(/is fetched from 127\.0\.0\.1:\d+: 3 MB/);
  if (takesScreenshots) await editor.screenshot('cuda-offer-dark');
  await dialog.getByRole('button', { name: 'Download' }).click();
  await notification(editor, 'CUDA cannot be used yet').waitFor({ timeout: 60_000 });
  const text = await notification(editor, 'CUDA cannot be used yet').innerText();
  expect(text).toContain('CUDA 13 (libcublasLt.so.13) and the NVIDIA driver (libcuda.so.1) and cuDNN 9 (libcudnn.so.9) cannot be found');
  if (takesScreenshots) await editor.screenshot('cuda-missing-dark');
  const asked = index.asked.filter(({ path: at }) => at.startsWith('/files/')).length;
  await editor.runCommand('Evalmark: Get CUDA Provider');
  await expect.poll(() => notification(editor, 'CUDA cannot be used yet').count(), { timeout: 60_000 }).toBeGreaterThan(0);
  // What is there is not fetched again.
  expect(index.asked.filter(({ path: at }) => at.startsWith('/files/')).length).toBe(asked);
});
