import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { LocalModel } from '../../../../src/core/evaluation/inference';
import { AutoencoderKlQwenImage } from '../../../../src/engine/models/autoencoderKlQwenImage/autoencoderKlQwenImage';
import { QwenPromptEncoder } from '../../../../src/engine/models/qwen25Vl/qwenPromptEncoder';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import { QwenImageTransformer } from '../../../../src/engine/models/qwenImageTransformer/qwenImageTransformer';
import { randomLoras } from '../../../../test_data/make/checkpoints/randomLoras';
import { randomCheckpointFolder } from '../golden';
import { numbers } from '../numbers';

let folder: string;
beforeAll(async () => {
  folder = await randomCheckpointFolder();
  await mkdir(path.join(folder, 'loras'));
  for (const [name, bytes] of Object.entries(randomLoras())) await writeFile(path.join(folder, 'loras', name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

const engine = { device: 'cpu', precision: 'auto' } as const;

it('a grid of pictures, edits and models reads each prompt and picture once, and loads the base once', async () => {
  const read = vi.spyOn(QwenPromptEncoder.prototype, 'encodeAll');
  const looked = vi.spyOn(AutoencoderKlQwenImage.prototype, 'encode');
  const opened = vi.spyOn(QwenImageTransformer, 'open');
  const lora = (name: string) => ({ path: path.join(folder, 'loras', `${name}.safetensors`), scale: 1 });
  const stacks: readonly LocalModel['loras'][] = [[], [lora('comfy')], [lora('dora')], [lora('lokr'), lora('comfy')]];
  const otherLoras = ['comfy', 'dora', 'lokr'].map((name) => lora(name).path);
  const pictures = [1, 2, 3].map((seed) => ({ width: 32, height: 24, pixels: Uint8Array.from(numbers(32 * 24 * 3, seed), (value) => 128 + 100 * value) }));
  const prompts = ['Turn it', 'Warm it', 'Move it away'];
  const loaded = await pipelineFor({ model: { path: folder, loras: [] }, engine }, { cacheFolder: path.join(folder, 'cache') });
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const made = new Set<string>();
  for (const loras of stacks) {
    for (const picture of pictures) {
      for (const prompt of prompts) {
        const request = { model: { path: folder, loras, otherLoras }, pictures: ['/in.png'], prompt, seed: 1, steps: 1, guidance: 1, width: 32, height: 32, referenceResolution: 64, engine, output: '/out.png' };
        const edited = await loaded.value.edit({ request, pictures: [picture], signal: new AbortController().signal, progress() {} });
        if (!edited.ok) throw new Error(edited.failure.message);
        made.add(Buffer.from(edited.value.picture.pixels).toString('base64'));
      }
    }
  }
  await loaded.value.dispose();
  expect(made.size).toBe(4 * 3 * 3);
  expect(read).toHaveBeenCalledTimes(3 * 3);
  expect(looked).toHaveBeenCalledTimes(3);
  expect(opened).toHaveBeenCalledTimes(1);
});
