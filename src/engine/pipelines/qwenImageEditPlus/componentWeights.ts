import path from 'node:path';
import type { EngineSettings } from '../../../core/evaluation/evaluation';
import type { EditWatch } from '../../../core/evaluation/inference';
import { fail, ok, type Failure, type Result } from '../../../core/outcome';
import { cachePlaces } from '../../engineCache';
import { quantisedWeights } from '../../weights/quantisedWeights';
import type { CacheOptions } from '../../weights/quantisedCache';
import type { QuantisedPrecision } from '../../weights/quantisePlan';
import type { Checkpoint } from './checkpoint';
import type { ComponentWeights } from './components';

export interface PackingOptions {
  readonly precision: EngineSettings['precision'];
  readonly cacheFolder: string | undefined;
  readonly watch: EditWatch;
}

/** The weights as they are stored, or in few bits where that is asked for: packed once, kept in the cache. */
export async function componentWeights({ transformer, textEncoder, onnx }: Checkpoint, { precision, cacheFolder, watch }: PackingOptions): Promise<Result<ComponentWeights>> {
  if (!isQuantised(precision)) return ok({ transformer: transformer.weights, textEncoder: textEncoder.weights });
  if (cacheFolder === undefined) return fail(noCache(precision));
  const packedTransformer = onnx.transformer ? ok(transformer.weights) : await quantisedWeights(transformer.weights, precision, packingInto(cacheFolder, watch, 'transformer'));
  if (!packedTransformer.ok) return packedTransformer;
  const packedTextEncoder = await quantisedWeights(textEncoder.weights, precision, packingInto(cacheFolder, watch, 'textEncoder'));
  if (!packedTextEncoder.ok) return packedTextEncoder;
  return ok({ transformer: packedTransformer.value, textEncoder: packedTextEncoder.value });
}

/** Where packed weights are kept. Both components are about as large; packing is told in hundredths of both. */
export function packingInto(cacheFolder: string, watch: EditWatch, component: keyof ComponentWeights): CacheOptions {
  const before = component === 'transformer' ? 0 : 50;
  return {
    folder: path.join(cacheFolder, cachePlaces.weights),
    signal: watch.signal,
    onProgress: ({ done, total }) => watch.progress({ stage: 'loading', step: before + Math.floor((50 * done) / total), steps: 100 }),
  };
}

export function isQuantised(precision: EngineSettings['precision']): precision is QuantisedPrecision {
  return precision === 'int4' || precision === 'int8' || precision === 'nf4';
}

function noCache(precision: string): Failure {
  return { code: 'no-cache', message: `Weights cannot be packed in ${precision}: there is no folder to keep them in.`, advice: 'Set "precision" to "auto" in evaluation.json.', short: 'no cache folder' };
}
