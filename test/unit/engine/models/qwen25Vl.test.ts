import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openGraph, type NumberTensor } from '../../../../src/engine/graph/graphSession';
import { qwen25VlConfig, type Qwen25VlConfig } from '../../../../src/engine/models/qwen25Vl/config';
import { decoderGraph, decoderPorts } from '../../../../src/engine/models/qwen25Vl/decoderGraph';
import { decoderInput, tokenPlaces } from '../../../../src/engine/models/qwen25Vl/decoderInput';
import { fitPicture, imageProcessorConfig, type ImageProcessorConfig } from '../../../../src/engine/models/qwen25Vl/imageProcessor';
import { QwenPromptEncoder, type PromptEncoderOptions } from '../../../../src/engine/models/qwen25Vl/qwenPromptEncoder';
import { sectionsOf } from '../../../../src/engine/models/sections';
import { openTextEncoderWeights, textEncoderTensors } from '../../../../src/engine/models/qwen25Vl/tensors';
import { visionGraph, visionPorts } from '../../../../src/engine/models/qwen25Vl/visionGraph';
import { visionInput } from '../../../../src/engine/models/qwen25Vl/visionInput';
import { readConfig } from '../../../../src/engine/models/readConfig';
import type { Picture } from '../../../../src/engine/pictures/loadPicture';
import { quantisedWeights } from '../../../../src/engine/weights/quantisedWeights';
import type { Result } from '../../../../src/core/outcome';
import { temporaryFolder } from '../../actionContext';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

let checkpoint: string;
let config: Qwen25VlConfig;
let processor: ImageProcessorConfig;
beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
  config = value(await readConfig(path.join(checkpoint, 'text_encoder', 'config.json'), qwen25VlConfig));
  processor = value(await readConfig(path.join(checkpoint, 'processor', 'preprocessor_config.json'), imageProcessorConfig));
});
afterAll(() => rm(checkpoint, { recursive: true }));

function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(result.failure.message);
  return result.value;
}

function picture(golden: Golden, name: string): Picture {
  const [height = 0, width = 0] = golden.shape(name);
  return { width, height, pixels: golden.bytes(name) };
}

function encoder(options: Partial<PromptEncoderOptions> = {}): Promise<Result<QwenPromptEncoder>> {
  const [textEncoder = '', tokenizer = '', processing = ''] = ['text_encoder', 'tokenizer', 'processor'].map((folder) => path.join(checkpoint, folder));
  return QwenPromptEncoder.open({ textEncoder, tokenizer, processor: processing }, { device: 'cpu', precision: 'float32', ...options });
}

async function context(attention: 'multiHead' | 'plain' = 'multiHead') {
  return { weights: value(await openTextEncoderWeights(path.join(checkpoint, 'text_encoder'))), compute: 'float32', attention, loraTargets: new Map<string, never>() } as const;
}

describe('what the vision tower is fed with', () => {
  it('is the patches of the reference, in the order of its windows', async () => {
    const golden = await Golden.read('vision');
    const pictures = [0, 1].map((index) => value(fitPicture(picture(golden, `picture.${index}`), 28, processor)));
    const input = visionInput(pictures, config.vision, processor);
    const order = golden.integers('windowOrder');
    expect(input.grids.flatMap(({ rows, columns }) => [1, 2 * rows, 2 * columns])).toEqual(golden.integers('grid'));
    expect(input.places).toEqual(order);
    const sums = (index: number) => floats(input.patches).subarray(index * 1176, (index + 1) * 1176).reduce((sum, one) => sum + one, 0);
    const expected = order.flatMap((place) => [0, 1, 2, 3].map((patch) => golden.floats('patchSums')[place * 4 + patch]!));
    expect(largestDifference(expected.map((_, index) => sums(index)), expected)).toBeLessThan(1e-3);
    const first = floats(input.patches).subarray(0, 2 * 1176);
    expect(largestDifference(first, golden.floats('patches.first'))).toBeLessThan(1e-6);
  });

  it.each([
    [[392, 384], [392, 392]],
    [[42, 70], [56, 56]],
    [[1, 1], [56, 56]],
    [[14, 14], [56, 56]],
    [[3, 600], [28, 812]],
  ])('is a picture scaled to whole tokens: %j to %j', ([width = 0, height = 0], expected) => {
    const fitted = value(fitPicture({ width, height, pixels: new Uint8Array(width * height * 3) }, 28, processor));
    expect([fitted.width, fitted.height]).toEqual(expected);
  });

  it('keeps pictures within the sizes that the processor asks for', () => {
    const fitted = value(fitPicture({ width: 1000, height: 500, pixels: new Uint8Array(1_500_000) }, 28, { ...processor, mostPixels: 100_000 }));
    expect([fitted.width, fitted.height]).toEqual([420, 196]);
    expect(fitPicture({ width: 1, height: 201, pixels: new Uint8Array(603) }, 28, processor)).toMatchObject({ ok: false, failure: { code: 'picture-too-narrow' } });
  });
});

