import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { ActionContext } from '../../../../src/core/actions/action';
import type { Evaluation, ExecutorSettings } from '../../../../src/core/evaluation/evaluation';
import { matrixPart, type MatrixPart } from '../../../../src/core/evaluation/matrixPart';
import type { OpenMatrix } from '../../../../src/core/evaluation/parts/matrixFolder';
import { planMatrix } from '../../../../src/core/execution/planMatrix';
import { makeSampleModels } from '../../../../test_data/make/models';
import { makeContext, temporaryFolder } from '../../actionContext';
import { sampleEvaluation } from '../evaluation/sampleEvaluation';

export interface ManyPictures {
  readonly folder: string;
  readonly results: string;
  readonly evaluation: Evaluation;
  context(overrides?: Partial<ActionContext>): ReturnType<typeof makeContext>;
  matrix(models?: string): Promise<MatrixPart>;
  /** Parts of about `target` seconds, at one second an edit. */
  open(target: number, executor?: ExecutorSettings): Promise<OpenMatrix>;
  sidecars(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

/** A workspace with small models and as many pictures as asked for. */
export async function manyPictures(count: number, changes: Partial<Evaluation> = {}): Promise<ManyPictures> {
  const folder = await mkdtemp(temporaryFolder);
  const results = path.join(folder, 'results');
  const models = makeSampleModels();
  await mkdir(path.join(folder, 'models'));
  for (const name of ['base', 'angles', 'relight']) await writeFile(path.join(folder, 'models', `${name}.onnx`), models[name] ?? '');
  await mkdir(path.join(folder, 'pictures'));
  for (let index = 0; index < count; index++) {
    const face = Buffer.from(`<svg width="96" height="128"><rect width="96" height="128" fill="#cdd"/><circle cx="48" cy="55" r="${15 + index}" fill="#c86"/></svg>`);
    await sharp(face).jpeg().toFile(path.join(folder, 'pictures', `test_${String(index).padStart(2, '0')}.jpg`));
  }
  const evaluation = sampleEvaluation(changes);
  await writeFile(path.join(folder, 'evaluation.json'), JSON.stringify(evaluation));
  const context = (overrides: Partial<ActionContext> = {}) => makeContext(folder, { evaluation: async () => ({ ok: true, value: evaluation }), ...overrides });
  const matrix = async (selected = 'all') => {
    const part = await matrixPart(selected, context());
    if (!part.ok) throw new Error(part.failure.message);
    return part.value;
  };
  return {
    folder, results, evaluation, context, matrix,
    open: async (target, executor = { kind: 'local' }) => {
      const planned = await planMatrix({ matrix: await matrix(), paths: context().paths, executor, cacheFolder: path.join(folder, 'cache'), needed: [], target: () => target });
      if (!planned.ok) throw new Error(planned.failure.message);
      return planned.value;
    },
    sidecars: async () => (await readdir(results, { recursive: true })).filter((name) => name.endsWith('--7.json')),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
