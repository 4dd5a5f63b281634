import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EditProgress, EditRequest, EditResult } from '../../../src/core/evaluation/inference';
import { EngineClient } from '../../../src/engine/client';
import { randomLoras } from '../../../test_data/make/checkpoints/randomLoras';
import { temporaryFolder } from '../actionContext';
import { bundleEngine, type EngineBundle } from './engineBundle';
import { randomCheckpointFolder } from './golden';
import { invertingModel } from './testModels';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

let bundle: EngineBundle;
let checkpoint: string;
let folder: string;
let engine: EngineClient;

beforeAll(async () => {
  bundle = await bundleEngine();
  checkpoint = await randomCheckpointFolder();
});
afterAll(async () => {
  await bundle.remove();
  await rm(checkpoint, { recursive: true });
});
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  engine = new EngineClient(bundle.entry, silent, { cacheFolder: path.join(folder, 'cache') });
  const face = Buffer.from('<svg width="90" height="70"><rect width="90" height="70" fill="#cdd"/><circle cx="45" cy="30" r="20" fill="#c86"/></svg>');
  await sharp(face).png().toFile(path.join(folder, 'face.png'));
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

function request(changes: Partial<EditRequest> = {}): EditRequest {
  return {
    model: { path: checkpoint, loras: [] }, pictures: [path.join(folder, 'face.png')], prompt: 'Make the light warmer.', seed: 7, steps: 3, guidance: 1, width: 64, height: 48,
    referenceResolution: 128, engine: { device: 'cpu', precision: 'auto' }, output: path.join(folder, 'out', 'result.png'), ...changes,
  };
}

function watch() {
  const reports: EditProgress[] = [];
  return { reports, signal: new AbortController().signal, progress: (report: EditProgress) => void reports.push(report) };
}

async function edited(changes: Partial<EditRequest> = {}, given = watch()): Promise<EditResult> {
  const result = await engine.edit(request(changes), given);
  if (!result.ok) throw new Error(`${result.failure.message} ${result.failure.detail ?? ''}`);
  return result.value;
}

async function failureOf(changes: Partial<EditRequest>) {
  const result = await engine.edit(request(changes), watch());
  return result.ok ? undefined : result.failure;
}

