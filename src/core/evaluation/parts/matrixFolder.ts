import { createHash } from 'node:crypto';
import { link, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../outcome';
import { writeFailure } from '../../report/replaceFile';
import { checkEvaluation } from '../evaluationCheck';
import type { PlannedGeneration } from '../runMatrix';
import { orderedMatrix, orderOf } from './orderedMatrix';
import type { MatrixFile, Part } from './part';

/** Where the run matrices of an evaluation keep their files: below the results folder, which all workers share. */
export const matricesFolder = '.runs';

/** A matrix file that was read, with its places on this machine. */
export interface OpenMatrix {
  readonly matrix: MatrixFile;
  /** Absolute, as all here. Holds `matrix.json` and what is known of its parts. */
  readonly folder: string;
  readonly workspace: string;
  readonly pictureFolder: string;
  readonly resultsFolder: string;
  readonly cacheFolder: string;
  readonly ordered: readonly PlannedGeneration[];
}

/** Twelve hexadecimal digits from everything that makes one matrix another one. */
export function matrixId(question: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(question)).digest('hex').slice(0, 12);
}

/** Writes `matrix.json` unless it is there: of two processes that plan the same run, both use the first one's parts. */
export async function createMatrix(folder: string, matrix: MatrixFile): Promise<Result<OpenMatrix>> {
  const file = path.join(folder, 'matrix.json');
  const temporary = path.join(folder, `.matrix.${process.pid}.${Date.now()}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(temporary, `${JSON.stringify(matrix, undefined, 1)}\n`, { flag: 'wx' });
    await link(temporary, file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } catch (error) {
    return fail(writeFailure(file, error));
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
  return openMatrix(file);
}

/** Reads a matrix file and finds its folders from where it lies. */
export async function openMatrix(file: string): Promise<Result<OpenMatrix>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    return fail(unreadable(file, error instanceof Error ? error.message : String(error)));
  }
  const problem = whatIsWrong(value);
  if (problem !== undefined) return fail(unreadable(file, problem));
  const matrix = value as MatrixFile;
  const folder = path.dirname(path.resolve(file));
  const workspace = path.resolve(folder, matrix.workspace);
  const { evaluation } = matrix;
  const ordered = orderedMatrix(evaluation, matrix.modelIds, matrix.pictures);
  if (orderOf(ordered) !== matrix.order) return fail(otherVersion(file));
  return ok({
    matrix,
    folder,
    workspace,
    pictureFolder: path.resolve(workspace, evaluation.pictures.folder),
    resultsFolder: path.resolve(workspace, evaluation.results),
    cacheFolder: path.resolve(workspace, matrix.cacheFolder),
    ordered,
  });
}

/** When everything is made, the sidecars say it all. */
export async function forgetMatrix({ folder }: Pick<OpenMatrix, 'folder'>): Promise<void> {
  await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  // Fails where other matrices are still carried out.
  await rmdir(path.dirname(folder)).catch(() => undefined);
}

/** Where a part keeps its claim, its report and what is not finished. */
export function partFolder({ folder }: Pick<OpenMatrix, 'folder'>, { index }: Pick<Part, 'index'>): string {
  return path.join(folder, 'parts', String(index));
}

function whatIsWrong(value: unknown): string | undefined {
  const { version, workspace, cacheFolder, planFolder, order, evaluation, modelIds, pictures, parts } = (value ?? {}) as Partial<Record<keyof MatrixFile, unknown>>;
  if (version !== 1) return 'it is of another version';
  if (![workspace, cacheFolder, planFolder, order].every((text) => typeof text === 'string')) return 'a path is missing';
  if (![modelIds, pictures].every((list) => Array.isArray(list) && list.every((name) => typeof name === 'string'))) return 'models or pictures are missing';
  const away = (pictures as readonly string[]).find((name) => path.basename(name) !== name || name.startsWith('.'));
  if (away !== undefined) return `"${away}" is no name of a picture`;
  const [problem] = checkEvaluation(evaluation);
  if (problem !== undefined) return problem;
  if (!Array.isArray(parts) || !parts.every(isPart)) return 'a part is malformed';
  return undefined;
}

function isPart(value: unknown, index: number): boolean {
  const part = (value ?? {}) as Record<string, unknown>;
  if (part['index'] !== index) return false;
  if (part['kind'] === 'download') return Array.isArray(part['repositories']);
  return part['kind'] === 'edit' && Number.isSafeInteger(part['from']) && Number.isSafeInteger(part['to']) && Array.isArray(part['models']);
}

function unreadable(file: string, problem: string): Failure {
  return { code: 'matrix-unreadable', message: `${file} cannot be used: ${problem}.`, advice: 'Run the step again in the editor or with "evalmark run"; it writes the file anew.', short: 'no matrix' };
}

function otherVersion(file: string): Failure {
  return {
    code: 'matrix-other-version',
    message: `${file} was written by a version of Evalmark that orders edits in another way.`,
    advice: 'Install the same version on the cluster and where you plan runs.',
    short: 'other version',
  };
}
