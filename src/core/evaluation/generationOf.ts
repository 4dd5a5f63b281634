import path from 'node:path';
import { readPicture } from '../images/picture';
import type { Sampler } from './evaluation';
import type { Generation } from './generation';
import type { EditResult } from './inference';
import type { ResolvedModel } from './resolveModel';
import type { PlannedGeneration } from './runMatrix';
import type { ReferencePicture } from './sameRequest';
import { samplerOf } from './samplerOf';

export interface GenerationParts {
  readonly planned: PlannedGeneration;
  readonly model: ResolvedModel;
  readonly sampler: Sampler;
  /** Absolute path of the source. */
  readonly picture: string;
  readonly pictureSha256: string;
  readonly references: readonly ReferencePicture[];
  readonly result: EditResult;
  readonly at: Date;
}

/** The sidecar of a finished edit. */
export async function generationOf({ planned, model, sampler: common, picture, pictureSha256, references, result, at }: GenerationParts): Promise<Generation> {
  const source = await readPicture(picture);
  const { steps, guidance, scheduler, noise, referenceResolution } = samplerOf(common, planned.model);
  const { edit, seed } = planned;
  const { entry, revision, fileSha256, transformer, loras } = model;
  return {
    version: 1,
    id: planned.id,
    modelId: entry.id,
    picture: { file: planned.picture, sha256: pictureSha256, width: source.ok ? source.value.width : 0, height: source.ok ? source.value.height : 0 },
    ...(references.length === 0 ? {} : { references }),
    edit: { id: edit.id, kind: edit.kind, prompt: edit.prompt, ...(edit.negativePrompt === undefined ? {} : { negativePrompt: edit.negativePrompt }) },
    model: {
      base: entry.base,
      ...(revision === undefined ? {} : { revision }),
      ...(entry.file === undefined ? {} : { file: entry.file }),
      ...(fileSha256 === undefined ? {} : { fileSha256 }),
      ...(transformer === undefined ? {} : { transformer }),
      loras,
    },
    seed,
    steps,
    guidance,
    ...(scheduler === undefined ? {} : { scheduler }),
    ...(noise === undefined ? {} : { noise }),
    ...(referenceResolution === undefined ? {} : { referenceResolution }),
    device: result.device,
    precision: result.precision,
    output: { file: path.posix.basename(planned.file), sha256: result.sha256, width: result.width, height: result.height },
    seconds: { load: result.loadSeconds, edit: result.editSeconds },
    memory: result.memory,
    warnings: result.warnings,
    versions: result.versions,
    ...(result.record === undefined ? {} : { engine: result.record }),
    createdAt: at.toISOString(),
  };
}
