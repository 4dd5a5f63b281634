import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { EditProgress, EditRequest } from '../../../src/core/evaluation/inference';
import { protocolVersion } from '../../../src/engine/protocol';
import { EngineClient, type EngineClientOptions } from '../../../src/engine/client';
import { temporaryFolder } from '../actionContext';
import { bundleEngine, type EngineBundle } from './engineBundle';
import { slowModel } from './testModels';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

let bundle: EngineBundle;
let folder: string;
let engine: EngineClient | undefined;

beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  await sharp({ create: { width: 40, height: 30, channels: 3, background: 'orange' } }).png().toFile(path.join(folder, 'source.png'));
});
afterEach(async () => {
  await engine?.dispose();
  engine = undefined;
  await rm(folder, { recursive: true });
});

async function slowEdit(): Promise<EditRequest> {
  const model = path.join(folder, 'model.onnx');
  await writeFile(model, slowModel());
  return {
    model: { path: model, loras: [] }, pictures: [path.join(folder, 'source.png')], prompt: 'slow', seed: 7, steps: 1, guidance: 1,
    engine: { device: 'cpu', precision: 'auto' }, output: path.join(folder, 'result.png'),
  };
}

/** An engine of a few lines, for what the real one never does. */
async function scripted(source: string, options: EngineClientOptions = {}): Promise<EngineClient> {
  const entry = path.join(folder, 'engine.cjs');
  await writeFile(entry, `const { writeSync } = require('node:fs');\nconst ready = () => process.send({ kind: 'ready', protocol: ${protocolVersion} });\n${source}`);
  return new EngineClient(entry, silent, options);
}

const quiet = { signal: new AbortController().signal, progress() {} };

async function failureOf(request: EditRequest) {
  const result = await engine!.edit(request, quiet);
  return result.ok ? undefined : result.failure;
}

