import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { fail, type Failure, type Result } from '../../outcome';
import type { EditRequest, EditResult, EditWatch, InferenceEngine } from '../inference';

export interface Guard {
  /** Absolute; on the file system of the results, and of this worker alone. */
  readonly workFolder: string;
  /** Whether the outputs of this worker still count. */
  mayPublish(): Promise<boolean>;
  /** When the worker has to be gone: milliseconds since 1970. */
  readonly until: number | undefined;
  /** Called once when nothing more may be begun; what is running is cancelled by the signal that this aborts. */
  stop(reason: StopReason): void;
}

export type StopReason = 'time' | 'claim' | 'signal';

/**
 * An engine whose outputs appear in the results folder whole and only while the worker holds its part: an edit writes
 * into the worker's own folder, and is renamed into place once the claim was looked at again.
 */
export class GuardedEngine implements InferenceEngine {
  private longest = 0;

  constructor(
    private readonly engine: InferenceEngine,
    private readonly guard: Guard,
  ) {}

  async edit(request: EditRequest, watch: EditWatch): Promise<Result<EditResult>> {
    const { workFolder, until } = this.guard;
    if (until !== undefined && Date.now() + 1000 * this.longest > until) return this.stopped('time');
    if (!(await this.guard.mayPublish())) return this.stopped('claim');
    const output = path.join(workFolder, path.basename(request.output));
    await mkdir(workFolder, { recursive: true });
    const result = await this.engine.edit({ ...request, output }, watch);
    if (!result.ok) return result;
    const { loadSeconds, editSeconds } = result.value;
    this.longest = Math.max(this.longest, editSeconds + (this.longest === 0 ? 0 : loadSeconds));
    if (!(await this.guard.mayPublish())) return this.stopped('claim');
    await rename(output, request.output);
    return result;
  }

  /** Ends nothing but this worker's own files: the engine belongs to who gave it. */
  async dispose(): Promise<void> {
    await rm(this.guard.workFolder, { recursive: true, force: true });
  }

  private stopped(reason: StopReason): { readonly ok: false; readonly failure: Failure } {
    this.guard.stop(reason);
    return fail({ code: 'cancelled', message: 'The part was stopped.', advice: 'Run it again; finished edits are kept.', short: 'stopped' });
  }
}
