import { mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EditProgress, EditRequest } from '../../../src/core/evaluation/inference';
import { EngineClient } from '../../../src/engine/client';
import { makeSampleModels } from '../../../test_data/make/models';
import { temporaryFolder } from '../actionContext';
import { bundleEngine, type EngineBundle } from './engineBundle';
import { demandingModel, invertingModel, slowModel } from './testModels';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

let bundle: EngineBundle;
let folder: string;
let engine: EngineClient;

beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  engine = new EngineClient(bundle.entry, silent);
  await sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 250, g: 100, b: 0 } } }).png().toFile(path.join(folder, 'source.png'));
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

async function request(model: Uint8Array | string, changes: Partial<EditRequest> = {}): Promise<EditRequest> {
  const file = path.join(folder, 'model.onnx');
  await writeFile(file, model);
  return {
    model: { path: file, loras: [] }, pictures: [path.join(folder, 'source.png')], prompt: 'Put the person into a forest', seed: 7, steps: 1, guidance: 1,
    engine: { device: 'cpu', precision: 'auto' }, output: path.join(folder, 'out', 'result.png'), ...changes,
  };
}

function watch(signal = new AbortController().signal) {
  const stages: string[] = [];
  return { signal, stages, progress: ({ stage }: EditProgress) => void stages.push(stage) };
}

async function pixel(file: string, x = 5, y = 5): Promise<readonly number[]> {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  return [...data.subarray((y * info.width + x) * 3, (y * info.width + x) * 3 + 3)];
}

const failureOf = async (edit: EditRequest) => {
  const result = await engine.edit(edit, watch());
  return result.ok ? undefined : result.failure;
};

describe('an edit in the child process', () => {
  it('writes the picture, its hash, its time and its memory, and keeps the model for the next edit', async () => {
    const edit = await request(invertingModel());
    const first = watch();
    const result = await engine.edit(edit, first);
    if (!result.ok) throw new Error(result.failure.message);
    expect(first.stages).toEqual(['starting', 'loading', 'encoding', 'sampling', 'sampling', 'decoding', 'saving']);
    expect(await pixel(edit.output)).toEqual([5, 155, 255]);
    expect(result.value).toMatchObject({ width: 40, height: 30, device: 'cpu', precision: 'float32', warnings: [] });
    expect(result.value.sha256).toBe(createHash('sha256').update(await readFile(edit.output)).digest('hex'));
    expect(result.value.memory.kind).toBe('ram');
    expect(result.value.memory.peakBytes).toBeGreaterThanOrEqual(result.value.memory.averageBytes);
    expect(result.value.memory.averageBytes).toBeGreaterThan(20_000_000);
    expect(result.value.loadSeconds).toBeGreaterThan(0);
    expect(result.value.versions).toHaveProperty('onnxruntime');
    const { exif, icc } = await sharp(edit.output).metadata();
    expect([exif, icc]).toEqual([undefined, undefined]);

    const second = watch();
    const again = await engine.edit({ ...edit, output: path.join(folder, 'out', 'second.png') }, second);
    expect(again).toMatchObject({ ok: true, value: { loadSeconds: 0, sha256: result.value.sha256 } });
    expect(second.stages[0]).toBe('encoding');
    expect((await readdir(path.join(folder, 'out'))).sort()).toEqual(['result.png', 'second.png']);
  });

  it('follows the prompt and the seed with the sample models', async () => {
    const edit = await request(makeSampleModels()['base'] ?? '');
    const hashes = new Set<string>();
    for (const change of [{}, { prompt: 'Light the scene by a warm sunset' }, { seed: 8 }, { prompt: 'x'.repeat(100_000) }]) {
      const result = await engine.edit({ ...edit, ...change }, watch());
      if (!result.ok) throw new Error(result.failure.message);
      hashes.add(result.value.sha256);
    }
    expect(hashes.size).toBe(4);
    const repeated = await engine.edit(edit, watch());
    expect(repeated.ok && hashes.has(repeated.value.sha256)).toBe(true);
  });

  it('fits a picture into a fixed size and says so; enlarges to what was asked', async () => {
    const edit = await request(invertingModel({ shape: [1, 64, 64, 3] }));
    const result = await engine.edit(edit, watch());
    if (!result.ok) throw new Error(result.failure.message);
    expect(result.value).toMatchObject({ width: 40, height: 30 });
    expect(result.value.warnings[0]).toContain('64x64');
    expect(await pixel(edit.output)).toEqual([5, 155, 255]);
    const asked = await engine.edit({ ...(await request(invertingModel())), width: 80 }, watch());
    expect(asked).toMatchObject({ ok: true, value: { width: 80, height: 60 } });
  });

  it('takes the range from metadata or from the evaluation', async () => {
    const byMetadata = await request(invertingModel({ metadata: { white: '255', 'evalmark.range': '0..255' } }));
    expect((await engine.edit(byMetadata, watch())).ok).toBe(true);
    expect(await pixel(byMetadata.output)).toEqual([5, 155, 255]);
    const wrong = await request(invertingModel({ metadata: { white: '255' } }));
    const guessed = await engine.edit(wrong, watch());
    expect(guessed.ok && guessed.value.warnings.join()).toContain('range');
    const told = await engine.edit({ ...wrong, model: { ...wrong.model, range: '0..255' } }, watch());
    expect(told.ok && told.value.warnings).toEqual([]);
  });

  it('feeds float16 models through float32', async () => {
    const edit = await request(invertingModel({ type: 'float16' }));
    const result = await engine.edit(edit, watch());
    if (!result.ok) throw new Error(result.failure.message);
    expect(await pixel(edit.output)).toEqual([5, 155, 255]);
  });

  it('reads turned, translucent, grey, CMYK, 16-bit and animated pictures', async () => {
    const colour = sharp({ create: { width: 40, height: 30, channels: 3, background: { r: 250, g: 100, b: 0 } } });
    const raw = await colour.raw().toBuffer();
    const image = () => sharp(raw, { raw: { width: 40, height: 30, channels: 3 } });
    const frames = sharp(Buffer.concat([raw, Buffer.alloc(raw.length)]), { raw: { width: 40, height: 60, channels: 3, pageHeight: 30 } });
    const files: Record<string, Promise<Buffer>> = {
      'turned.jpg': image().jpeg({ quality: 100 }).withMetadata({ orientation: 6 }).toBuffer(),
      'alpha.png': image().ensureAlpha(0).png().toBuffer(),
      'grey.png': image().greyscale().png().toBuffer(),
      'cmyk.tif': image().toColourspace('cmyk').tiff().toBuffer(),
      'deep.png': image().toColourspace('rgb16').png().toBuffer(),
      'moving.gif': frames.gif().toBuffer(),
      'one.png': sharp({ create: { width: 1, height: 1, channels: 3, background: 'black' } }).png().toBuffer(),
    };
    const edit = await request(invertingModel());
    const sizes: Record<string, string> = {};
    for (const [name, bytes] of Object.entries(files)) {
      const file = path.join(folder, name);
      await writeFile(file, await bytes);
      const output = path.join(folder, 'out', `${name}.png`);
      const result = await engine.edit({ ...edit, pictures: [file], output }, watch());
      if (!result.ok) throw new Error(`${name}: ${result.failure.message} ${result.failure.detail ?? ''}`);
      sizes[name] = `${result.value.width}x${result.value.height} ${name === 'one.png' ? '' : (await pixel(output)).map((value) => Math.round(value / 32)).join()}`;
    }
    expect(sizes).toEqual({
      'turned.jpg': '30x40 0,5,8', 'alpha.png': '40x30 0,0,0', 'grey.png': expect.stringMatching(/^40x30 (\d),\1,\1$/), 'cmyk.tif': expect.stringMatching(/^40x30 [0-2],[4-6],[6-8]$/),
      'deep.png': '40x30 0,5,8', 'moving.gif': '40x30 0,5,8', 'one.png': '1x1 ',
    });
  });
});

