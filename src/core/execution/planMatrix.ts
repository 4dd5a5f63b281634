import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import type { ExecutorSettings } from '../evaluation/evaluation';
import { readGenerations } from '../evaluation/generations';
import type { MatrixPart } from '../evaluation/matrixPart';
import { createMatrix, matricesFolder, matrixId, openMatrix, type OpenMatrix } from '../evaluation/parts/matrixFolder';
import { matrixSeconds, type MatrixSeconds } from '../evaluation/parts/matrixSeconds';
import { orderedMatrix, orderOf } from '../evaluation/parts/orderedMatrix';
import type { DownloadPart, EditPart, NeededRepository } from '../evaluation/parts/part';
import { splitParts } from '../evaluation/parts/splitParts';
import type { Result } from '../outcome';

export interface MatrixPlan {
  readonly matrix: MatrixPart;
  readonly paths: Pick<PlanPaths, 'workspace' | 'planFolder'>;
  /** What makes the parts others than those of another executor. */
  readonly executor: ExecutorSettings;
  /** As the workers see it: absolute, or inside the workspace as here. */
  readonly cacheFolder: string;
  /** What has to be in the cache first: a part of its own. */
  readonly needed: readonly NeededRepository[];
  /** Seconds of a part to aim at, once it is known how long things take. */
  target(seconds: MatrixSeconds, total: number): number;
}

/** The matrix of a run, split into parts; the one that is there already where the same was asked before. */
export async function planMatrix({ matrix, paths, executor, cacheFolder, needed, target }: MatrixPlan): Promise<Result<OpenMatrix>> {
  const { evaluation, models, resultsFolder, planned } = matrix;
  const modelIds = models.map(({ id }) => id);
  const pictures = [...new Set(planned.map(({ picture }) => picture))];
  const { sampler, engine, edits, hub } = evaluation;
  const id = matrixId([modelIds, models, pictures, edits, sampler, engine, hub, evaluation.pictures.folder, executor, cacheFolder]);
  const folder = path.join(resultsFolder, matricesFolder, id);
  const known = await openMatrix(path.join(folder, 'matrix.json'));
  if (known.ok) return known;

  const ordered = orderedMatrix(evaluation, modelIds, pictures);
  const seconds = matrixSeconds(evaluation, modelIds, (await readGenerations(resultsFolder)).map(({ generation }) => generation));
  const total = ordered.reduce((sum, one) => sum + seconds.edit(one), 0);
  const edit = splitParts(ordered, seconds, target(seconds, total));
  const download: readonly DownloadPart[] = needed.length === 0 ? [] : [{ kind: 'download', index: edit.length, repositories: needed }];
  return createMatrix(folder, {
    version: 1,
    id,
    workspace: relative(folder, paths.workspace),
    planFolder: relative(paths.workspace, paths.planFolder),
    cacheFolder: isInside(paths.workspace, cacheFolder) ? relative(paths.workspace, cacheFolder) : cacheFolder,
    evaluation,
    modelIds,
    pictures,
    order: orderOf(ordered),
    parts: [...edit, ...download],
  });
}

export function editParts({ matrix }: OpenMatrix): readonly EditPart[] {
  return matrix.parts.filter((part) => part.kind === 'edit');
}

/** `base, relight`; longer lists are cut. */
export function partName({ index, models }: EditPart): string {
  return `part ${index + 1}: ${models.slice(0, 3).join(', ')}${models.length > 3 ? ` and ${models.length - 3} more` : ''}`;
}

function relative(from: string, to: string): string {
  return path.relative(from, to).split(path.sep).join('/') || '.';
}

function isInside(folder: string, file: string): boolean {
  const found = path.relative(folder, file);
  return !found.startsWith('..') && !path.isAbsolute(found);
}
