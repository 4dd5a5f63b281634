import { mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EngineSettings } from '../../../../src/core/evaluation/evaluation';
import type { EditProgress, EditRequest } from '../../../../src/core/evaluation/inference';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import { temporaryFolder } from '../../actionContext';
import { Golden, randomCheckpointFolder } from '../golden';

let checkpoint: string;
let cacheFolder: string;
let golden: Golden;

beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
  cacheFolder = await mkdtemp(temporaryFolder);
  golden = await Golden.read('edits');
});
afterAll(async () => {
  for (const folder of [checkpoint, cacheFolder]) await rm(folder, { recursive: true });
});

async function edit(precision: EngineSettings['precision'], reports: EditProgress[] = []): Promise<Uint8Array> {
  const engine = { device: 'cpu', precision } as const;
  const model = { path: checkpoint, loras: [] };
  const signal = new AbortController().signal;
  const loaded = await pipelineFor({ model, engine }, { cacheFolder }, { signal, progress: (report) => reports.push(report) });
  if (!loaded.ok) throw new Error(`${loaded.failure.message} ${loaded.failure.detail ?? ''}`);
  try {
    const request: EditRequest = {
      model, pictures: ['/in.png'], prompt: 'Turn the camera to the left and make the light warmer.', seed: golden.said('seed') as number,
      steps: 4, guidance: 1, width: 64, height: 48, noise: 'torch', referenceResolution: 128, engine, output: '/out.png',
    };
    const [height = 0, width = 0] = golden.shape('picture.0');
    const output = await loaded.value.edit({ request, pictures: [{ width, height, pixels: golden.bytes('picture.0') }], signal, progress() {} });
    if (!output.ok) throw new Error(`${output.failure.message} ${output.failure.detail ?? ''}`);
    return output.value.picture.pixels;
  } finally {
    await loaded.value.dispose();
  }
}

/** Root of the mean square, in levels of 255. */
const apart = (left: Uint8Array, right: Uint8Array) => Math.sqrt(left.reduce((sum, value, index) => sum + (value - (right[index] ?? 0)) ** 2, 0) / left.length);

it('fewer bits take a picture further from the reference, but not away from it', async () => {
  const expected = golden.bytes('plain.output');
  const [eight, four, normal] = [apart(await edit('int8'), expected), apart(await edit('int4'), expected), apart(await edit('nf4'), expected)];
  expect(eight).toBeLessThan(3);
  expect(Math.min(four, normal)).toBeGreaterThan(eight);
  expect(Math.max(four, normal)).toBeLessThan(40);
  // The tiny text encoder's rows of 96 do not fill NF4's blocks of 64.
  expect((await readdir(path.join(cacheFolder, 'weights'))).filter((name) => name.endsWith('.safetensors'))).toHaveLength(5);
});

it('weights are packed once; the next time they are there', async () => {
  const reports: EditProgress[] = [];
  await edit('int8', reports);
  expect(reports.filter(({ steps }) => steps !== undefined)).toEqual([]);
});
