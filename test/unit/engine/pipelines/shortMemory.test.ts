import { rm } from 'node:fs/promises';
import { expect, it, vi } from 'vitest';
import { ok } from '../../../../src/core/outcome';
import type { MemoryPlan } from '../../../../src/engine/memory/memoryPlan';
import { pipelineFor } from '../../../../src/engine/pipelines/pipelineFor';
import { Golden, largestDifference, randomCheckpointFolder } from '../golden';

/** What a machine with little memory comes to; the small checkpoint itself fits everywhere. */
const plan: MemoryPlan = { groups: [[0], [1], [2]], blocksAtOnce: [2, 2, undefined], peakBytes: 0, warnings: ['Short.'] };
vi.mock('../../../../src/engine/memory/memoryPlan', () => ({ planMemory: () => ok(plan) }));

it('an edit whose blocks are loaded two at a time is still the one that diffusers makes', async () => {
  const checkpoint = await randomCheckpointFolder();
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
  if (!made.ok) throw new Error(`${made.failure.message} ${made.failure.detail ?? ''}`);
  expect(largestDifference(made.value.picture.pixels, golden.bytes('plain.output'))).toBeLessThanOrEqual(1);
  expect(made.value.warnings).toEqual(['Short.']);
  await loaded.value.dispose();
  await rm(checkpoint, { recursive: true });
});
