import type { Evaluation } from '../evaluation';

/** A share of the run matrix that one worker carries out by itself. */
export type Part = EditPart | DownloadPart;

/** Generations that share what is dear to load: consecutive in the order of `orderedMatrix`. */
export interface EditPart {
  readonly kind: 'edit';
  /** Its number, from 0, over all kinds of parts. */
  readonly index: number;
  /** Place of the first generation in the ordered matrix, and of the first behind the last. */
  readonly from: number;
  readonly to: number;
  /** Ids of its models, for people. */
  readonly models: readonly string[];
  /** Loading included; measured where sidecars tell, else estimated. */
  readonly seconds: number;
}

/** Models that have to be in the shared cache before the edits can begin. */
export interface DownloadPart {
  readonly kind: 'download';
  readonly index: number;
  readonly repositories: readonly NeededRepository[];
}

export interface NeededRepository {
  readonly repository: string;
  readonly revision?: string;
  readonly file?: string;
}

/**
 * `matrix.json`: all that a worker needs to carry out a part, whichever machine it runs on. It lies in the shared results
 * folder, and paths in it start from there, so that a folder mounted elsewhere is the same folder.
 */
export interface MatrixFile {
  readonly version: 1;
  /** From what is asked for alone: the same question has the same matrix, however often it is put. */
  readonly id: string;
  /** The workspace folder, relative to the folder of this file. */
  readonly workspace: string;
  /** The plan's folder, relative to the workspace folder. */
  readonly planFolder: string;
  /** The Hub's cache, relative to the workspace folder where it lies inside, else absolute as the workers see it. */
  readonly cacheFolder: string;
  readonly evaluation: Evaluation;
  readonly modelIds: readonly string[];
  /** Names in the evaluation's folder of pictures. */
  readonly pictures: readonly string[];
  /** SHA-256 of the ordered ids: another version of Evalmark that orders them in another way must not run it. */
  readonly order: string;
  readonly parts: readonly Part[];
}