describe('what cannot be edited', () => {
  it.each([
    ['<!doctype html><title>Log in</title>', 'not-an-onnx-model', 'web page'],
    ['version https://git-lfs.github.com/spec/v1\noid sha256:00\n', 'not-an-onnx-model', 'LFS pointer'],
    ['{"a": 1}', 'not-an-onnx-model', 'JSON'],
    ['', 'not-an-onnx-model', 'empty'],
    [Buffer.concat([Buffer.from([20, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"__metadata__":{}} '), Buffer.alloc(100)]), 'not-an-onnx-model', 'safetensors'],
    [demandingModel(), 'unknown-input', 'text_embedding (float32 [1, 77, 768])'],
  ])('is refused with a reason: %#', async (content, code, words) => {
    const failure = await failureOf(await request(content));
    expect(failure).toMatchObject({ code });
    expect(failure?.message).toContain(words);
  });

  it('a model cut off by a broken download', async () => {
    const edit = await request(makeSampleModels()['base'] ?? '');
    await truncate(edit.model.path, 9000);
    expect(await failureOf(edit)).toMatchObject({ code: 'model-truncated' });
  });

  it('a checkpoint of a pipeline that is not known, a missing model, LoRAs on one file', async () => {
    const edit = await request(invertingModel());
    const checkpoint = path.join(folder, 'checkpoint');
    await mkdir(checkpoint);
    await writeFile(path.join(checkpoint, 'model_index.json'), '{"_class_name": "FluxKontextPipeline"}');
    const failure = await failureOf({ ...edit, model: { path: checkpoint, loras: [] } });
    expect(failure).toMatchObject({ code: 'pipeline-not-supported' });
    expect(failure?.message).toContain('FluxKontextPipeline');
    expect(await failureOf({ ...edit, model: { path: path.join(folder, 'nothing.onnx'), loras: [] } })).toMatchObject({ code: 'model-missing' });
    expect(await failureOf({ ...edit, model: { ...edit.model, loras: [{ path: path.join(folder, 'x.safetensors'), scale: 1 }] } })).toMatchObject({ code: 'loras-not-supported' });
  });

  it('a damaged, a missing and an enormous picture', async () => {
    const edit = await request(invertingModel());
    const torn = path.join(folder, 'torn.png');
    await writeFile(torn, (await readFile(path.join(folder, 'source.png'))).subarray(0, 60));
    expect(await failureOf({ ...edit, pictures: [torn] })).toMatchObject({ code: 'picture-unreadable' });
    expect(await failureOf({ ...edit, pictures: [path.join(folder, 'none.png')] })).toMatchObject({ code: 'picture-missing' });
    const large = path.join(folder, 'large.png');
    await sharp({ create: { width: 20_000, height: 20_000, channels: 3, background: 'white' }, limitInputPixels: false }).png({ compressionLevel: 1 }).toFile(large);
    expect(await failureOf({ ...edit, pictures: [large] })).toMatchObject({ code: 'picture-too-large' });
    expect(await readdir(path.join(folder, 'out')).catch(() => [])).toEqual([]);
  });

  it('falls back to the processor and says why', async () => {
    const result = await engine.edit({ ...(await request(invertingModel())), engine: { device: 'directml', precision: 'int4' } }, watch());
    expect(result).toMatchObject({ ok: true, value: { device: 'cpu' } });
    expect(result.ok && result.value.warnings).toEqual([expect.stringContaining('DirectML'), expect.stringContaining('int4')]);
  });
});

describe('the child process', () => {
  /** Resolves when the model computes. */
  function sampling(signal?: AbortSignal) {
    let begun = () => {};
    const computing = new Promise<void>((resolve) => (begun = resolve));
    const progress = ({ stage }: EditProgress) => {
      if (stage === 'sampling') begun();
    };
    return { computing, watch: { signal: signal ?? new AbortController().signal, progress } };
  }

  it('that is killed in the middle of an edit fails that edit only', async () => {
    const slow = await request(slowModel());
    const { computing, watch: watching } = sampling();
    const edit = engine.edit(slow, watching);
    await computing;
    const killed = engine.processId ?? 0;
    process.kill(killed, 'SIGKILL');
    const result = await edit;
    expect(result).toMatchObject({ ok: false, failure: { code: 'engine-crashed' } });
    expect(!result.ok && result.failure.message).toContain('SIGKILL');
    const next = await engine.edit(await request(invertingModel()), watch());
    expect(next.ok).toBe(true);
    expect(engine.processId).not.toBe(killed);
    expect(await readdir(path.join(folder, 'out'))).toEqual(['result.png']);
  });

  it('is killed when a cancelled edit does not stop by itself, and the queue goes on', async () => {
    engine = new EngineClient(bundle.entry, silent, { graceMilliseconds: 50 });
    const cancel = new AbortController();
    const { computing, watch: watching } = sampling(cancel.signal);
    const slow = engine.edit(await request(slowModel()), watching);
    await computing;
    const quick = await request(invertingModel());
    const queued = engine.edit({ ...quick, output: path.join(folder, 'queued.png') }, watch());
    cancel.abort();
    expect(await slow).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    expect(await queued).toMatchObject({ ok: true });
  });

  it('stops between two stages without being killed', async () => {
    const edit = await request(invertingModel());
    expect((await engine.edit(edit, watch())).ok).toBe(true);
    const before = engine.processId;
    const cancel = new AbortController();
    const result = await engine.edit({ ...edit, output: path.join(folder, 'cancelled.png') }, { signal: cancel.signal, progress: () => cancel.abort() });
    expect(result).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    expect(engine.processId).toBe(before);
    expect(await readdir(folder)).not.toContain('cancelled.png');
  });

  it('that cannot start says so', async () => {
    engine = new EngineClient(path.join(folder, 'no-such-engine.cjs'), silent);
    expect(await failureOf(await request(invertingModel()))).toMatchObject({ code: 'engine-not-started', message: expect.stringContaining('no-such-engine.cjs') });
    const broken = path.join(folder, 'broken.cjs');
    await writeFile(broken, 'console.error("no native module"); process.exit(3);');
    engine = new EngineClient(broken, silent);
    expect(await failureOf(await request(invertingModel()))).toMatchObject({ code: 'engine-not-started', message: expect.stringContaining('exit code 3'), detail: expect.stringContaining('no native module') });
  });

  it('ends when nothing was asked of it for a while', async () => {
    engine = new EngineClient(bundle.entry, silent, { idleMilliseconds: 1 });
    expect((await engine.edit(await request(invertingModel()), watch())).ok).toBe(true);
    await expect.poll(() => engine.processId).toBeUndefined();
  });
});
