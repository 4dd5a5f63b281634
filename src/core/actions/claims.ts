import { stat } from 'node:fs/promises';
import path from 'node:path';
import { readEvaluation } from '../evaluation/evaluationFile';
import { matrixPart } from '../evaluation/matrixPart';
import { insideWorkspace } from '../evaluation/workspacePath';
import { findSnapshot } from '../hub/cache';
import { listPictures } from '../images/listPictures';
import type { Failure } from '../outcome';
import type { Plan } from '../plan/plan';
import type { ActionName, Link, PlanPaths } from './action';

export interface ClaimContext {
  readonly paths: PlanPaths;
  /** Where downloaded models lie, absolute. */
  readonly cacheFolder: string;
}

/**
 * Steps that are ticked although what they were to deliver is not there: looks at files only and runs nothing, so that it
 * can be asked while somebody types. By step id.
 */
export async function falseClaims(plan: Pick<Plan, 'steps'>, links: ReadonlyMap<string, Link>, context: ClaimContext): Promise<ReadonlyMap<string, Failure>> {
  const found = new Map<string, Failure>();
  for (const step of plan.steps) {
    const link = step.state === 'done' ? links.get(step.id) : undefined;
    const failure = await (link && checks[link.action]?.(link.arguments, context));
    if (failure) found.set(step.id, failure);
  }
  return found;
}

type Check = (args: Link['arguments'], context: ClaimContext) => Promise<Failure | undefined>;

const checks: Readonly<Partial<Record<ActionName, Check>>> = {
  directories: ({ path: folder }, { paths }) => missing(folder, paths, 'folder'),
  script: ({ file }, { paths }) => missing(file, paths, 'script'),
  document: ({ file }, { paths }) => missing(file, paths, 'document'),
  'survey.document': async ({ file = 'model-survey.md' }, { paths }) => ((await exists(path.join(paths.planFolder, path.basename(file)))) ? undefined : missing(file, paths, 'document')),
  analyze: async (_args, { paths }) => ((await exists(path.join(paths.planFolder, 'analysis.md'))) ? undefined : notThere('analysis.md', 'document')),
  'pictures.import': async ({ folder }, { paths }) => {
    const target = folder === undefined ? undefined : await insideWorkspace(paths.workspace, folder);
    if (!target?.ok || (await listPictures(target.value)).length > 0) return undefined;
    return { code: 'claim-pictures', message: `There are no pictures in ${folder ?? ''}.`, advice: redo, short: 'no pictures' };
  },
  infer: outputsMissing,
  'infer.verify': outputsMissing,
  download: async ({ repository, revision }, { cacheFolder }) => {
    if (repository === undefined || !repository.includes('/') || (await findSnapshot(cacheFolder, repository, revision))) return undefined;
    return { code: 'claim-download', message: `${repository} is not in the model cache of this machine.`, advice: redo, short: 'not downloaded' };
  },
};

/** An evaluation that cannot be read is its own problem, shown where it is. */
async function outputsMissing({ models = 'all' }: Link['arguments'], { paths }: ClaimContext): Promise<Failure | undefined> {
  const part = await matrixPart(models, { paths, evaluation: () => readEvaluation(path.join(paths.planFolder, 'evaluation.json')) });
  if (!part.ok) return undefined;
  const { planned, resultsFolder } = part.value;
  const there = await Promise.all(planned.map(({ file }) => exists(path.join(resultsFolder, file))));
  const count = there.filter((one) => !one).length;
  if (count === 0) return undefined;
  return { code: 'claim-outputs', message: `${count} of ${planned.length} outputs are not there.`, advice: redo, short: `${count} outputs missing` };
}

async function missing(file: string | undefined, { workspace }: PlanPaths, what: string): Promise<Failure | undefined> {
  const target = file === undefined ? undefined : await insideWorkspace(workspace, file);
  return !target?.ok || (await exists(target.value)) ? undefined : notThere(file ?? '', what);
}

function notThere(file: string, what: string): Failure {
  return { code: `claim-${what}`, message: `The ${what} ${file} is not there.`, advice: redo, short: `no ${what}` };
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

const redo = 'The step is ticked all the same: run it again, or mark it as to do.';
