import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { MemoryUse } from '../../core/evaluation/generation';
import type { SamplerRequest, Samples } from './sampleMemory';

export interface MemoryReport {
  readonly use: MemoryUse;
  readonly warnings: readonly string[];
}

/** Peak and average memory between `start` and `stop`, from a thread that goes on while this one computes. */
export class MemoryWatch {
  private worker: Worker | undefined;
  private kind: 'ram' | 'vram' | undefined;

  async start(kind: 'ram' | 'vram'): Promise<void> {
    this.kind = kind;
    await this.ask({ kind: 'start', of: kind });
  }

  async stop(): Promise<MemoryReport> {
    const kind = this.kind;
    this.kind = undefined;
    const samples = kind === undefined ? undefined : ((await this.ask({ kind: 'stop' })) as Samples | undefined);
    if (samples && samples.count > 0) {
      return {
        use: { kind: kind ?? 'ram', peakBytes: samples.peakBytes, averageBytes: samples.averageBytes },
        warnings: samples.own === false ? ['The memory figures are those of the whole device: this process could not be told apart.'] : [],
      };
    }
    const bytes = process.memoryUsage.rss();
    return {
      use: { kind: 'ram', peakBytes: bytes, averageBytes: bytes },
      warnings: kind === 'vram' ? ["nvidia-smi did not answer; the figures are the process's own memory."] : [],
    };
  }

  private ask(request: SamplerRequest): Promise<unknown> {
    const entry = process.argv[1];
    if (entry === undefined) return Promise.resolve(undefined);
    this.worker ??= this.startWorker(entry);
    const worker = this.worker;
    // A thread that ended, as for want of memory, answers nothing any more.
    const heard = new AbortController();
    const message = once(worker, 'message', { signal: heard.signal }).then(([said]: readonly unknown[]) => said);
    const end = once(worker, 'exit', { signal: heard.signal }).then(() => undefined);
    const answer = Promise.race([message, end])
      .catch(() => undefined)
      .finally(() => heard.abort());
    worker.postMessage(request);
    return answer;
  }

  private startWorker(entry: string): Worker {
    const worker = new Worker(entry);
    worker.unref();
    worker.once('exit', () => (this.worker = undefined));
    return worker;
  }
}