describe('the vision tower', () => {
  it.each(['multiHead', 'plain'] as const)('sees what the reference sees, with %s attention', async (attention) => {
    const golden = await Golden.read('vision');
    const pictures = [picture(golden, 'picture.0'), picture(golden, 'picture.1')];
    const { places, grids: _, ...input } = visionInput(pictures, config.vision, processor);
    let state: Record<string, NumberTensor> = { ...input };
    for (const section of sectionsOf(config.vision.blocks, 1)) {
      const session = value(await openGraph(visionGraph(await context(attention), config.vision, section), { device: 'cpu' }));
      state = { ...state, ...(await session.run(state)) };
      await session.release();
      if (section.end === config.vision.blocks) break;
      const next = floats(state[visionPorts.next]);
      expect(largestDifference(next, golden.floats(`block.${section.first}`)), `after block ${section.first}`).toBeLessThan(1e-4);
      state[visionPorts.hidden] = { data: next, dims: [places.length * 4, config.vision.width] };
    }
    const tokens = floats(state[visionPorts.tokens]);
    expect(largestDifference(tokens, golden.floats('merger'))).toBeLessThan(1e-4);
    const reading = places.flatMap((_place, index) => [...tokens.subarray(places.indexOf(index) * 96, (places.indexOf(index) + 1) * 96)]);
    expect(largestDifference(reading, golden.floats('embeddings'))).toBeLessThan(1e-4);
  });
});

describe('the decoder', () => {
  it.each(['multiHead', 'plain'] as const)('reads words and pictures as the reference, with %s attention', async (attention) => {
    const golden = await Golden.read('textDecoder');
    const ids = golden.integers('ids');
    const [, rows = 0, columns = 0] = golden.integers('grid');
    const pad = (await imagePad()) ?? -1;
    const prompt = { ids, pictures: [{ start: ids.indexOf(pad), length: (rows * columns) / 4 }] };
    const grids = [{ rows: rows / 2, columns: columns / 2 }];
    const places = tokenPlaces(prompt, grids);
    expect([0, 1, 2].flatMap((axis) => places.map((place) => place[axis]))).toEqual(golden.integers('positions'));
    const input = decoderInput(prompt, grids, config.decoder);
    const half = (name: string) => golden.floats(name).filter((_, index) => index % 16 < 8);
    expect(largestDifference(floats(input.cos), half('rotary.cos'))).toBeLessThan(1e-6);
    expect(largestDifference(floats(input.sin), half('rotary.sin'))).toBeLessThan(1e-6);
    const pictures = { data: golden.floats('vision'), dims: golden.shape('vision') };
    for (const end of [1, 2, 3]) {
      const session = value(await openGraph(decoderGraph(await context(attention), config.decoder, { first: 0, end }), { device: 'cpu' }));
      const tokens = floats((await session.run({ ...input, [decoderPorts.pictures]: pictures }))[decoderPorts.next]);
      await session.release();
      expect(largestDifference(tokens, golden.floats(end === 3 ? 'final' : `layer.${end - 1}`)), `after ${end}`).toBeLessThan(1e-4);
    }
  });
});

