import type { EngineSettings, Sampler } from './evaluation';
import type { EditRequest, LocalModel } from './inference';
import type { PlannedGeneration } from './runMatrix';
import { samplerOf } from './samplerOf';

export interface EditRequestParts {
  readonly planned: PlannedGeneration;
  readonly model: LocalModel;
  readonly sampler: Sampler;
  readonly engine: EngineSettings;
  /** Absolute: the source, then what the edit refers to. */
  readonly pictures: readonly string[];
  /** Absolute. */
  readonly output: string;
}

/** One planned output as the engine is asked for it. */
export function editRequest({ planned, model, sampler: common, engine, pictures, output }: EditRequestParts): EditRequest {
  const { seeds: _, ...sampler } = samplerOf(common, planned.model);
  const { prompt, negativePrompt } = planned.edit;
  return { model, pictures, prompt, ...(negativePrompt === undefined ? {} : { negativePrompt }), seed: planned.seed, ...sampler, engine, output };
}
