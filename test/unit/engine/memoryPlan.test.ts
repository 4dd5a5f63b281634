import { describe, expect, it } from 'vitest';
import { planMemory, type ComponentNeed } from '../../../src/engine/memory/memoryPlan';

const gigabyte = 1e9;
/** Qwen-Image-Edit-2509 in bfloat16, roughly. */
const needs: readonly ComponentNeed[] = [
  { name: 'the text encoder', weights: 16 * gigabyte, work: gigabyte, blocks: { bytes: 0.5 * gigabyte, count: 28 } },
  { name: 'the transformer', weights: 27 * gigabyte, work: 2 * gigabyte, blocks: { bytes: 0.45 * gigabyte, count: 60 } },
  { name: 'the autoencoder', weights: 0.2 * gigabyte, work: 4 * gigabyte },
];
const plan = (free: number | undefined) => planMemory(needs, { bytes: free === undefined ? undefined : free * gigabyte, kind: 'of GPU memory' });

describe('the memory plan', () => {
  it('keeps all loaded where all fits', () => {
    expect(plan(80)).toEqual({ ok: true, value: { groups: [[0, 1, 2]], blocksAtOnce: [undefined, undefined, undefined], peakBytes: 47.2 * gigabyte, warnings: [] } });
  });

  it('lets the text encoder go first where the others fit beside each other', () => {
    expect(plan(40)).toEqual({ ok: true, value: { groups: [[0], [1, 2]], blocksAtOnce: [undefined, undefined, undefined], peakBytes: 31.2 * gigabyte, warnings: [] } });
  });

  it('loads one after the other where only one fits', () => {
    expect(plan(33)).toEqual({ ok: true, value: { groups: [[0], [1], [2]], blocksAtOnce: [undefined, undefined, undefined], peakBytes: 29 * gigabyte, warnings: [] } });
  });

  it('loads block by block what does not fit as a whole, and says what that costs', () => {
    const planned = plan(24);
    expect(planned).toMatchObject({ ok: true, value: { groups: [[0], [1], [2]], blocksAtOnce: [undefined, 43, undefined] } });
    expect(planned.ok && planned.value.warnings).toEqual(['The transformer needs 29.0 GB of GPU memory and 24.0 GB are free: 43 of its 60 blocks are loaded at a time, which makes each step slower.']);
    expect(planned.ok && planned.value.peakBytes).toBeLessThan(24 * 0.9 * gigabyte);
  });

  it('refuses with figures what does not fit at all, and says what helps', () => {
    expect(plan(4)).toMatchObject({ ok: false, failure: { code: 'memory-short', message: 'The autoencoder needs at least 4.2 GB of GPU memory at this size, and 4.0 GB are free.', advice: expect.stringContaining('smaller width') } });
    expect(plan(1)).toMatchObject({ ok: false, failure: { code: 'memory-short', message: expect.stringContaining('The text encoder needs at least 1.5 GB') } });
  });

  it('is careful where nobody knows what is free', () => {
    expect(plan(undefined)).toMatchObject({ ok: true, value: { groups: [[0], [1], [2]], blocksAtOnce: [undefined, undefined, undefined] } });
  });
});
