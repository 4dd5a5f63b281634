import { describe, expect, it } from 'vitest';
import type { Generation } from '../../../../src/core/evaluation/generation';
import { hasAskedSize, whyOther } from '../../../../src/core/evaluation/sameRequest';
import type { PlannedGeneration } from '../../../../src/core/evaluation/runMatrix';

const planned: PlannedGeneration = {
  id: 'fast/a--forest--7', picture: 'a.png', seed: 7, file: 'loras/fast/a--forest--7.png',
  model: { id: 'fast', base: 'Qwen/Qwen-Image-Edit-2509', loras: [{ repository: 'lightx2v/Qwen-Image-Lightning', file: 'Qwen-Image-Lightning-4steps-V2.0.safetensors' }] },
  edit: { id: 'forest', kind: 'background', prompt: 'A forest.' },
};
const sampler = { steps: 40, guidance: 4, seeds: [7] };
const sampling: NonNullable<Generation['engine']>['sampling'] = { scheduler: 'lightning', sigmas: [1, 0], noise: 'philox', guidance: 1, sources: [] };
const stored: Generation = {
  version: 1, id: planned.id, modelId: 'fast', picture: { file: 'a.png', sha256: 'a', width: 10, height: 10 }, edit: planned.edit, model: { base: planned.model.base, loras: [] },
  seed: 7, steps: 4, guidance: 1, scheduler: 'lightning', device: 'cpu', precision: 'float32', output: { file: 'a.png', sha256: 'b', width: 512, height: 496 },
  seconds: { load: 0, edit: 1 }, memory: { kind: 'ram', peakBytes: 1, averageBytes: 1 }, warnings: [], versions: {}, createdAt: '',
  engine: { pipeline: 'QwenImageEditPlusPipeline', files: [], loras: [], stages: {}, sampling },
};

describe('a stored output', () => {
  const asked = { planned, pictureSha256: 'a', references: [], sampler };

  it('of a distilled model answers a request in its own steps, and no other', () => {
    expect(whyOther(stored, asked)).toBeUndefined();
    expect(whyOther({ ...stored, steps: 40 }, asked)).toBe('its sampler settings');
    expect(whyOther(stored, { ...asked, sampler: { ...sampler, noise: 'torch' } })).toBe('its sampler settings');
    expect(whyOther(stored, { ...asked, sampler: { ...sampler, referenceResolution: 512 } })).toBe('its sampler settings');
    expect(whyOther(stored, { ...asked, sampler: { ...sampler, noise: 'philox', referenceResolution: 1024 } })).toBeUndefined();
    expect(whyOther(stored, { ...asked, references: [{ file: 'hat.png', sha256: 'c' }] })).toBe('its reference pictures');
  });

  it('has the size that was asked for as far as the model can make it', () => {
    const { engine: _, ...single } = stored;
    expect(hasAskedSize(stored, { ...sampler, width: 519, height: 500 })).toBe(true);
    expect(hasAskedSize(stored, { ...sampler, width: 528 })).toBe(false);
    expect(hasAskedSize(single, { ...sampler, width: 519 })).toBe(false);
    expect(hasAskedSize(single, { ...sampler, width: 512 })).toBe(true);
  });
});
