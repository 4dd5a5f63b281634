import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { infer } from '../../../../src/core/actions/infer';
import { inferNotes } from '../../../../src/core/actions/inferNotes';
import { inferVerify } from '../../../../src/core/actions/inferVerify';
import { inferVram } from '../../../../src/core/actions/inferVram';
import type { Action, ActionContext, Progress } from '../../../../src/core/actions/action';
import type { Evaluation } from '../../../../src/core/evaluation/evaluation';
import type { Generation } from '../../../../src/core/evaluation/generation';
import type { InferenceEngine } from '../../../../src/core/evaluation/inference';
import { fail } from '../../../../src/core/outcome';
import { readGenerations } from '../../../../src/core/evaluation/generations';
import { parsePlan } from '../../../../src/core/plan/parse';
import { EngineClient } from '../../../../src/engine/client';
import { makeSampleModels } from '../../../../test_data/make/models';
import { linkedStep, makeContext, temporaryFolder } from '../../actionContext';
import { bundleEngine, type EngineBundle } from '../../engine/engineBundle';
import { sampleEvaluation } from '../evaluation/sampleEvaluation';

let bundle: EngineBundle;
let folder: string;
let engine: EngineClient;
let evaluation: Evaluation;

beforeAll(async () => {
  bundle = await bundleEngine();
});
afterAll(() => bundle.remove());

beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
  engine = new EngineClient(bundle.entry, { debug() {}, info() {}, warn() {}, error() {} }, { graceMilliseconds: 100 });
  evaluation = sampleEvaluation();
  const models = makeSampleModels();
  await mkdir(path.join(folder, 'models'));
  for (const name of ['base', 'angles', 'relight']) await writeFile(path.join(folder, 'models', `${name}.onnx`), models[name] ?? '');
  await mkdir(path.join(folder, 'pictures'));
  for (let index = 1; index <= 5; index++) {
    const face = Buffer.from(`<svg width="96" height="128"><rect width="96" height="128" fill="#cdd"/><circle cx="48" cy="55" r="${18 + index}" fill="#c86"/></svg>`);
    await sharp(face).jpeg().toFile(path.join(folder, 'pictures', `test_0${index}.jpg`));
  }
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true });
});

function context(overrides: Partial<ActionContext> = {}) {
  return makeContext(folder, { inference: async () => ({ ok: true, value: engine }), evaluation: async () => ({ ok: true, value: evaluation }), ...overrides });
}

const run = (action: Action, models: string, given = context()) => action.run(linkedStep({ action: action.name, arguments: { models } }), given);
const results = (...parts: string[]) => path.join(folder, 'results', ...parts);

