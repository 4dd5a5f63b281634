/** `evaluation.json`: what is edited, how, with which models, and by which criteria a person judges. */
export interface Evaluation {
  readonly version: 1;
  readonly name: string;
  /** Where models come from: the Hub of the settings, or the sample's own hub on loopback. */
  readonly hub?: 'default' | 'sample';
  readonly pictures: PictureSource;
  readonly edits: readonly Edit[];
  readonly models: readonly ModelEntry[];
  readonly sampler: Sampler;
  readonly engine: EngineSettings;
  readonly criteria: readonly Criterion[];
  readonly failureModes: readonly string[];
  readonly limits: Limits;
  /** How a blind review checks its own rater; not at all when left out. */
  readonly review?: ReviewChecks;
  readonly measurements?: Measurements;
  /** Folder of the generations, relative to the workspace folder. */
  readonly results: string;
  /** Who carries the run matrix out; one engine of this machine when left out. */
  readonly executor?: ExecutorSettings;
}

export type ExecutorSettings = LocalSettings | SlurmSettings;

/** Engines of this machine. */
export interface LocalSettings {
  readonly kind: 'local';
  /** GPUs by their numbers, as nvidia-smi counts them: one engine for each. The usual one when left out. */
  readonly devices?: readonly number[];
}

/** A cluster. What is left out is left to Slurm's own defaults. */
export interface SlurmSettings {
  readonly kind: 'slurm';
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** `gpu:1`: one engine uses one GPU. */
  readonly gres?: string;
  /** Limit of one job, as sbatch takes it: minutes, `HH:MM:SS` or `D-HH:MM:SS`. A part stops before it and is continued. */
  readonly time?: string;
  /** `64G` */
  readonly mem?: string;
  readonly constraint?: string;
  /** Processors of one job. */
  readonly cpus?: number;
  /** How many parts may run at once. */
  readonly maxRunning?: number;
  /** Modules that a job loads. */
  readonly modules?: readonly string[];
  /** Shell lines that a job runs before Evalmark. */
  readonly setup?: readonly string[];
  /** Image in which Evalmark is installed, run by Apptainer or Singularity with the workspace folder and the cache inside. */
  readonly container?: { readonly image: string; readonly runtime?: 'apptainer' | 'singularity' };
  /** `user@host` of a login node, reached by ssh; this machine submits when left out. */
  readonly remote?: string;
  /** The workspace folder as the nodes see it; the same path as here when left out. */
  readonly folder?: string;
  /** The Hub's cache as the nodes see it; the same path as here when left out. */
  readonly cache?: string;
  /** How a node starts Evalmark, as a shell writes it; this very installation when left out. */
  readonly command?: string;
  /** Length of a part to aim at; 20 when left out. */
  readonly partMinutes?: number;
}

export interface PictureSource {
  /** Relative to the workspace folder. */
  readonly folder: string;
  /** Names inside the folder; all pictures in it when left out. */
  readonly files?: readonly string[];
}

export interface Edit {
  readonly id: string;
  readonly kind: 'background' | 'lighting' | 'angle' | 'style' | 'other';
  readonly prompt: string;
  readonly negativePrompt?: string;
  /** Only for these models; for all when left out. */
  readonly models?: readonly string[];
  /** Further pictures that the prompt speaks of as Picture 2, 3 …: names inside the folder of pictures. */
  readonly references?: readonly string[];
  /** What a source shows and what the output should show, for the direction that CLIP measures. */
  readonly captions?: readonly [string, string];
}

/** A base model, or a base model with LoRAs on top. */
export interface ModelEntry {
  /** Short, safe as a folder name: `base`, `multiple-angles`. */
  readonly id: string;
  readonly title?: string;
  /** `owner/name` on the Hub, or a folder or file inside the workspace. */
  readonly base: string;
  /** Commit; the newest when left out, pinned at the first download. */
  readonly revision?: string;
  /** A single file of the repository, such as `model.onnx`, when the pipeline is one. */
  readonly file?: string;
  /** A GGUF file whose weights take the place of the transformer's in the checkpoint. */
  readonly transformer?: TransformerEntry;
  readonly loras?: readonly LoraEntry[];
  /** How pixels are given to a single-file model that does not say so itself. */
  readonly range?: PixelRange;
  /** What it was chosen for: `base`, `angles`, `identity`, `lighting`, `reference`. */
  readonly category?: string;
  /** Where this model needs other settings than the rest, as distilled ones do. */
  readonly sampler?: ModelSampler;
}

export type ModelSampler = Partial<Pick<Sampler, 'steps' | 'guidance' | 'scheduler'>>;

/** Values of black and white. */
export type PixelRange = '0..1' | '-1..1' | '0..255';

export interface LoraEntry {
  readonly repository: string;
  readonly revision?: string;
  readonly file?: string;
  /** Multiplies the LoRA's own scale; 1 when left out. */
  readonly scale?: number;
}

export type TransformerEntry = Pick<LoraEntry, 'repository' | 'revision' | 'file'>;

export interface Sampler {
  readonly steps: number;
  /** True classifier-free guidance: every step runs twice when it is over 1. */
  readonly guidance: number;
  readonly seeds: readonly number[];
  /** Output size in pixels; the pipeline's own rule when left out. */
  readonly width?: number;
  readonly height?: number;
  /** `auto`, also when left out: Lightning's own schedule under a Lightning LoRA, else the checkpoint's. */
  readonly scheduler?: SchedulerChoice;
  readonly noise?: NoiseKind;
  /** Side of the square of whose area each source picture is read, in pixels; 1024 when left out, as diffusers does. */
  readonly referenceResolution?: number;
}

export type SchedulerChoice = 'auto' | 'checkpoint' | 'lightning';

/** `philox`: from seed and place alone, when left out. `torch`: what torch's generator on the CPU gives for the seed. */
export type NoiseKind = 'philox' | 'torch';

export interface EngineSettings {
  readonly device: 'auto' | 'cuda' | 'webgpu' | 'coreml' | 'directml' | 'cpu';
  readonly precision: 'auto' | 'float32' | 'bfloat16' | 'float16' | 'int8' | 'int4' | 'nf4';
}

export interface ReviewChecks {
  /** Cells that hide the untouched source or a degraded output among the outputs. */
  readonly anchors?: number;
  /** Share of the cells, 0 to 0.5, that are shown a second time without saying so. */
  readonly repeats?: number;
}

export interface Measurements {
  /** Where networks that measure lie as ONNX files, relative to the workspace folder; only the Hub's cache when left out. */
  readonly folder?: string;
}

export interface Limits {
  readonly memoryGigabytes?: number;
  readonly secondsPerEdit?: number;
  /** Share of outputs, 0 to 1, in which the character must be the same. */
  readonly sameCharacterShare?: number;
}

export type Criterion = ScaleCriterion | YesNoCriterion | CountCriterion;

interface CriterionBase {
  /** `identity`, `edit`, `same`, `artifacts`. */
  readonly id: string;
  readonly label: string;
  /** Share in the overall score; 0 leaves it out. */
  readonly weight: number;
}

export interface ScaleCriterion extends CriterionBase {
  readonly kind: 'scale';
  readonly minimum: number;
  readonly maximum: number;
  /** What the ends mean, lowest first. */
  readonly anchors?: readonly [string, string];
}

export interface YesNoCriterion extends CriterionBase {
  readonly kind: 'yesNo';
}

export interface CountCriterion extends CriterionBase {
  readonly kind: 'count';
}
