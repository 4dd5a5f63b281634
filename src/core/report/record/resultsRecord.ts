import type { Evaluation } from '../../evaluation/evaluation';
import type { EngineRecord, Generation } from '../../evaluation/generation';
import type { OutputFigures } from '../../images/comparison/measureCache';
import type { Summary } from '../../review/summary';
import type { Answer } from '../answers';
import type { DecisionPart } from '../decision';

/**
 * `results.json` beside the plan: what the runs made, with what, on which machine, and what people decided. Documents are
 * functions of it and of `ratings.jsonl`, so that they can be rebuilt where the outputs themselves are not.
 */
export interface ResultsRecord {
  readonly version: 1;
  /** The plan's short name. */
  readonly change: string;
  /** As it was when this was written. */
  readonly evaluation: Evaluation;
  readonly survey?: RecordedSurvey;
  /** Tables that generations point into by key, so that nothing is said a hundred times. */
  readonly environments: Readonly<Record<string, RunEnvironment>>;
  readonly models: Readonly<Record<string, Generation['model']>>;
  readonly pictures: Readonly<Record<string, Generation['picture']>>;
  readonly edits: Readonly<Record<string, Generation['edit']>>;
  readonly generations: readonly RecordedGeneration[];
  readonly ratings: RecordedRatings;
  /** Ids of generations that a person picked; by rule where this is missing. */
  readonly examples?: RecordedExamples;
  /** Small pictures that were made beside documents, relative to the workspace, with the beginning of their SHA-256. */
  readonly assets?: Readonly<Record<string, string>>;
  /** What people wrote about each option, by its letter. */
  readonly options: Readonly<Record<string, readonly Answer[]>>;
  /** Markdown, as people wrote it. */
  readonly decision: Readonly<Partial<Record<DecisionPart, string>>>;
}

/** What an output was made on and with. */
export interface RunEnvironment {
  readonly device: string;
  readonly precision: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly machine?: Machine;
  /** What shaped the pixels beside what was asked for. */
  readonly engine?: Omit<EngineRecord, 'stages'>;
}

export interface Machine {
  /** "linux x64" */
  readonly system: string;
  readonly processor: string;
  readonly memoryBytes: number;
  /** Name and driver of each; only where inference ran on one. */
  readonly graphics?: readonly string[];
}

/** A sidecar, with what others have too replaced by its key. `output.file` is relative to the results folder. */
export type RecordedGeneration = Omit<Generation, 'version' | 'picture' | 'edit' | 'model' | 'device' | 'precision' | 'versions' | 'engine'> & {
  readonly picture: string;
  readonly edit: string;
  readonly model: string;
  readonly environment: string;
  /** Seconds of each stage of the edit. */
  readonly stages?: EngineRecord['stages'];
  /** What was measured of it, by name; absent until it is. */
  readonly measures?: OutputFigures;
};

export interface RecordedRatings {
  /** Of `ratings.jsonl`; absent while there is none. */
  readonly sha256?: string;
  readonly summary: Summary;
  /** Of pictures that were replaced or are gone. */
  readonly setAside: number;
}

export interface RecordedExamples {
  readonly best: readonly string[];
  readonly worst: readonly string[];
}

export interface RecordedSurvey {
  readonly fetchedAt: string;
  readonly query?: string;
  readonly base?: string;
  readonly candidates: readonly RecordedCandidate[];
}

/** What a results document says of a candidate; everything else stays in `survey.json`. */
export interface RecordedCandidate {
  readonly repository: string;
  readonly revision: string;
  readonly category?: string;
  readonly license?: string;
  readonly likes: number;
  readonly downloads: number;
  readonly compatibility?: string;
  readonly verdict?: string;
  /** Mean of the relevance scores, 1 to 5. */
  readonly relevance?: number;
  readonly excluded?: string;
  readonly selected: boolean;
}
