import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import { readEvaluation } from '../evaluation/evaluationFile';
import { matricesFolder } from '../evaluation/parts/matrixFolder';
import { insideWorkspace } from '../evaluation/workspacePath';
import { Submissions } from './slurm/submissions';

/** Whether a cluster still carries out something of this plan: then a start only has to watch it again, however long ago it began. */
export async function runsElsewhere({ planFolder, workspace }: Pick<PlanPaths, 'planFolder' | 'workspace'>): Promise<boolean> {
  const evaluation = await readEvaluation(path.join(planFolder, 'evaluation.json'));
  if (!evaluation.ok || evaluation.value.executor?.kind !== 'slurm') return false;
  const results = await insideWorkspace(workspace, evaluation.value.results);
  if (!results.ok) return false;
  const runs = path.join(results.value, matricesFolder);
  for (const name of await readdir(runs).catch(() => [])) {
    if ((await Submissions.read({ folder: path.join(runs, name) })).open.length > 0) return true;
  }
  return false;
}
