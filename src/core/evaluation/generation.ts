import type { NoiseKind, SchedulerChoice } from './evaluation';

/** The sidecar JSON beside each output picture: everything needed to judge and to repeat it. */
export interface Generation {
  readonly version: 1;
  /** Model id, picture name without ending, edit id and seed, joined: `base/test_01--forest--7`. */
  readonly id: string;
  readonly modelId: string;
  readonly picture: { readonly file: string; readonly sha256: string; readonly width: number; readonly height: number };
  /** Further pictures that the edit refers to. */
  readonly references?: readonly { readonly file: string; readonly sha256: string }[];
  readonly edit: { readonly id: string; readonly kind: string; readonly prompt: string; readonly negativePrompt?: string };
  readonly model: {
    readonly base: string;
    readonly revision?: string;
    readonly file?: string;
    readonly fileSha256?: string;
    /** Where its weights are not the base's own. */
    readonly transformer?: { readonly repository: string; readonly revision?: string; readonly file: string };
    readonly loras: readonly { readonly repository: string; readonly revision?: string; readonly scale: number }[];
  };
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  /** As asked for; what was done is in `engine`. */
  readonly scheduler?: SchedulerChoice;
  readonly noise?: NoiseKind;
  readonly referenceResolution?: number;
  readonly device: string;
  readonly precision: string;
  readonly output: { readonly file: string; readonly sha256: string; readonly width: number; readonly height: number };
  readonly seconds: { readonly load: number; readonly edit: number };
  readonly memory: MemoryUse;
  readonly warnings: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
  /** What the engine did. Missing in sidecars of other tools. */
  readonly engine?: EngineRecord;
  readonly createdAt: string;
}

/** Beside what was asked for: all that shaped the pixels, enough to make them again bit for bit on the same device. */
export interface EngineRecord {
  /** Class in `model_index.json`, or `onnx` for a single file. */
  readonly pipeline: string;
  /** Weights and configurations that were read. */
  readonly files: readonly FileRecord[];
  readonly loras: readonly LoraRecord[];
  readonly sampling?: SamplingRecord;
  /** Kernel of the attention: `multiHead` or `plain`. */
  readonly attention?: string;
  /** Seconds of each stage of this edit: `text`, `source`, `sampling`, `decoding`, `saving`. */
  readonly stages: Readonly<Record<string, number>>;
}

export interface FileRecord {
  /** Relative to the checkpoint's folder, with `/`. */
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
}

export interface LoraRecord extends FileRecord {
  /** `peft`, `kohya`, …: by which convention its tensors are named. */
  readonly format: string;
  readonly scale: number;
  readonly rank: number;
  readonly matched: number;
  readonly unmatched: number;
}

export interface SamplingRecord {
  readonly scheduler: 'checkpoint' | 'lightning';
  /** Noise levels, one more than steps. */
  readonly sigmas: readonly number[];
  readonly noise: NoiseKind;
  /** 1 where it had no effect, as without a negative prompt. */
  readonly guidance: number;
  /** Width and height that each input picture was encoded at: as latents, and for the text encoder. */
  readonly sources: readonly { readonly latents: readonly [number, number]; readonly prompt: readonly [number, number] }[];
}

export interface MemoryUse {
  /** VRAM of the device, or the child's resident memory where inference ran on the CPU. */
  readonly kind: 'vram' | 'ram';
  readonly peakBytes: number;
  readonly averageBytes: number;
}
