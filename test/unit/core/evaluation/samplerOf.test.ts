import { describe, expect, it } from 'vitest';
import { samplerOf } from '../../../../src/core/evaluation/samplerOf';

const common = { steps: 40, guidance: 4, seeds: [7] };
const lightning = (file?: string) => [{ repository: 'lightx2v/Qwen-Image-Lightning', ...(file === undefined ? {} : { file }) }];

describe('what a model is sampled with', () => {
  it.each([
    ['Qwen-Image-Edit-2509/Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16.safetensors', 4],
    ['Qwen-Image-Lightning-8steps-V2.0.safetensors', 8],
    ['lightning_8step.safetensors', 8],
    [undefined, 8],
  ])('follows a Lightning LoRA by its name: %s', (file, steps) => {
    expect(samplerOf(common, { loras: lightning(file) })).toEqual({ steps, guidance: 1, seeds: [7], scheduler: 'lightning' });
  });

  it('is what the model says where it says something, and the common settings otherwise', () => {
    expect(samplerOf(common, { loras: lightning('x-4steps.safetensors'), sampler: { steps: 6 } })).toMatchObject({ steps: 6, guidance: 1, scheduler: 'lightning' });
    expect(samplerOf(common, { loras: lightning('x-4steps.safetensors'), sampler: { scheduler: 'checkpoint' } })).toEqual({ ...common, scheduler: 'checkpoint' });
    expect(samplerOf({ ...common, scheduler: 'checkpoint' }, { loras: lightning() })).toEqual({ ...common, scheduler: 'checkpoint' });
    expect(samplerOf(common, { loras: [{ repository: 'a/night-lights', file: 'lora-4steps.safetensors' }] })).toEqual(common);
    expect(samplerOf(common, { sampler: { guidance: 1 } })).toEqual({ ...common, guidance: 1 });
  });
});
