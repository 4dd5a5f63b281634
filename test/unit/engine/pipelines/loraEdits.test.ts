import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EditProgress, EditRequest, LocalModel } from '../../../../src/core/evaluation/inference';
import type { Pipeline, PipelineOutput } from '../../../../src/engine/pipelines/pipeline';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import { randomGguf } from '../../../../test_data/make/checkpoints/randomCheckpoint';
import { randomLoras } from '../../../../test_data/make/checkpoints/randomLoras';
import { temporaryFolder } from '../../actionContext';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

let checkpoint: string;
let cacheFolder: string;
let loras: string;
let golden: Golden;
let edits: Golden;
const open: Pipeline[] = [];

beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
  cacheFolder = await mkdtemp(temporaryFolder);
  golden = await Golden.read('loras');
  edits = await Golden.read('edits');
  loras = path.join(cacheFolder, 'loras');
  await mkdir(loras);
  for (const [name, bytes] of Object.entries(randomLoras())) await writeFile(path.join(loras, name), bytes);
  await writeFile(path.join(loras, 'transformer.gguf'), randomGguf());
});
afterAll(async () => {
  for (const pipeline of open) await pipeline.dispose();
  for (const folder of [checkpoint, cacheFolder]) await rm(folder, { recursive: true });
});

const engine = { device: 'cpu', precision: 'auto' } as const;

async function load(model: Partial<LocalModel> = {}, progress: (report: EditProgress) => void = () => {}): Promise<Pipeline> {
  const loaded = await pipelineFor({ model: { path: checkpoint, loras: [], ...model }, engine }, { cacheFolder }, { signal: new AbortController().signal, progress });
  if (!loaded.ok) throw new Error(`${loaded.failure.message} ${loaded.failure.detail ?? ''}`);
  open.push(loaded.value);
  return loaded.value;
}

const uses = (weights: Readonly<Record<string, number>>): LocalModel['loras'] => Object.entries(weights).map(([name, scale]) => ({ path: path.join(loras, `${name}.safetensors`), scale }));

async function edit(pipeline: Pipeline, weights: Readonly<Record<string, number>> = {}): Promise<PipelineOutput> {
  const request: EditRequest = {
    model: { path: checkpoint, loras: uses(weights) }, pictures: ['/in.png'], prompt: 'Turn the camera to the left and make the light warmer.',
    seed: edits.said('seed') as number, steps: edits.said('steps') as number, guidance: 1, width: 64, height: 48,
    noise: 'torch', scheduler: 'checkpoint', referenceResolution: 128, engine, output: '/out.png',
  };
  const [height = 0, width = 0] = golden.shape('picture');
  const output = await pipeline.edit({ request, pictures: [{ width, height, pixels: golden.bytes('picture') }], signal: new AbortController().signal, progress() {} });
  if (!output.ok) throw new Error(`${output.failure.message} ${output.failure.detail ?? ''}`);
  return output.value;
}

describe('an edit with LoRAs', () => {
  it('is the picture that diffusers makes, for every format and a stack, on one loaded base', async () => {
    const pipeline = await load();
    const plain = (await edit(pipeline)).picture.pixels;
    for (const name of [...(golden.said('formats') as readonly string[]), 'stack']) {
      const weights = name === 'stack' ? (golden.said('stack') as Readonly<Record<string, number>>) : { [name]: 1 };
      const { picture, details } = await edit(pipeline, weights);
      expect(largestDifference(picture.pixels, golden.bytes(`edit.${name}`)), name).toBeLessThanOrEqual(1);
      expect(largestDifference(picture.pixels, plain), name).toBeGreaterThan(4);
      expect(details.loras.map(({ scale }) => scale)).toEqual(Object.values(weights));
    }
    expect((await edit(pipeline)).picture.pixels).toEqual(plain);
  });
});

describe('a GGUF file in the place of the transformer', () => {
  it('makes nearly the picture of the checkpoint’s own, is named in the record, and takes LoRAs', async () => {
    const reports: EditProgress[] = [];
    const pipeline = await load({ transformer: path.join(loras, 'transformer.gguf') }, (report) => reports.push(report));
    expect(reports.every(({ stage, steps }) => stage === 'loading' && steps === 100)).toBe(true);
    expect(reports.length).toBeGreaterThan(0);
    const [own, packed] = [await edit(await load()), await edit(pipeline)];
    const mean = packed.picture.pixels.reduce((sum, value, index) => sum + Math.abs(value - (own.picture.pixels[index] ?? 0)), 0) / own.picture.pixels.length;
    expect(mean).toBeGreaterThan(0.1);
    expect(mean).toBeLessThan(12);
    const files = packed.details.files.map(({ file }) => file);
    expect(files).toContain('transformer.gguf');
    expect(files.filter((file) => file.startsWith('transformer/'))).toEqual(['transformer/config.json']);
    expect((await edit(pipeline, { comfy: 1 })).picture.pixels).not.toEqual(packed.picture.pixels);
  });

  it('is found alone in the transformer’s folder too', async () => {
    const folder = path.join(checkpoint, 'transformer');
    const named = await edit(await load({ transformer: path.join(loras, 'transformer.gguf') }));
    const aside = path.join(cacheFolder, 'aside');
    await mkdir(aside);
    for (const name of (await readdir(folder)).filter((each) => each !== 'config.json')) await rename(path.join(folder, name), path.join(aside, name));
    await writeFile(path.join(folder, 'model-Q8_0.gguf'), randomGguf());
    try {
      expect((await edit(await load())).picture.pixels).toEqual(named.picture.pixels);
    } finally {
      await rm(path.join(folder, 'model-Q8_0.gguf'));
      for (const name of await readdir(aside)) await rename(path.join(aside, name), path.join(folder, name));
    }
  });

  it('that is another model, or beside a single file, is refused', async () => {
    await expect(load({ transformer: path.join(loras, 'comfy.safetensors') })).rejects.toThrow('no sound GGUF file');
    await expect(load({ path: path.join(loras, 'comfy.safetensors'), transformer: path.join(loras, 'transformer.gguf') })).rejects.toThrow('no transformer whose place another could take');
  });
});
