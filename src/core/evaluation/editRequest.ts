import path from 'node:path';
import type { EngineSettings, Sampler } from './evaluation';
import type { EditRequest, LocalModel, UpcomingPrompt } from './inference';
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
  readonly upcoming?: readonly UpcomingPrompt[];
}

/** One planned output as the engine is asked for it. */
export function editRequest({ planned, model, sampler: common, engine, pictures, output, upcoming = [] }: EditRequestParts): EditRequest {
  const { seeds: _, ...sampler } = samplerOf(common, planned.model);
  const { prompt, negativePrompt } = planned.edit;
  return { model, pictures, prompt, ...(negativePrompt === undefined ? {} : { negativePrompt }), seed: planned.seed, ...sampler, ...(upcoming.length === 0 ? {} : { upcoming }), engine, output };
}

/** The prompts of later edits on one base, each once. */
export function upcomingPrompts(later: readonly PlannedGeneration[], sampler: Sampler, pictureFolder: string): readonly UpcomingPrompt[] {
  const prompts = new Map<string, UpcomingPrompt>();
  for (const { picture, edit, model } of later) {
    const pictures = [picture, ...(edit.references ?? [])].map((file) => path.join(pictureFolder, file));
    const { prompt, negativePrompt } = edit;
    const { guidance } = samplerOf(sampler, model);
    const one = { pictures, prompt, ...(negativePrompt === undefined ? {} : { negativePrompt }), guidance };
    prompts.set(JSON.stringify(one), one);
  }
  return [...prompts.values()];
}