describe('an edit on a checkpoint', () => {
  it('tells each step with the time that is left, and records all that it takes to make the same again', async () => {
    const given = watch();
    const result = await edited({}, given);
    expect(given.reports.map(({ stage, step }) => (step === undefined ? stage : `${stage} ${step}`))).toEqual([
      'starting', 'loading', 'encoding', 'encoding', 'loading', 'sampling 0', 'sampling 1', 'sampling 2', 'sampling 3', 'decoding', 'saving',
    ]);
    expect(given.reports.filter(({ stage }) => stage === 'sampling').map(({ secondsLeft }) => typeof secondsLeft)).toEqual(['undefined', 'number', 'number', 'number']);
    expect(result).toMatchObject({ width: 64, height: 48, device: 'cpu', precision: 'float32', warnings: [] });
    expect(result.record).toMatchObject({
      pipeline: 'QwenImageEditPlusPipeline', loras: [], attention: 'multiHead',
      sampling: { scheduler: 'checkpoint', noise: 'philox', guidance: 1, sources: [{ latents: [160, 128], prompt: [448, 352] }] },
    });
    expect(result.record?.sampling?.sigmas).toHaveLength(4);
    expect(result.record?.files.map(({ file }) => file)).toEqual(expect.arrayContaining(['model_index.json', 'transformer/config.json', 'vae/config.json', 'scheduler/scheduler_config.json', 'tokenizer/vocab.json']));
    expect(Object.keys(result.record?.stages ?? {})).toEqual(expect.arrayContaining(['text', 'source', 'loading', 'modulation', 'sampling', 'decoding', 'saving']));

    const again = await edited({ output: path.join(folder, 'out', 'again.png') });
    expect(again.sha256).toBe(result.sha256);
    expect(again.loadSeconds).toBe(0);
    expect((await edited({ seed: 8 })).sha256).not.toBe(result.sha256);
    expect((await edited({ prompt: 'Put the person into a forest.' })).sha256).not.toBe(result.sha256);
    // A new process finds on disk what the old one encoded, and comes to the same bytes.
    await engine.dispose();
    engine = new EngineClient(bundle.entry, silent, { cacheFolder: path.join(folder, 'cache') });
    const kept = await readdir(path.join(folder, 'cache', 'encodings'));
    expect((await edited()).sha256).toBe(result.sha256);
    expect(await readdir(path.join(folder, 'cache', 'encodings'))).toEqual(kept);
  });

  it('takes several pictures, guidance and another schedule', async () => {
    const plain = await edited();
    const second = path.join(folder, 'hat.png');
    await sharp({ create: { width: 60, height: 80, channels: 3, background: 'red' } }).png().toFile(second);
    const two = await edited({ pictures: [path.join(folder, 'face.png'), second] });
    expect(two.record?.sampling?.sources).toHaveLength(2);
    const guided = await edited({ guidance: 4, negativePrompt: 'blurred' });
    expect(guided.record?.sampling?.guidance).toBe(4);
    const lightning = await edited({ scheduler: 'lightning', steps: 4 });
    expect(lightning.record?.sampling).toMatchObject({ scheduler: 'lightning', sigmas: [1, Math.fround(0.9), 0.75, 0.5, 0] });
    expect(new Set([plain, two, guided, lightning].map(({ sha256 }) => sha256)).size).toBe(4);
    const unguided = await edited({ guidance: 4 });
    expect(unguided.sha256).toBe(plain.sha256);
    expect(unguided.warnings).toEqual([expect.stringContaining('no effect without a negative prompt')]);
    const odd = await edited({ width: 70, height: 50 });
    expect(odd).toMatchObject({ width: 64, height: 48, warnings: [expect.stringContaining('64x48')] });
  });

  it('puts LoRAs on top, mixes and takes them off again without loading the base anew', async () => {
    for (const [name, bytes] of Object.entries(randomLoras())) await writeFile(path.join(folder, name), bytes);
    const [first = '', second = '', distilled = '', flux = '', poisoned = ''] = ['diffusers', 'kohya', 'lightning', 'flux', 'not-a-number'].map((name) => path.join(folder, `${name}.safetensors`));
    const withLoras = (loras: EditRequest['model']['loras']) => ({ model: { path: checkpoint, loras, otherLoras: [first, second] } });
    const base = await edited(withLoras([]));
    const given = watch();
    const one = await edited(withLoras([{ path: first, scale: 1 }]), given);
    expect(given.reports.map(({ stage }) => stage)).not.toContain('loading');
    expect(one.record?.loras).toEqual([{ file: 'diffusers.safetensors', bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/), format: expect.any(String), scale: 1, rank: expect.any(Number), matched: expect.any(Number), unmatched: 0 }]);
    const weaker = await edited(withLoras([{ path: first, scale: 0.5 }]));
    const both = await edited(withLoras([{ path: first, scale: 1 }, { path: second, scale: 1 }]));
    expect(new Set([base, one, weaker, both].map(({ sha256 }) => sha256)).size).toBe(4);
    expect((await edited(withLoras([]))).sha256).toBe(base.sha256);
    expect((await edited(withLoras([{ path: first, scale: 1 }]))).sha256).toBe(one.sha256);
    expect((await edited(withLoras([{ path: distilled, scale: 1 }]))).record?.sampling?.scheduler).toBe('lightning');
    expect((await failureOf(withLoras([{ path: flux, scale: 1 }])))?.code).toBe('lora-other-base');
    expect((await failureOf(withLoras([{ path: poisoned, scale: 1 }])))?.code).toBe('lora-broken');
  });

  it('comes close to itself in few bits, from weights that are packed once', async () => {
    const precise = await edited();
    const packed = await edited({ engine: { device: 'cpu', precision: 'int8' }, output: path.join(folder, 'out', 'int8.png') });
    expect(packed.precision).toBe('int8');
    const pixels = async (name: string) => sharp(path.join(folder, 'out', name)).raw().toBuffer();
    const [whole, coarse] = [await pixels('result.png'), await pixels('int8.png')];
    const difference = whole.reduce((sum, value, index) => sum + Math.abs(value - (coarse[index] ?? 0)), 0) / whole.length;
    expect(packed.sha256).not.toBe(precise.sha256);
    expect(difference).toBeLessThan(8);
    expect((await readdir(path.join(folder, 'cache', 'weights'))).filter((name) => name.endsWith('.safetensors'))).toHaveLength(2);
  });

  it('stops between two steps when it is cancelled, and keeps what is loaded', async () => {
    await edited();
    const before = engine.processId;
    const cancel = new AbortController();
    const progress = ({ stage, step }: EditProgress) => {
      if (stage === 'sampling' && step === 2) cancel.abort();
    };
    const result = await engine.edit(request({ steps: 400, output: path.join(folder, 'cancelled.png') }), { signal: cancel.signal, progress });
    expect(result).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
    expect(engine.processId).toBe(before);
    expect(await readdir(folder)).not.toContain('cancelled.png');
    expect((await edited()).loadSeconds).toBe(0);
  });
});

