import type { EditProgress, EditRequest } from '../../core/evaluation/inference';
import type { FileRecord, LoraRecord, SamplingRecord } from '../../core/evaluation/generation';
import type { Result } from '../../core/outcome';
import type { Picture } from '../pictures/loadPicture';

/** A loaded model that edits pictures. */
export interface Pipeline {
  /** Its class in `model_index.json`, or `onnx`. */
  readonly name: string;
  /** `cuda`, `webgpu`, `coreml`, `directml` or `cpu`: what it really runs on. */
  readonly device: string;
  readonly precision: string;
  /** What came up while it was loaded; part of every edit's warnings. */
  readonly warnings: readonly string[];
  /** Whether each edit may come with other LoRAs on the same base. */
  readonly swapsLoras: boolean;
  edit(job: PipelineJob): Promise<Result<PipelineOutput>>;
  dispose(): Promise<void>;
}

export interface PipelineJob {
  readonly request: EditRequest;
  /** The request's pictures, at least one. */
  readonly pictures: readonly Picture[];
  /** Looked at between stages: a stage itself cannot be interrupted. */
  readonly signal: AbortSignal;
  progress(report: EditProgress): void;
}

export interface PipelineOutput {
  readonly picture: Picture;
  readonly warnings: readonly string[];
  /** For the sidecar. */
  readonly details: PipelineDetails;
}

export interface PipelineDetails {
  readonly files: readonly FileRecord[];
  readonly loras: readonly LoraRecord[];
  readonly sampling?: SamplingRecord;
  readonly attention?: string;
  /** Seconds of each stage. */
  readonly stages: Readonly<Record<string, number>>;
}
