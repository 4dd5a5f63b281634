import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { ok } from '../../../../src/core/outcome';
import type { MemoryPlan } from '../../../../src/engine/memory/memoryPlan';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

/** What machines with less memory come to; the small checkpoint itself fits everywhere. */
let plan: MemoryPlan;
vi.mock('../../../../src/engine/memory/memoryPlan', () => ({ planMemory: () => ok(plan) }));

/** How often sampling runs out of memory before it works. */
let failures = 0;
vi.mock('../../../../src/engine/pipelines/qwenImageEditPlus/sampling', async (original) => {
  const { sample } = await original<{ sample: (job: unknown) => Promise<Float32Array> }>();
  return {
    sample: async (job: unknown) => {
      if (failures-- > 0) throw new Error('Non-zero status code returned while running Gemm node: Failed to allocate memory for requested buffer of size 1073741824');
      return sample(job);
    },
  };
});

let checkpoint: string;
beforeAll(async () => {
  checkpoint = await randomCheckpointFolder();
});
afterAll(() => rm(checkpoint, { recursive: true }));
beforeEach(() => {
  failures = 0;
});

async function edit() {
  const engine = { device: 'cpu', precision: 'auto' } as const;
  const golden = await Golden.read('edits');
  const loaded = await pipelineFor({ model: { path: checkpoint, loras: [] }, engine }, {});
  if (!loaded.ok) throw new Error(loaded.failure.message);
  const [height = 0, width = 0] = golden.shape('picture.0');
  const request = {
    model: { path: checkpoint, loras: [] }, pictures: ['/in.png'], prompt: 'Turn the camera to the left and make the light warmer.', seed: 42, steps: 4, guidance: 1, width: 64, height: 48,
    noise: 'torch', referenceResolution: 128, engine, output: '/out.png',
  } as const;
  const made = await loaded.value.edit({ request, pictures: [{ width, height, pixels: golden.bytes('picture.0') }], signal: new AbortController().signal, progress() {} });
  await loaded.value.dispose();
  return { made, expected: golden.bytes('plain.output') };
}

it('an edit whose blocks are loaded two at a time is still the one that diffusers makes', async () => {
  plan = { groups: [[0], [1], [2]], blocksAtOnce: [2, 2, undefined], peakBytes: 0, warnings: ['Short.'] };
  const { made, expected } = await edit();
  if (!made.ok) throw new Error(`${made.failure.message} ${made.failure.detail ?? ''}`);
  expect(largestDifference(made.value.picture.pixels, expected)).toBeLessThanOrEqual(1);
  expect(made.value.warnings).toEqual(['Short.']);
});

it('an edit that runs out of memory is made again with one part loaded after the other', async () => {
  plan = { groups: [[0, 1, 2]], blocksAtOnce: [undefined, undefined, undefined], peakBytes: 0, warnings: [] };
  failures = 1;
  const { made, expected } = await edit();
  if (!made.ok) throw new Error(`${made.failure.message} ${made.failure.detail ?? ''}`);
  expect(largestDifference(made.value.picture.pixels, expected)).toBeLessThanOrEqual(1);
  expect(made.value.warnings).toEqual([expect.stringContaining('Memory ran out once')]);
  failures = 2;
  expect((await edit()).made).toMatchObject({ ok: false, failure: { code: 'out-of-memory', advice: expect.stringContaining('int4') } });
});
