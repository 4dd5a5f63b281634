import type { Result } from '../outcome';
import type { EngineSettings, NoiseKind, PixelRange, SchedulerChoice } from './evaluation';
import type { EngineRecord, MemoryUse } from './generation';

/**
 * What an action asks of the engine. Implemented by `engine/client.ts` over a child process; tests give their own.
 * Requests are queued; a model that stays the same between two edits stays loaded.
 */
export interface InferenceEngine {
  edit(request: EditRequest, watch: EditWatch): Promise<Result<EditResult>>;
  /** Ends the child; the next edit starts a new one. */
  dispose(): Promise<void>;
}

export interface EditWatch {
  readonly signal: AbortSignal;
  progress(report: EditProgress): void;
}

export interface EditProgress {
  readonly stage: 'starting' | 'loading' | 'encoding' | 'sampling' | 'decoding' | 'saving';
  readonly step?: number;
  readonly steps?: number;
  /** To the end of this stage, from the steps that are done; undefined before the second. */
  readonly secondsLeft?: number;
  /** How far the picture is, as a small PNG: only where it was asked for. */
  readonly preview?: Uint8Array;
}

export interface EditRequest {
  readonly model: LocalModel;
  /** Absolute paths, at least one. */
  readonly pictures: readonly string[];
  readonly prompt: string;
  readonly negativePrompt?: string;
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  readonly width?: number;
  readonly height?: number;
  /** `auto` when left out. */
  readonly scheduler?: SchedulerChoice;
  /** `philox` when left out. */
  readonly noise?: NoiseKind;
  /** 1024 when left out. */
  readonly referenceResolution?: number;
  /**
   * What else this run will ask about the same base. Where memory is short, a text encoder that has to be loaded encodes
   * all of it at once, because the transformer has to go for it.
   */
  readonly upcoming?: readonly UpcomingPrompt[];
  /** After how many steps each a preview is shown; none when left out. It changes nothing of the picture. */
  readonly previewSteps?: number;
  readonly engine: EngineSettings;
  /** Absolute path of the PNG to write; written atomically, its folder exists. */
  readonly output: string;
}

export type UpcomingPrompt = Pick<EditRequest, 'pictures' | 'prompt' | 'negativePrompt' | 'guidance'>;

/** A model whose files are on this disk. */
export interface LocalModel {
  /** A single model file, or the folder of a diffusers checkpoint. */
  readonly path: string;
  /** A GGUF file in the place of the checkpoint's transformer. */
  readonly transformer?: string;
  readonly loras: readonly { readonly path: string; readonly scale: number }[];
  /** LoRAs that other edits of this run put on the same base: the model is made ready for them, so that it loads once. */
  readonly otherLoras?: readonly string[];
  /** For a single file that does not say it in its metadata. */
  readonly range?: PixelRange;
}

export interface EditResult {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
  /** Seconds of loading that this edit had to wait for; 0 when the model was loaded already. */
  readonly loadSeconds: number;
  readonly editSeconds: number;
  readonly memory: MemoryUse;
  readonly device: string;
  readonly precision: string;
  readonly warnings: readonly string[];
  /** Runtime and library versions that shaped the output. */
  readonly versions: Readonly<Record<string, string>>;
  readonly record?: EngineRecord;
}
