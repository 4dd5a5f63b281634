import type { Sampler } from './evaluation';
import type { Generation } from './generation';
import type { ResolvedModel } from './resolveModel';
import type { PlannedGeneration } from './runMatrix';
import { samplerOf } from './samplerOf';

export interface AskedEdit {
  readonly planned: PlannedGeneration;
  readonly pictureSha256: string;
  readonly references: readonly ReferencePicture[];
  readonly sampler: Sampler;
}

export interface ReferencePicture {
  /** Name inside the folder of pictures. */
  readonly file: string;
  readonly sha256: string;
}

/** Whether a stored output answers exactly what is asked now, so that it need not be made again. */
export function sameRequest(stored: Generation, asked: AskedEdit, model: ResolvedModel): boolean {
  return whyOther(stored, asked) === undefined && sameModel(stored.model, model);
}

/** In what a stored output differs from what is asked now, as a word; `undefined` when it answers it. The model's files are not looked at. */
export function whyOther(stored: Generation, { planned, pictureSha256, references, sampler }: AskedEdit): string | undefined {
  const { edit, seed, id, model } = planned;
  if (stored.id !== id) return 'its name';
  if (stored.picture.sha256 !== pictureSha256) return 'its source picture';
  if (JSON.stringify(stored.references ?? []) !== JSON.stringify(references)) return 'its reference pictures';
  if (stored.edit.prompt !== edit.prompt || (stored.edit.negativePrompt ?? '') !== (edit.negativePrompt ?? '')) return 'its prompt';
  if (stored.seed !== seed || !isSampledAlike(stored, samplerOf(sampler, model))) return 'its sampler settings';
  if (stored.model.base !== model.base) return 'its model';
  return undefined;
}

function isSampledAlike(stored: Generation, { steps, guidance, scheduler = 'auto', noise = 'philox', referenceResolution = 1024 }: Sampler): boolean {
  return (
    stored.steps === steps &&
    stored.guidance === guidance &&
    (stored.scheduler ?? 'auto') === scheduler &&
    (stored.noise ?? 'philox') === noise &&
    (stored.referenceResolution ?? 1024) === referenceResolution
  );
}

/** A size that was not asked for is the pipeline's own choice; checkpoints make whole tokens of 16 pixels, as many as fit. */
export function hasAskedSize({ output, engine }: Generation, { width, height }: Sampler): boolean {
  const fits = (made: number, asked: number | undefined) => asked === undefined || made === asked || (engine?.sampling !== undefined && made === Math.max(1, Math.floor(asked / 16)) * 16);
  return fits(output.width, width) && fits(output.height, height);
}

/** The content decides where its hash is known: a new commit of a repository may hold the same file. */
function sameModel(stored: Generation['model'], { entry, revision, fileSha256, transformer, loras }: ResolvedModel): boolean {
  if (JSON.stringify(stored.transformer) !== JSON.stringify(transformer)) return false;
  if (stored.base !== entry.base || JSON.stringify(stored.loras) !== JSON.stringify(loras)) return false;
  if (fileSha256 !== undefined || stored.fileSha256 !== undefined) return stored.fileSha256 === fileSha256;
  return stored.revision === revision;
}