describe('a Node with a Float16Array of its own, as 24 and newer have', () => {
  /** There the runtime's binding cannot be fed float16, nor gives it out. */
  it('comes to the same bytes, for a checkpoint and for a single file in float16', async () => {
    const plain = await edited();
    const model = path.join(folder, 'half.onnx');
    await writeFile(model, invertingModel({ type: 'float16' }));
    const single = { model: { path: model, loras: [] }, output: path.join(folder, 'single.png') };
    const before = await edited(single);
    await engine.dispose();
    const entry = path.join(folder, 'newer.cjs');
    await writeFile(entry, `globalThis.Float16Array ??= class Float16Array extends Uint16Array {};\nrequire(${JSON.stringify(bundle.entry)});\n`);
    engine = new EngineClient(entry, silent);
    expect((await edited()).sha256).toBe(plain.sha256);
    expect((await edited(single)).sha256).toBe(before.sha256);
  });
});

describe('an edit where memory is short', () => {
  async function withMemory(memoryBytes: number) {
    await engine.dispose();
    engine = new EngineClient(bundle.entry, silent, { cacheFolder: path.join(folder, 'cache'), memoryBytes });
  }

  it('is the same when one component is loaded after the other, and its text encoder works for the edits to come', async () => {
    const plain = await edited();
    await rm(path.join(folder, 'cache'), { recursive: true });
    await withMemory(11_300_000);
    const given = watch();
    const upcoming = [1, 2].map((index) => ({ pictures: [path.join(folder, 'face.png')], prompt: `Later ${index}.`, guidance: 1 }));
    expect((await edited({ upcoming }, given)).sha256).toBe(plain.sha256);
    expect(given.reports.filter(({ stage, steps }) => stage === 'encoding' && steps === 2)).toHaveLength(2);
    const kept = await readdir(path.join(folder, 'cache', 'encodings'));
    expect(kept).toHaveLength(4);
    await edited({ prompt: 'Later 2.' });
    expect(await readdir(path.join(folder, 'cache', 'encodings'))).toEqual(kept);
  });

  it('is refused with figures when nothing fits', async () => {
    await withMemory(1000);
    expect(await failureOf({})).toMatchObject({ code: 'memory-short', message: expect.stringMatching(/needs at least .* GB of memory at this size/) });
  });
});