describe('running the matrix', () => {
  it('edits 5 pictures with every edit, describes each output, and repeats nothing', async () => {
    const reports: Progress[] = [];
    const given = context({ progress: (report) => void reports.push(report) });
    expect(await run(infer, 'base', given)).toEqual({ kind: 'done', summary: '10 outputs' });
    const stored = await readGenerations(results());
    expect(stored).toHaveLength(10);
    const [first] = stored;
    expect(first?.generation).toMatchObject<Partial<Generation>>({
      version: 1, id: 'base/test_01--forest--7', modelId: 'base', seed: 7, device: 'cpu',
      edit: { id: 'forest', kind: 'background', prompt: 'Put the person into a forest' },
      output: { file: 'test_01--forest--7.png', sha256: expect.stringMatching(/^[0-9a-f]{64}$/), width: 96, height: 128 },
    });
    expect(first?.generation.picture).toMatchObject({ file: 'test_01.jpg', width: 96, height: 128 });
    expect(first?.generation.model.fileSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(first?.generation.engine).toMatchObject({ pipeline: 'onnx', files: [{ file: 'base.onnx', sha256: first?.generation.model.fileSha256 }], stages: { sampling: expect.any(Number), saving: expect.any(Number) } });
    expect(new Set(stored.map(({ generation }) => generation.output.sha256)).size).toBe(10);
    expect(given.written).toHaveLength(20);
    expect(reports.at(-1)).toMatchObject({ completed: 9, total: 10, unit: 'items', secondsLeft: expect.any(Number) });

    const before = (await stat(first!.picture)).mtimeMs;
    const engineBefore = engine.processId;
    await engine.dispose();
    expect(await run(infer, 'base')).toEqual({ kind: 'done', summary: '10 outputs, 10 of them from before' });
    expect((await stat(first!.picture)).mtimeMs).toBe(before);
    expect(engine.processId).not.toBe(engineBefore);
    expect(await run(inferVerify, 'base')).toEqual({ kind: 'done', summary: '10 outputs are right' });
  });

  it('makes again what was damaged, deleted or is asked differently now, and only that', async () => {
    await run(infer, 'base');
    await writeFile(results('base', 'test_01--forest--7.png'), 'damaged');
    await rm(results('base', 'test_02--sunset--7.json'));
    await rm(results('base', 'test_03--sunset--7.png'));
    const given = context();
    expect(await run(infer, 'base', given)).toEqual({ kind: 'done', summary: '10 outputs, 7 of them from before' });
    expect(given.written.filter((file) => file.endsWith('.png')).map((file) => path.basename(file))).toEqual(['test_01--forest--7.png', 'test_02--sunset--7.png', 'test_03--sunset--7.png']);
    evaluation = sampleEvaluation({ edits: evaluation.edits.map((edit) => (edit.id === 'forest' ? { ...edit, prompt: 'Put the person onto a beach' } : edit)) });
    expect(await run(infer, 'base')).toEqual({ kind: 'done', summary: '10 outputs, 5 of them from before' });
  });

  it('gives up on a model whose edits end the process twice, and makes the others', async () => {
    const dying: InferenceEngine = {
      edit: async (request, watch) => (request.model.path.endsWith('angles.onnx') ? fail({ code: 'engine-crashed', message: 'It died.', advice: 'Free memory.' }) : engine.edit(request, watch)),
      dispose: async () => undefined,
    };
    const edit = vi.spyOn(dying, 'edit');
    const outcome = await run(infer, 'loras', context({ inference: async () => ({ ok: true, value: dying }) }));
    expect(outcome.kind === 'failed' && outcome.failure.message).toMatch(/2 of 25 edits failed; 13 were not tried.*It died/);
    expect(edit.mock.calls.filter(([request]) => request.model.path.endsWith('angles.onnx'))).toHaveLength(4);
    expect(await readGenerations(results('loras', 'relight'))).toHaveLength(10);
  });

  it('shows the newest preview of the edit that is being made, and none of the one before', async () => {
    const picture = Uint8Array.of(1);
    const showing: InferenceEngine = {
      edit: async (request, { progress }) => {
        if (request.prompt === evaluation.edits[0]?.prompt) progress({ stage: 'sampling', step: 1, steps: 2, preview: picture });
        progress({ stage: 'decoding' });
        return fail({ code: 'x', message: 'x', advice: 'x' });
      },
      dispose: async () => undefined,
    };
    const reports: Progress[] = [];
    await run(infer, 'base', context({ inference: async () => ({ ok: true, value: showing }), progress: (report) => void reports.push(report) }));
    const finishing = reports.filter(({ message }) => message?.includes('finishing'));
    expect(finishing.filter(({ picture: shown }) => shown === picture)).toHaveLength(5);
    expect(finishing.filter(({ picture: shown }) => shown === undefined).length).toBeGreaterThan(0);
  });

  it('hands on reference pictures, remembers them, and makes again what another one changes', async () => {
    const hat = path.join(folder, 'pictures', 'hat.png');
    await sharp({ create: { width: 20, height: 20, channels: 3, background: 'red' } }).png().toFile(hat);
    const [forest] = evaluation.edits;
    evaluation = sampleEvaluation({ edits: [{ ...forest!, references: ['hat.png'] }], pictures: { folder: 'pictures', files: ['test_01.jpg', 'test_02.jpg'] } });
    expect(await run(infer, 'base')).toEqual({ kind: 'done', summary: '2 outputs' });
    const [stored] = await readGenerations(results());
    expect(stored?.generation.references).toEqual([{ file: 'hat.png', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }]);
    expect(await run(infer, 'base')).toEqual({ kind: 'done', summary: '2 outputs, 2 of them from before' });
    await sharp({ create: { width: 20, height: 20, channels: 3, background: 'blue' } }).png().toFile(hat);
    expect(await run(inferVerify, 'base')).toMatchObject({ kind: 'failed', failure: { message: expect.stringContaining('its reference pictures') } });
    expect(await run(infer, 'base')).toEqual({ kind: 'done', summary: '2 outputs' });
    evaluation = { ...evaluation, edits: [{ ...forest!, references: ['../../secret.png'] }] };
    expect(await run(infer, 'base')).toMatchObject({ kind: 'failed', failure: { message: expect.stringContaining('secret.png') } });
  });

  it('goes on after a broken picture, notes it, and makes the rest', async () => {
    await writeFile(path.join(folder, 'pictures', 'test_03.jpg'), (await readFile(path.join(folder, 'pictures', 'test_03.jpg'))).subarray(0, 300));
    const outcome = await run(infer, 'base');
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'edits-failed', short: '2 edits failed' } });
    expect(outcome.kind === 'failed' && outcome.failure.message).toContain('test_03');
    expect(await readdir(results('base'))).toHaveLength(16);
    expect(await run(inferNotes, 'base')).toEqual({ kind: 'done', summary: '2 errors, no warnings in 8 outputs' });
    const notes = await readFile(path.join(folder, 'inference-notes.md'), 'utf8');
    expect(notes).toMatch(/\| error \|.*test.{1,2}03.*\|.*--forest--7, .*--sunset--7 \|/);

    await rm(path.join(folder, 'pictures', 'test_03.jpg'));
    expect((await run(infer, 'base')).kind).toBe('done');
  });

  it('survives a kill in the middle and goes on where it was', async () => {
    let made = 0;
    let child = 0;
    const killing = context({
      wrote: (file) => {
        if (file.endsWith('.json') && ++made === 4) {
          child = engine.processId ?? 0;
          process.kill(child, 'SIGKILL');
        }
      },
    });
    // Whether the death is noticed before or during the next edit: that one is tried again in a new process.
    expect(await run(infer, 'base', killing)).toEqual({ kind: 'done', summary: '10 outputs' });
    expect(child).not.toBe(0);
    expect(engine.processId).not.toBe(child);
    expect(await run(infer, 'base')).toMatchObject({ kind: 'done', summary: '10 outputs, 10 of them from before' });
    expect((await readdir(results('base'))).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('stops when cancelled and keeps what is made', async () => {
    const cancel = new AbortController();
    let made = 0;
    const given = context({ signal: cancel.signal, wrote: (file) => { if (file.endsWith('.json') && ++made === 3) cancel.abort(); } });
    expect(await run(infer, 'all', given)).toEqual({ kind: 'cancelled' });
    expect(await readGenerations(results())).toHaveLength(3);
    expect(await run(infer, 'base')).toEqual({ kind: 'done', summary: '10 outputs, 3 of them from before' });
  });

  it('tries a model that is no ONNX once, and the other models all the same', async () => {
    await writeFile(path.join(folder, 'models', 'angles.onnx'), '<!doctype html><title>Sign in</title>');
    const outcome = await run(infer, 'loras');
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'edits-failed' } });
    expect(outcome.kind === 'failed' && outcome.failure.message).toMatch(/1 of 25 edits failed; 14 were not tried.*web page/);
    expect(await readdir(results('loras'))).toContain('relight');
    expect(await readGenerations(results('loras', 'relight'))).toHaveLength(10);
  });

  it('names the step that downloads a missing model', async () => {
    const plan = parsePlan('# P\n\n#### Task 2.3: Download\n\n- [ ] Download Tiny-Edit (~8MB)\n');
    evaluation = sampleEvaluation({ models: [{ id: 'base', base: 'acme/Tiny-Edit', category: 'base' }], edits: evaluation.edits.slice(0, 2) });
    const hub = async () => ({ ok: true as const, value: { endpoint: 'http://localhost', token: undefined, cacheFolder: path.join(folder, 'cache'), offline: false } });
    expect(await run(infer, 'base', context({ plan, hub }))).toMatchObject({ kind: 'failed', failure: { code: 'model-not-downloaded', advice: expect.stringContaining('Download Tiny-Edit (~8MB)') } });
    const snapshot = path.join(folder, 'cache', 'models--acme--Tiny-Edit', 'snapshots', 'a'.repeat(40));
    await mkdir(snapshot, { recursive: true });
    await mkdir(path.join(snapshot, '../../refs'));
    await writeFile(path.join(snapshot, '../../refs/main'), 'a'.repeat(40));
    await writeFile(path.join(snapshot, 'model.onnx'), makeSampleModels()['base'] ?? '');
    expect(await run(infer, 'base', context({ plan, hub }))).toMatchObject({ kind: 'done' });
    expect((await readGenerations(results()))[0]?.generation.model).toMatchObject({ base: 'acme/Tiny-Edit', revision: 'a'.repeat(40) });
  });

  it('says what to do without pictures, and refuses names outside the folder', async () => {
    evaluation = sampleEvaluation({ pictures: { folder: 'pictures', files: ['../models/base.onnx'] } });
    expect(await run(infer, 'base')).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    evaluation = sampleEvaluation({ pictures: { folder: 'nothing' } });
    expect(await run(infer, 'base')).toMatchObject({ kind: 'failed', failure: { code: 'no-pictures' } });
    evaluation = sampleEvaluation({ results: '../elsewhere' });
    expect(await run(infer, 'base')).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
  });
});