describe('a process that does not go on', () => {
  it('is ended when it is frozen in the middle of an edit', async () => {
    engine = new EngineClient(bundle.entry, silent, { pulse: { checkMilliseconds: 400, silentChecks: 8, idleChecks: 10_000 } });
    const client = engine;
    const progress = ({ stage }: EditProgress) => {
      if (stage === 'sampling') process.kill(client.processId!, 'SIGSTOP');
    };
    const result = await client.edit(await slowEdit(), { signal: quiet.signal, progress });
    expect(result).toMatchObject({ ok: false, failure: { code: 'engine-hung', message: expect.stringContaining('no sign of life') } });
    expect(client.processId).toBeUndefined();
  });

  it('is not ended while it computes without a word', async () => {
    // A beat comes once a second: eight looks see at least one of them, and come to their end before the edit is cancelled.
    engine = new EngineClient(bundle.entry, silent, { graceMilliseconds: 10, pulse: { checkMilliseconds: 300, silentChecks: 100, idleChecks: 8 } });
    const cancel = new AbortController();
    const progress = ({ stage }: EditProgress) => {
      if (stage === 'sampling') setTimeout(() => cancel.abort(), 3000);
    };
    const result = await engine.edit(await slowEdit(), { signal: cancel.signal, progress });
    expect(result).toMatchObject({ ok: false, failure: { code: 'cancelled' } });
  });

  it('is ended when it lives but does nothing', async () => {
    engine = await scripted(`ready(); setInterval(() => writeSync(4, '5\\n'), 20);`, { pulse: { checkMilliseconds: 50, silentChecks: 1000, idleChecks: 5 } });
    expect(await failureOf(await slowEdit())).toMatchObject({ code: 'engine-hung', message: expect.stringContaining('did nothing') });
  });

  it('ends itself when its host is gone, even while it computes', async () => {
    const child = fork(bundle.entry, [], { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc', 'pipe'] });
    child.send({ kind: 'open', settings: {} });
    child.send({ kind: 'edit', id: 1, request: await slowEdit() });
    child.on('message', (message: { progress?: EditProgress }) => {
      if (message.progress?.stage === 'sampling') (child.stdio[4] as unknown as { destroy(): void }).destroy();
    });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
  });
});

describe('a process that ends', () => {
  it.each([
    ['CUDA failure 2: out of memory ; GPU=0', 1, 'GPU memory full', 'int4'],
    ['BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 536870912', 1, 'GPU memory full', 'int4'],
    ['CUDA failure 35: CUDA driver version is insufficient for CUDA runtime version', 1, 'driver too old', 'driver'],
    ['CUDA failure 700: an illegal memory access was encountered', 134, 'GPU error', 'cpu'],
    ["terminate called after throwing an instance of 'std::bad_alloc'", 134, 'out of memory', 'smaller size'],
    ['', 137, 'engine killed', 'memory'],
    ['Segmentation fault', 139, 'engine crashed', 'another device'],
  ])('says why and what to do: %s', async (words, code, short, advice) => {
    engine = await scripted(`ready(); process.on('message', ({ kind }) => { if (kind === 'edit') { console.error(${JSON.stringify(words)}); process.exit(${code}); } });`);
    const failure = await failureOf(await slowEdit());
    expect(failure).toMatchObject({ code: 'engine-crashed', short });
    expect(failure?.advice).toContain(advice);
  });
});

describe('what the two sides say', () => {
  it('an answer that cannot be read fails the edit', async () => {
    engine = await scripted(`ready(); process.on('message', ({ kind, id }) => kind === 'edit' && process.send({ kind: 'result', id, result: { ok: true, value: { width: 'x' } } }));`);
    expect(await failureOf(await slowEdit())).toMatchObject({ code: 'answer-invalid' });
  });

  it('a preview is asked for as the settings say, and only a small PNG is taken for one', async () => {
    engine = await scripted(
      `ready();
      process.on('message', ({ kind, id, request }) => {
        if (kind !== 'edit') return;
        const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, request.previewSteps ?? 0);
        for (const preview of [png, Uint8Array.of(1, 2, 3), 'text']) process.send({ kind: 'progress', id, progress: { stage: 'sampling', preview } });
        process.send({ kind: 'result', id, result: { ok: false, failure: { code: 'x', message: 'x', advice: 'x' } } });
      });`,
      { previewSteps: () => 3 },
    );
    const previews: (Uint8Array | undefined)[] = [];
    await engine.edit(await slowEdit(), { ...quiet, progress: ({ stage, preview }) => previews.push(...(stage === 'sampling' ? [preview] : [])) });
    expect(previews.map((preview) => preview?.at(-1))).toEqual([3]);
  });

  it('another protocol is refused', async () => {
    engine = await scripted(`process.send({ kind: 'ready', protocol: 1 }); setInterval(() => {}, 1000);`);
    expect(await failureOf(await slowEdit())).toMatchObject({ code: 'engine-not-started', detail: expect.stringContaining('protocol 1') });
  });

  it.each([
    ['steps', { steps: 0 }],
    ['steps', { steps: 1.5 }],
    ['seed', { seed: -1 }],
    ['guidance', { guidance: Number.NaN }],
    ['pictures', { pictures: [] }],
    ['pictures', { pictures: ['relative.png'] }],
    ['output', { output: 'relative.png' }],
    ['width', { width: 1e9 }],
    ['engine', { engine: { device: 'tpu', precision: 'auto' } }],
    ['model', { model: { path: '/x', loras: [{ path: 'x', scale: 1 }] } }],
    ['scheduler', { scheduler: 'ddim' }],
    ['prompt', { prompt: undefined }],
    ['previewSteps', { previewSteps: 0 }],
  ])('a request with wrong %s is refused by name: %o', async (field, change) => {
    shared ??= new EngineClient(bundle.entry, silent);
    const result = await shared.edit({ ...(await slowEdit()), ...change } as EditRequest, quiet);
    expect(result).toMatchObject({ ok: false, failure: { code: 'request-invalid', message: expect.stringContaining(`"${field}"`) } });
  });

  let shared: EngineClient | undefined;
  afterAll(() => shared?.dispose());
});
