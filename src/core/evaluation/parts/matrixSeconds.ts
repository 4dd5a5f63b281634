import type { Evaluation, ModelEntry, Sampler } from '../evaluation';
import type { Generation } from '../generation';
import type { PlannedGeneration } from '../runMatrix';
import { samplerOf } from '../samplerOf';
import { baseKey } from './orderedMatrix';

/** How long things take, as far as is known. */
export interface MatrixSeconds {
  /** Of one edit, without loading. */
  edit(planned: PlannedGeneration): number;
  /** Of loading a base, once for each part. */
  readonly load: number;
  /** Share of the models, 0 to 1, whose seconds were measured. */
  readonly measuredShare: number;
}

/**
 * From the sidecars of earlier runs: the median of the model itself, else of models on the same base scaled by their
 * passes through the transformer, else an estimate.
 */
export function matrixSeconds(evaluation: Evaluation, modelIds: readonly string[], earlier: readonly Pick<Generation, 'modelId' | 'seconds'>[]): MatrixSeconds {
  const models = evaluation.models.filter(({ id }) => modelIds.includes(id));
  const measured = new Map<string, number>();
  for (const { id } of evaluation.models) {
    const seconds = earlier.filter(({ modelId, seconds: { edit } }) => modelId === id && edit > 0).map(({ seconds: { edit } }) => edit);
    if (seconds.length > 0) measured.set(id, median(seconds));
  }
  const known = new Map(models.map((model) => [model.id, measured.get(model.id) ?? fromSibling(model, evaluation, measured) ?? estimated(model, evaluation.sampler)]));
  const loads = earlier.map(({ seconds: { load } }) => load).filter((load) => load > 0);
  const isMeasured = models.filter(({ id }) => measured.has(id)).length;
  return {
    edit: ({ model }) => known.get(model.id) ?? 1,
    load: loads.length > 0 ? Math.max(...loads) : models.every(isSingleFile) ? 1 : estimatedLoad,
    measuredShare: models.length === 0 ? 0 : isMeasured / models.length,
  };
}

function fromSibling(model: ModelEntry, { models, sampler }: Evaluation, measured: ReadonlyMap<string, number>): number | undefined {
  const sibling = models.find((other) => measured.has(other.id) && baseKey(other) === baseKey(model));
  const seconds = sibling && measured.get(sibling.id);
  return sibling === undefined || seconds === undefined ? undefined : (seconds * passes(model, sampler)) / passes(sibling, sampler);
}

/** Half a second for each pass at a megapixel, and four for encoding and decoding: what one H200 is reckoned to need in 16 bits. */
function estimated(model: ModelEntry, sampler: Sampler): number {
  if (isSingleFile(model)) return 1;
  const megapixels = ((sampler.width ?? 1024) * (sampler.height ?? 1024)) / 1024 ** 2;
  return 4 + 0.5 * passes(model, sampler) * megapixels;
}

/** Reading 58 GB at 1 GB/s. */
const estimatedLoad = 60;

/** Passes through the transformer; guidance doubles them. */
function passes(model: ModelEntry, common: Sampler): number {
  const { steps, guidance } = samplerOf(common, model);
  return steps * (guidance > 1 ? 2 : 1);
}

function isSingleFile({ base, file }: ModelEntry): boolean {
  return (file ?? base).endsWith('.onnx');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
