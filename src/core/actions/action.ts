import type { Evaluation } from '../evaluation/evaluation';
import type { InferenceEngine } from '../evaluation/inference';
import type { HubConnection } from '../hub/connection';
import type { Outcome, Result } from '../outcome';
import type { Phase, Plan, Step, Task } from '../plan/plan';
import type { GivenDecision } from '../report/givenDecision';
import type { ShellSession } from '../shell/shellSession';

/**
 * What runs when a step runs. `Arguments` are plain strings so that a link can be written into the plan as a comment
 * and read back; an action checks them and fails with advice.
 */
export interface Action {
  readonly name: ActionName;
  run(step: LinkedStep, context: ActionContext): Promise<Outcome>;
}

export const actionNames = [
  'shell', 'check', 'directories', 'directories.ignore',
  'survey', 'survey.filter', 'survey.review', 'survey.document', 'card', 'relevance', 'select',
  'login', 'download', 'download.verify', 'download.note',
  'pictures.select', 'pictures.check', 'pictures.import', 'pictures.document',
  'script', 'infer', 'infer.verify', 'infer.vram', 'infer.notes',
  'review', 'review.examples', 'analyze', 'document', 'options', 'decide', 'commit', 'push', 'manual',
] as const;

export type ActionName = (typeof actionNames)[number];

export type ActionArguments = Readonly<Record<string, string>>;

/** A step and what was linked to it. */
export interface LinkedStep {
  readonly step: Step;
  readonly task: Task;
  readonly phase: Phase;
  readonly link: Link;
}

export interface Link {
  readonly action: ActionName;
  readonly arguments: ActionArguments;
  /** Why, for the hover: "the step names one model, and line 153 of its task fetches it". */
  readonly reason: string;
  /** `rule`: found; `person`: written as a comment; `none`: nothing fits, so a person must say. */
  readonly origin: 'rule' | 'person' | 'none';
  /** Equally good targets; not empty means that a person must choose before it can run. */
  readonly candidates: readonly ActionArguments[];
}

/** What the outside world offers to an action. The extension, the CLI and a test each give their own. */
export interface ActionContext {
  readonly plan: Plan;
  readonly paths: PlanPaths;
  readonly signal: AbortSignal;
  readonly log: Logger;
  readonly ask: Ask;
  readonly shell: ShellSession;
  readonly settings: RunSettings;
  readonly now: () => Date;
  progress(report: Progress): void;
  /** Called where work can rest without loss: resolves at once, or when paused runs go on. Left out where nobody pauses. */
  mayGoOn?(): Promise<void>;
  /** Resolves how to reach the Hub; the sample's hub is started on first use. */
  hub(): Promise<Result<HubConnection>>;
  /** Puts a token into the secret storage, so that `hub()` uses it from now on. Left out where there is none. */
  keepToken?(token: string): Promise<void>;
  /** @param device which GPU the engine is for, by its number; the usual engine when left out */
  inference(device?: number): Promise<Result<InferenceEngine>>;
  /** How another process starts this installation's command line, word by word; left out where there is none. */
  readonly ownCommand?: readonly string[];
  /** Reads `evaluation.json`, and makes it from the plan when there is none. */
  evaluation(): Promise<Result<Evaluation>>;
  /** To be told of every file written, so that a commit takes these and nothing else. Absolute path. */
  wrote(path: string): void;
}

/** All absolute. */
export interface PlanPaths {
  /** Nothing is written outside it, but for the Hub's cache and `storage`. */
  readonly workspace: string;
  readonly plan: string;
  /** Where `evaluation.json`, `survey.json`, `ratings.jsonl` and `model-survey.md` lie: the plan's own folder. */
  readonly planFolder: string;
  /** Machine state that nobody edits: journal, logs, thumbnails. */
  readonly storage: string;
}

export interface RunSettings {
  /** Minimum pixels of the shorter side of a source picture. */
  readonly minimumPictureSide: number;
  /** Variance of the Laplacian under which a picture counts as soft. */
  readonly minimumSharpness: number;
  readonly commitMessage: string;
  /** Bytes over which a picture is never committed. */
  readonly maximumCommittedPicture: number;
  readonly rater: string;
  readonly downloadConnections: number;
  /** Over all downloads; as fast as it goes when 0 or left out. */
  readonly downloadBytesPerSecond?: number;
  /** Bytes over which a download shows its files first; never when left out. */
  readonly downloadAskAbove?: number;
  /** Folders of other programs in which models may lie already. */
  readonly modelFolders?: readonly string[];
}

