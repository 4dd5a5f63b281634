import path from 'node:path';
import { readPicture } from '../images/picture';
import type { Sampler } from './evaluation';
import type { Generation } from './generation';
import type { EditResult } from './inference';
import type { ResolvedModel } from './resolveModel';
import type { PlannedGeneration } from './runMatrix';

export interface GenerationParts {
  readonly planned: PlannedGeneration;
  readonly model: ResolvedModel;
  readonly sampler: Sampler;
  /** Absolute path of the source. */
  readonly picture: string;
  readonly pictureSha256: string;
  readonly result: EditResult;
  readonly at: Date;
}

/** The sidecar of a finished edit. */
export async function generationOf({ planned, model, sampler, picture, pictureSha256, result, at }: GenerationParts): Promise<Generation> {
  const source = await readPicture(picture);
  const { edit, seed } = planned;
  const { entry, revision, fileSha256, loras } = model;
  return {
    version: 1,
    id: planned.id,
    modelId: entry.id,
    picture: { file: planned.picture, sha256: pictureSha256, width: source.ok ? source.value.width : 0, height: source.ok ? source.value.height : 0 },
    edit: { id: edit.id, kind: edit.kind, prompt: edit.prompt, ...(edit.negativePrompt === undefined ? {} : { negativePrompt: edit.negativePrompt }) },
    model: {
      base: entry.base,
      ...(revision === undefined ? {} : { revision }),
      ...(entry.file === undefined ? {} : { file: entry.file }),
      ...(fileSha256 === undefined ? {} : { fileSha256 }),
      loras,
    },
    seed,
    steps: sampler.steps,
    guidance: sampler.guidance,
    device: result.device,
    precision: result.precision,
    output: { file: path.posix.basename(planned.file), sha256: result.sha256, width: result.width, height: result.height },
    seconds: { load: result.loadSeconds, edit: result.editSeconds },
    memory: result.memory,
    warnings: result.warnings,
    versions: result.versions,
    createdAt: at.toISOString(),
  };
}