describe('checking what a run made', () => {
  it('finds missing, changed, blank and unedited outputs', async () => {
    await run(infer, 'base');
    const replace = async (name: string, bytes: Buffer, size = {}) => {
      const file = results('base', `${name}.png`);
      await writeFile(file, bytes);
      const sidecar = file.replace('.png', '.json');
      const generation = JSON.parse(await readFile(sidecar, 'utf8')) as Generation;
      const { createHash } = await import('node:crypto');
      await writeFile(sidecar, JSON.stringify({ ...generation, output: { ...generation.output, ...size, sha256: createHash('sha256').update(bytes).digest('hex') } }));
    };
    const blank = () => sharp({ create: { width: 96, height: 128, channels: 3, background: '#888' } });
    await rm(results('base', 'test_01--forest--7.png'));
    await writeFile(results('base', 'test_02--forest--7.png'), await blank().png().toBuffer());
    await replace('test_03--forest--7', await blank().png().toBuffer());
    await replace('test_04--forest--7', await sharp(path.join(folder, 'pictures', 'test_04.jpg')).png().toBuffer());
    await replace('test_05--forest--7', Buffer.from('no picture'));
    await replace('test_01--sunset--7', await sharp(results('base', 'test_01--sunset--7.png')).resize(64).png().toBuffer());
    const outcome = await run(inferVerify, 'base');
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'outputs-wrong', short: '6 not right' } });
    expect(outcome.kind === 'failed' && outcome.failure.detail?.split('\n')).toEqual([
      'base/test_01--forest--7 is missing',
      'base/test_01--sunset--7 is 64x85, but its sidecar says 96x128',
      'base/test_02--forest--7 was changed after it was made (its sidecar has another hash)',
      'base/test_03--forest--7 is blank',
      'base/test_04--forest--7 is identical to its source',
      'base/test_05--forest--7 cannot be decoded',
    ]);
  });

  it('compares memory with the limit and names what is over', async () => {
    expect(await run(inferVram, 'base')).toMatchObject({ kind: 'failed', failure: { code: 'nothing-ran' } });
    await run(infer, 'base');
    expect(await run(inferVram, 'base')).toMatchObject({ kind: 'done', summary: expect.stringMatching(/^peak 0\.\d\d GB \(base, RAM on cpu\), limit 8 GB$/) });
    expect(await readFile(path.join(folder, 'inference-notes.md'), 'utf8')).toContain('| base | cpu | RAM of the process | 10 |');
    evaluation = sampleEvaluation({ limits: { memoryGigabytes: 0.001 } });
    expect(await run(inferVram, 'base')).toMatchObject({ kind: 'failed', failure: { code: 'memory-over-limit', message: expect.stringContaining('base/test_01--forest--7') } });
  });

  it('has nothing to note before anything ran, and notes that all went well', async () => {
    expect(await run(inferNotes, 'base')).toMatchObject({ kind: 'failed', failure: { code: 'nothing-ran' } });
    await run(infer, 'base');
    expect(await run(inferNotes, 'base')).toEqual({ kind: 'done', summary: 'no errors, no warnings in 10 outputs' });
    expect(await readFile(path.join(folder, 'inference-notes.md'), 'utf8')).toContain('None in 10 outputs.');
  });
});