export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

export interface Progress {
  /** What is going on now, a few words: "transformer/…-00003-of-00005.safetensors". */
  readonly message?: string;
  readonly completed?: number;
  readonly total?: number;
  readonly unit?: 'bytes' | 'items';
  /** Units a second over the last seconds. */
  readonly speed?: number;
  readonly secondsLeft?: number;
  /** How far the thing that is made is, as a small PNG. */
  readonly picture?: Uint8Array;
  /** What it runs on: `cuda:0`, `cpu`. */
  readonly device?: string;
  /** The most memory that an edit of this run has taken so far. */
  readonly memory?: { readonly kind: 'vram' | 'ram'; readonly peakBytes: number };
  /** What several workers do at once, the liveliest first; not all where they are many. */
  readonly parts?: readonly PartProgress[];
}

/** How far one part of the run matrix is. */
export interface PartProgress {
  /** `part 3: base, relight` */
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'stopped' | 'done' | 'failed';
  readonly completed: number;
  readonly total: number;
  /** Generations a second. */
  readonly speed?: number;
  readonly secondsLeft?: number;
  /** Most that one of its edits took so far. */
  readonly memory?: { readonly kind: 'vram' | 'ram'; readonly peakBytes: number };
  /** Where it runs, or why it waits. */
  readonly where?: string;
  /** What it is at, or why it failed. */
  readonly message?: string;
}

/** A person to ask. Where nobody is there (CLI without a terminal), every call resolves to `undefined`. */
export interface Ask {
  /** What the person has said of a decision beforehand; steps that would ask for it take it as it is. */
  readonly said?: GivenDecision;
  /** Whether `look` shows panels in which a person works. */
  readonly panels?: boolean;
  choose(question: ChooseQuestion): Promise<readonly string[] | undefined>;
  /** `undefined`: nobody answered, or the question was dismissed. */
  confirm(question: ConfirmQuestion): Promise<boolean | undefined>;
  text(question: TextQuestion): Promise<string | undefined>;
  files(question: FilesQuestion): Promise<readonly string[] | undefined>;
  /** Opens a panel or document, and resolves when the person is done with it (`true`) or left it (`false`). */
  look(what: Look): Promise<boolean | undefined>;
}

export interface ChooseQuestion {
  readonly title: string;
  readonly placeholder?: string;
  readonly options: readonly ChooseOption[];
  readonly many?: boolean;
}

export interface ChooseOption {
  readonly id: string;
  readonly label: string;
  readonly description?: string;
  readonly picked?: boolean;
}

export interface ConfirmQuestion {
  readonly title: string;
  readonly detail?: string;
  /** What agreeing does, as a verb: "Push". */
  readonly agree: string;
  /** `gate`: `--yes` answers it; `danger`: only a person does (push, overwrite). */
  readonly kind: 'gate' | 'question' | 'danger';
  /** A person's text and what would replace it, for whoever can show both; `detail` holds the difference in words. */
  readonly compare?: { readonly name: string; readonly before: string; readonly after: string };
}

export interface TextQuestion {
  readonly title: string;
  readonly prompt?: string;
  readonly value?: string;
  readonly password?: boolean;
  readonly multiline?: boolean;
}

export interface FilesQuestion {
  readonly title: string;
  readonly pictures: boolean;
  readonly many: boolean;
}

export type Look =
  | { readonly kind: 'review'; readonly planPath: string; readonly modelIds?: readonly string[]; readonly criterion?: string }
  | { readonly kind: 'survey'; readonly planPath: string; readonly repository?: string; readonly page?: 'list' | 'relevance' | 'select' }
  | { readonly kind: 'card'; readonly planPath: string; readonly repository: string; readonly title: string; readonly markdown: string }
  | PicturesLook
  | { readonly kind: 'document'; readonly path: string }
  /** A page of the Hub, in the person's browser. */
  | { readonly kind: 'page'; readonly address: string };

/** The source pictures, to be chosen or put right. */
export interface PicturesLook {
  readonly kind: 'pictures';
  readonly planPath: string;
  /** Of the evaluation's pictures; relative to the workspace. */
  readonly folder: string;
  /** How many the plan asks for. */
  readonly count?: number;
  /** How they are to be named: `test_01.jpg`. */
  readonly pattern?: string;
}
