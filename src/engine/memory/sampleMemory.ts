import { parentPort } from 'node:worker_threads';
import { deviceMemory } from './nvidiaSmi';

export type SamplerRequest = { readonly kind: 'start'; readonly of: 'ram' | 'vram' } | { readonly kind: 'stop' };

export interface Samples {
  readonly peakBytes: number;
  readonly averageBytes: number;
  readonly count: number;
  /** Undefined unless the device's memory was asked for: whether the figures are this process's own. */
  readonly own?: boolean;
}

/** The thread that looks at memory at intervals: the main thread is blocked while a model computes. */
export function sampleMemory(): void {
  const port = parentPort;
  if (!port) return;
  let sampler: Sampler | undefined;
  port.on('message', (request: SamplerRequest) => {
    sampler?.stop();
    if (request.kind === 'stop') {
      const samples = sampler?.samples();
      sampler = undefined;
      port.postMessage(samples);
    } else {
      sampler = new Sampler(request.of);
      port.postMessage('started');
    }
  });
}

class Sampler {
  private peak = 0;
  private sum = 0;
  private count = 0;
  private own: boolean | undefined;
  private busy = false;
  private readonly timer: NodeJS.Timeout;

  constructor(of: 'ram' | 'vram') {
    if (of === 'ram') {
      this.take(process.memoryUsage.rss());
      this.timer = setInterval(() => this.take(process.memoryUsage.rss()), 5);
    } else {
      void this.ask();
      this.timer = setInterval(() => void this.ask(), 200);
    }
  }

  stop(): void {
    clearInterval(this.timer);
  }

  samples(): Samples {
    return { peakBytes: this.peak, averageBytes: this.count === 0 ? 0 : Math.round(this.sum / this.count), count: this.count, ...(this.own === undefined ? {} : { own: this.own }) };
  }

  private take(bytes: number): void {
    this.peak = Math.max(this.peak, bytes);
    this.sum += bytes;
    this.count++;
  }

  private async ask(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const found = await deviceMemory(process.pid);
    this.busy = false;
    if (!found) return;
    this.own = found.own;
    this.take(found.bytes);
  }
}