describe('the embeddings of a prompt', () => {
  it.each([
    ['all layers at once', {}],
    ['one layer at a time', { layersPerSession: 1 }],
    ['two at a time, attention taken apart', { layersPerSession: 2, attention: 'plain' }],
  ] as const)('are those of the reference: %s', async (_, options) => {
    const golden = await Golden.read('prompts');
    const opened = value(await encoder(options));
    for (const [index, prompt] of (golden.said('prompts') as string[]).entries()) {
      const pictures = golden.names.filter((name) => name.startsWith(`picture.${index}.`)).map((name) => picture(golden, name));
      const { embeddings, tokens } = value(await opened.encode({ prompt, pictures }));
      expect([tokens, opened.width]).toEqual(golden.shape(`embeddings.${index}`));
      expect(largestDifference(embeddings, golden.floats(`embeddings.${index}`)), prompt).toBeLessThan(1e-4);
    }
    await opened.dispose();
  });

  it.each([
    ['int8', 0.03],
    ['int4', 0.3],
  ] as const)('are nearly those with weights packed into %s', async (precision, farthest) => {
    const golden = await Golden.read('prompts');
    const cache = await mkdtemp(temporaryFolder);
    const stored = value(await openTextEncoderWeights(path.join(checkpoint, 'text_encoder')));
    const weights = value(await quantisedWeights(stored, precision, { folder: cache }));
    expect(weights.packed?.('model.layers.1.mlp.up_proj.weight')?.columns).toBe(96);
    const opened = value(await encoder({ weights }));
    const { embeddings } = value(await opened.encode({ prompt: (golden.said('prompts') as string[])[1] ?? '', pictures: [picture(golden, 'picture.1.0')] }));
    const expected = golden.floats('embeddings.1');
    const error = Math.hypot(...embeddings.map((one, index) => one - (expected[index] ?? 0))) / Math.hypot(...expected);
    expect(error).toBeGreaterThan(0);
    expect(error).toBeLessThan(farthest);
    await opened.dispose();
    await rm(cache, { recursive: true });
  });

  it('are the same for two prompts at once as one by one', async () => {
    const golden = await Golden.read('prompts');
    const opened = value(await encoder());
    const pictures = [picture(golden, 'picture.1.0')];
    const both = value(await opened.encodeAll(['make it warm', ''], pictures));
    expect(both).toEqual([value(await opened.encode({ prompt: 'make it warm', pictures })), value(await opened.encode({ prompt: '', pictures }))]);
    await opened.dispose();
  });

  it('are refused for the prompt before any picture is looked at', async () => {
    const opened = value(await encoder({ weights: { names: [], find: (name) => ({ name, type: 'BF16', shape: textEncoderTensors(config).get(name) ?? [], file: '/gone', offset: 0, bytes: 0 }), read: () => Promise.reject(new Error('gone')) } }));
    const pictures = [{ width: 56, height: 56, pixels: new Uint8Array(56 * 56 * 3) }];
    expect(await opened.encode({ prompt: '!'.repeat(2000), pictures })).toMatchObject({ ok: false, failure: { code: 'prompt-too-long' } });
    expect(await opened.encode({ prompt: '!', pictures })).toMatchObject({ ok: false, failure: { code: 'graph-refused' } });
  });

  it('are not made once the person has stopped it', async () => {
    const opened = value(await encoder({ layersPerSession: 1 }));
    await expect(opened.encodeAll(['x'], [], AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
    await opened.dispose();
  });
});

describe('a text encoder that cannot be used', () => {
  const file = () => path.join(checkpoint, 'text_encoder', 'config.json');
  let text: string;
  beforeAll(async () => {
    text = await readFile(file(), 'utf8');
  });
  afterAll(() => writeFile(file(), text));

  it.each([
    [{ model_type: 'qwen3_vl' }, 'it describes qwen3_vl'],
    [{ text_config: 7 }, 'text_config is no object'],
    [{ text_config: null, use_sliding_window: true }, 'a sliding window'],
    [{ text_config: null, rope_scaling: { type: 'yarn', mrope_section: [2, 3, 3] } }, 'its positions are scaled (yarn)'],
    [{ text_config: null, rope_scaling: { mrope_section: [16, 24, 24] } }, 'mrope_section does not fill the 16 features'],
    [{ text_config: null, vocab_size: 12 }, 'the text encoder has 12 words'],
    [{ text_config: null, num_hidden_layers: 4 }, 'lack 12 of'],
    [{ text_config: null, intermediate_size: 161 }, 'has the shape [160, 96]'],
  ])('says why: %j', async (change, reason) => {
    await writeFile(file(), JSON.stringify({ ...(JSON.parse(text) as object), ...change }));
    const refused = await encoder();
    expect(refused.ok ? '' : refused.failure.message).toContain(reason);
  });
});

function floats(tensor: NumberTensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('These are no floats.');
  return tensor.data;
}

async function imagePad(): Promise<number | undefined> {
  const golden = await Golden.read('tokens');
  return (golden.said('idsOfSpecial') as Record<string, number>)['<|image_pad|>'];
}
