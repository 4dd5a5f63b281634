import type { EditProgress, EditRequest } from '../../core/evaluation/inference';
import type { Result } from '../../core/outcome';
import type { Picture } from '../pictures/loadPicture';

/** A loaded model that edits pictures. */
export interface Pipeline {
  /** `cuda`, `webgpu`, `coreml`, `directml` or `cpu`: what it really runs on. */
  readonly device: string;
  readonly precision: string;
  /** What came up while it was loaded; part of every edit's warnings. */
  readonly warnings: readonly string[];
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
}