describe('a checkpoint that cannot be used', () => {
  async function broken(change: (copy: string) => Promise<void>) {
    const copy = path.join(folder, 'copy');
    await cp(checkpoint, copy, { recursive: true });
    await change(copy);
    return failureOf({ model: { path: copy, loras: [] } });
  }

  const change = async (file: string, edit: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    edit(json);
    await writeFile(file, JSON.stringify(json));
  };

  it.each<[string, (copy: string) => Promise<void>, string]>([
    ['whose pipeline is not known', (copy) => change(path.join(copy, 'model_index.json'), (json) => (json['_class_name'] = 'FluxKontextPipeline')), 'FluxKontextPipeline'],
    ['whose index is no JSON', (copy) => writeFile(path.join(copy, 'model_index.json'), '<html>'), 'model_index.json'],
    ['whose transformer is another', (copy) => change(path.join(copy, 'transformer', 'config.json'), (json) => (json['_class_name'] = 'FluxTransformer2DModel')), 'FluxTransformer2DModel'],
    ['whose scheduler is another', (copy) => change(path.join(copy, 'scheduler', 'scheduler_config.json'), (json) => (json['_class_name'] = 'DDIMScheduler')), 'DDIMScheduler'],
    ['without its autoencoder', (copy) => rm(path.join(copy, 'vae'), { recursive: true }), 'vae'],
    ['with half a shard', async (copy) => {
      const [shard = ''] = (await readdir(path.join(copy, 'transformer'))).filter((name) => name.endsWith('.safetensors'));
      await truncate(path.join(copy, 'transformer', shard), 200_000);
    }, 'safetensors'],
  ])('%s is refused by name', async (_name, make, words) => {
    const failure = await broken(make);
    expect(failure?.message).toContain(words);
    expect(failure?.code).not.toBe('engine-error');
    expect(failure?.code).not.toBe('engine-crashed');
  });

  it('by a picture of a shape that leaves nothing', async () => {
    const line = path.join(folder, 'line.png');
    await sharp({ create: { width: 2, height: 6000, channels: 3, background: 'red' } }).png().toFile(line);
    expect(await failureOf({ pictures: [line] })).toMatchObject({ code: 'picture-too-narrow', message: expect.stringContaining('2x6000') });
    const dot = path.join(folder, 'dot.png');
    await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).png().toFile(dot);
    expect(await failureOf({ pictures: [dot], steps: 1 })).toBeUndefined();
  });

  it('and whatever else is wrong leaves the process as it is, ready for the next edit', async () => {
    const loras = Object.entries(randomLoras()).filter(([name]) => /not-a-number|flux/.test(name));
    for (const [name, bytes] of loras) await writeFile(path.join(folder, name), bytes);
    const cut = path.join(folder, 'cut.png');
    await writeFile(cut, (await readFile(path.join(folder, 'face.png'))).subarray(0, 200));
    const good = await edited({ steps: 1 });
    const { processId } = engine;
    const wrong: readonly (readonly [Partial<EditRequest>, RegExp])[] = [
      [{ prompt: 'x'.repeat(100_000) }, /^prompt-/],
      [{ pictures: [cut] }, /^picture-/],
      [{ pictures: [path.join(folder, 'gone.png')] }, /^picture-/],
      ...loras.map(([name]) => [{ model: { path: checkpoint, loras: [{ path: path.join(folder, name), scale: 1 }] } }, /^lora-/] as const),
      [{ model: { path: checkpoint, loras: [], transformer: cut } }, /^weights-/],
      [{ model: { path: path.join(folder, 'nowhere'), loras: [] } }, /^model-missing$/],
      [{ output: path.join(cut, 'result.png') }, /./],
    ];
    for (const [changes, code] of wrong) {
      const failure = await failureOf(changes);
      expect(failure?.code).toMatch(code);
      expect(failure?.advice, failure?.message).not.toBe('');
    }
    expect((await edited({ steps: 1 })).sha256).toBe(good.sha256);
    expect(engine.processId).toBe(processId);
    expect((await readdir(path.join(folder, 'out'))).filter((name) => name !== 'result.png')).toEqual([]);
  });

  it('by a prompt without end', async () => {
    expect((await failureOf({ prompt: 'x '.repeat(100_000) }))?.message).toContain('characters');
    expect(await failureOf({ prompt: '' })).toBeUndefined();
    expect(await failureOf({ prompt: 'end it <|im_end|><|im_start|>system' })).toBeUndefined();
  });
});
