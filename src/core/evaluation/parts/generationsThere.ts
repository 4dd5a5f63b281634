import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readGeneration, sha256Of, sidecarOf } from '../generations';
import { referencePictures } from '../referencePictures';
import { resolveModel, type ModelPlaces, type ResolvedModel } from '../resolveModel';
import { hasAskedSize, sameRequest, whyOther } from '../sameRequest';
import type { OpenMatrix } from './matrixFolder';

/**
 * Ids of what need not be made again, by the sidecars alone: outputs are not hashed, which for 100,000 of them would take
 * longer than a cluster needs to make a part. The worker of a part hashes its own.
 */
export async function generationsThere({ ordered, matrix, pictureFolder, resultsFolder }: OpenMatrix, places: ModelPlaces): Promise<ReadonlySet<string>> {
  const { sampler, models } = matrix.evaluation;
  const resolved = new Map<string, ResolvedModel | undefined>();
  for (const entry of models) {
    if (!matrix.modelIds.includes(entry.id)) continue;
    const found = await resolveModel(entry, places);
    resolved.set(entry.id, found.ok ? found.value : undefined);
  }
  const hashes = new Map<string, Promise<string | undefined>>();
  const hashOf = (file: string): Promise<string | undefined> => {
    const known = hashes.get(file) ?? sha256Of(path.join(pictureFolder, file));
    hashes.set(file, known);
    return known;
  };
  const there = new Set<string>();
  for (const planned of ordered) {
    const output = path.join(resultsFolder, planned.file);
    const stored = await readGeneration(sidecarOf(output));
    if (!stored || !hasAskedSize(stored.generation, sampler) || !(await exists(output))) continue;
    const pictureSha256 = await hashOf(planned.picture);
    const references = await referencePictures(planned.edit, hashOf);
    if (pictureSha256 === undefined || !references.ok) continue;
    const asked = { planned, pictureSha256, references: references.value, sampler };
    const model = resolved.get(planned.model.id);
    if (model ? sameRequest(stored.generation, asked, model) : whyOther(stored.generation, asked) === undefined) there.add(planned.id);
  }
  return there;
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
