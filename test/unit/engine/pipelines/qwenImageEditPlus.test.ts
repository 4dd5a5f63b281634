import { mkdtemp, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EditRequest } from '../../../../src/core/evaluation/inference';
import type { Pipeline, PipelineOutput } from '../../../../src/engine/pipelines/pipeline';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import type { Picture } from '../../../../src/engine/pictures/loadPicture';
import { temporaryFolder } from '../../actionContext';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

/** Of test/reference/edits.py. */
const prompt = 'Turn the camera to the left and make the light warmer.';

let checkpoint: string;
let cacheFolder: string;
let golden: Golden;
let pipeline: Pipeline;

beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
  cacheFolder = await mkdtemp(temporaryFolder);
  golden = await Golden.read('edits');
  const loaded = await pipelineFor({ model: { path: checkpoint, loras: [] }, engine: { device: 'cpu', precision: 'auto' } }, { cacheFolder });
  if (!loaded.ok) throw new Error(`${loaded.failure.message} ${loaded.failure.detail ?? ''}`);
  pipeline = loaded.value;
});
afterAll(async () => {
  await pipeline.dispose();
  for (const folder of [checkpoint, cacheFolder]) await rm(folder, { recursive: true });
});

function picture(name: string): Picture {
  const [height = 0, width = 0] = golden.shape(name);
  return { width, height, pixels: golden.bytes(name) };
}

async function edit(names: readonly string[], changes: Partial<EditRequest> = {}): Promise<PipelineOutput> {
  const request: EditRequest = {
    model: { path: checkpoint, loras: [] }, pictures: ['/in.png'], prompt, seed: golden.said('seed') as number,
    steps: golden.said('steps') as number, guidance: 1, width: 64, height: 48, noise: 'torch', referenceResolution: 128,
    engine: { device: 'cpu', precision: 'auto' }, output: '/out.png', ...changes,
  };
  const output = await pipeline.edit({ request, pictures: names.map(picture), signal: new AbortController().signal, progress() {} });
  if (!output.ok) throw new Error(`${output.failure.message} ${output.failure.detail ?? ''}`);
  return output.value;
}

describe('an edit is the one that diffusers makes', () => {
  it.each<[string, readonly string[], Partial<EditRequest>]>([
    ['plain', ['picture.0'], {}],
    ['guided', ['picture.0'], { negativePrompt: 'blurred, 山', guidance: 4 }],
    ['twoPictures', ['picture.0', 'picture.1'], {}],
    ['lightning', ['picture.0'], { scheduler: 'lightning' }],
    ['megapixel', ['picture.0'], { referenceResolution: 1024, steps: 2 }],
  ])('%s', async (name, pictures, changes) => {
    const { picture: made } = await edit(pictures, changes);
    expect([made.width, made.height]).toEqual([64, 48]);
    expect(largestDifference(made.pixels, golden.bytes(`${name}.output`))).toBeLessThanOrEqual(1);
  });
});
