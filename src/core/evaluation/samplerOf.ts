import type { ModelEntry, Sampler } from './evaluation';

/**
 * What a model is really sampled with: its own settings before those of the evaluation, and between them what a
 * distilled LoRA was made for, as its name says: Lightning in 4 or 8 steps, without guidance, by its own schedule.
 */
export function samplerOf(sampler: Sampler, { loras = [], sampler: own = {} }: Pick<ModelEntry, 'loras' | 'sampler'>): Sampler {
  const steps = loras.map(({ repository, file = '' }) => lightningSteps(`${repository}/${file}`)).find((found) => found !== undefined);
  const isLightning = steps !== undefined && (own.scheduler ?? sampler.scheduler ?? 'auto') === 'auto';
  return { ...sampler, ...(isLightning ? { steps, guidance: 1 } : {}), ...own, ...(isLightning ? { scheduler: 'lightning' } : {}) };
}

/** Steps that a Lightning LoRA was distilled to, from names such as `Qwen-Image-Edit-2509-Lightning-4steps-V1.0-bf16.safetensors`. */
function lightningSteps(name: string): number | undefined {
  if (!/lightning/i.test(name)) return undefined;
  const found = /(?<!\d)(\d{1,2})[-_ ]?steps?/i.exec(name.slice(name.lastIndexOf('/') + 1)) ?? /(?<!\d)(\d{1,2})[-_ ]?steps?/i.exec(name);
  const steps = Number(found?.[1] ?? 8);
  return steps > 0 ? steps : undefined;
}
