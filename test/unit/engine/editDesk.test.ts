import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EditRequest } from '../../../src/core/evaluation/inference';
import { fail, ok } from '../../../src/core/outcome';
import { EditDesk } from '../../../src/engine/editDesk';
import type { Pipeline } from '../../../src/engine/pipelines/pipeline';
import { temporaryFolder } from '../actionContext';

/** Stands for a machine whose graphics card is too small: none here has one. */
const asked: string[] = [];
vi.mock('../../../src/engine/pipelines/pipelineFor', () => ({
  pipelineFor: async ({ engine }: Pick<EditRequest, 'engine'>) => {
    const device = engine.device === 'cpu' ? 'cpu' : 'webgpu';
    asked.push(device);
    const pipeline: Pipeline = {
      name: 'test', device, precision: 'float32', warnings: [], swapsLoras: true,
      edit: async ({ pictures: [picture] }) =>
        device === 'cpu' ? ok({ picture: picture!, warnings: [], details: { files: [], loras: [], stages: { loading: 1.5 } } }) : fail({ code: 'out-of-memory', message: 'The GPU is full.', advice: 'Less.' }),
      dispose: async () => undefined,
    };
    return ok(pipeline);
  },
}));

/** Its thread starts from the child's own entry, which a test is not. */
vi.mock('../../../src/engine/memory/memoryWatch', () => ({
  MemoryWatch: class {
    async start() {}
    async stop() {
      return { use: { kind: 'ram', peakBytes: 1, averageBytes: 1 }, warnings: [] };
    }
  },
}));

let folder: string;
beforeEach(async () => {
  asked.length = 0;
  folder = await mkdtemp(temporaryFolder);
  await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png().toFile(path.join(folder, 'in.png'));
});
afterEach(() => rm(folder, { recursive: true }));

function request(device: EditRequest['engine']['device']): EditRequest {
  const file = path.join(folder, 'in.png');
  return { model: { path: file, loras: [] }, pictures: [file], prompt: '', seed: 1, steps: 1, guidance: 1, engine: { device, precision: 'auto' }, output: path.join(folder, 'out.png') };
}

const watch = { signal: new AbortController().signal, progress() {} };

describe('a device that was chosen and fails', () => {
  it('gives way to the processor, once and for the edits after, with a word about it', async () => {
    const desk = new EditDesk();
    const first = await desk.edit(request('auto'), watch);
    expect(first).toMatchObject({ ok: true, value: { device: 'cpu', warnings: [expect.stringContaining('The GPU is full.')] } });
    expect(await desk.edit(request('auto'), watch)).toMatchObject({ ok: true, value: { device: 'cpu' } });
    expect(asked).toEqual(['webgpu', 'cpu']);
  });

  it('says so where it was asked for by name', async () => {
    expect(await new EditDesk().edit(request('webgpu'), watch)).toMatchObject({ ok: false, failure: { code: 'out-of-memory' } });
    expect(asked).toEqual(['webgpu']);
  });

  it('counts what loads in the middle of an edit as loading', async () => {
    const made = await new EditDesk().edit(request('cpu'), watch);
    expect(made.ok && made.value.loadSeconds).toBeGreaterThanOrEqual(1.5);
  });
});
