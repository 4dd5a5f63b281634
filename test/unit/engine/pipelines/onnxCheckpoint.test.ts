import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EditRequest } from '../../../../src/core/evaluation/inference';
import type { Pipeline } from '../../../../src/engine/pipelines/pipeline';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import { randomLoras } from '../../../../test_data/make/checkpoints/randomLoras';
import { temporaryFolder } from '../../actionContext';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';
import { invertingModel } from '../testModels';
import { exportCheckpoint } from './exportedCheckpoint';

let folder: string;
let golden: Golden;
let pipeline: Pipeline;

const engine = { device: 'cpu', precision: 'auto' } as const;

beforeAll(async () => {
  folder = await randomCheckpointFolder();
  await exportCheckpoint(folder);
  golden = await Golden.read('edits');
  const loaded = await pipelineFor({ model: { path: folder, loras: [] }, engine }, {});
  if (!loaded.ok) throw new Error(`${loaded.failure.message} ${loaded.failure.detail ?? ''}`);
  pipeline = loaded.value;
});
afterAll(async () => {
  await pipeline.dispose();
  await rm(folder, { recursive: true });
});

async function edit(changes: Partial<EditRequest> = {}, on = pipeline) {
  const request: EditRequest = {
    model: { path: folder, loras: [] }, pictures: ['/in.png'], prompt: 'Turn the camera to the left and make the light warmer.', seed: golden.said('seed') as number,
    steps: golden.said('steps') as number, guidance: 1, width: 64, height: 48, noise: 'torch', referenceResolution: 128, engine, output: '/out.png', ...changes,
  };
  const [height = 0, width = 0] = golden.shape('picture.0');
  return on.edit({ request, pictures: [{ width, height, pixels: golden.bytes('picture.0') }], signal: new AbortController().signal, progress() {} });
}

describe('a checkpoint whose transformer and autoencoder were exported to ONNX', () => {
  it('makes the picture that diffusers makes, and records the files that it read', async () => {
    const made = await edit();
    if (!made.ok) throw new Error(`${made.failure.message} ${made.failure.detail ?? ''}`);
    expect(largestDifference(made.value.picture.pixels, golden.bytes('plain.output'))).toBeLessThanOrEqual(1);
    const files = made.value.details.files.map(({ file }) => file);
    expect(files).toEqual(expect.arrayContaining(['transformer/model.onnx', 'transformer/model.onnx_data', 'vae_encoder/model.onnx', 'vae_decoder/model.onnx', 'text_encoder/config.json']));
    expect(pipeline.warnings.join(' ')).toContain('that of transformer and autoencoder is as it was exported');
  });

  it('follows a negative prompt', async () => {
    const made = await edit({ negativePrompt: 'blurred, 山', guidance: 4 });
    expect(made.ok && largestDifference(made.value.picture.pixels, golden.bytes('guided.output'))).toBeLessThanOrEqual(1);
  });

  it('takes no LoRAs, and says so', async () => {
    const lora = path.join(folder, 'comfy.safetensors');
    await writeFile(lora, randomLoras()['comfy.safetensors'] ?? '');
    expect(await edit({ model: { path: folder, loras: [{ path: lora, scale: 1 }] } })).toMatchObject({ ok: false, failure: { code: 'loras-not-supported' } });
  });

  it('of another export, damaged, or with an ONNX text encoder is refused by name', async () => {
    const other = await mkdtemp(temporaryFolder);
    const load = async () => pipelineFor({ model: { path: other, loras: [] }, engine }, {});
    try {
      await cp(folder, other, { recursive: true });
      for (const [content, failure] of [
        [invertingModel(), { code: 'model-other-inputs', message: expect.stringMatching(/transformer.model\.onnx was exported in another way .* lacks the input hidden_states.* and wants image/) }],
        [Buffer.from('no model'), { code: 'model-refused', message: expect.stringMatching(/transformer.model\.onnx cannot be loaded/) }],
      ] as const) {
        await writeFile(path.join(other, 'transformer', 'model.onnx'), content);
        const loaded = await load();
        if (!loaded.ok) throw new Error(loaded.failure.message);
        expect(await edit({}, loaded.value)).toMatchObject({ ok: false, failure });
        await loaded.value.dispose();
      }
      await rm(path.join(other, 'text_encoder'), { recursive: true });
      await mkdir(path.join(other, 'text_encoder'));
      await writeFile(path.join(other, 'text_encoder', 'model.onnx'), invertingModel());
      expect(await load()).toMatchObject({ ok: false, failure: { code: 'model-other-inputs', advice: expect.stringContaining('safetensors') } });
    } finally {
      await rm(other, { recursive: true });
    }
  });
});
