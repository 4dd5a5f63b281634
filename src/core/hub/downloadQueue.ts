import { setTimeout as delay } from 'node:timers/promises';
import { Semaphore } from './semaphore';

/**
 * What all downloads into one cache share in this process: connections, bandwidth, and whether they are paused. Several steps
 * that download at once take turns here instead of crowding the line.
 */
export class DownloadQueue {
  readonly connections: Semaphore;
  private limit = 0;
  private paused: { readonly until: Promise<void>; resume(): void } | undefined;
  /** Until when the bytes that were let through so far fill the line, in milliseconds of the clock. */
  private filledUntil = 0;

  constructor(connections: number) {
    this.connections = new Semaphore(connections);
  }

  get isPaused(): boolean {
    return this.paused !== undefined;
  }

  /** Bytes a second over all connections; 0 is as fast as it goes. Takes effect with the next piece. */
  set bytesPerSecond(limit: number) {
    this.limit = Math.max(0, limit);
  }

  /** Nothing more is received until `resume`; what has arrived stays. */
  pause(): void {
    if (this.paused) return;
    let resume = (): void => undefined;
    const until = new Promise<void>((resolve) => (resume = resolve));
    this.paused = { until, resume };
  }

  resume(): void {
    const { paused } = this;
    this.paused = undefined;
    paused?.resume();
  }

  /** Waits until a piece may count as received; longer than its share of the bandwidth while paused. */
  async admit(bytes: number, signal: AbortSignal): Promise<void> {
    while (this.paused) await abortable(this.paused.until, signal);
    if (this.limit <= 0) return;
    const now = Date.now();
    this.filledUntil = Math.max(this.filledUntil, now - burst) + (bytes / this.limit) * 1000;
    const wait = this.filledUntil - now;
    if (wait > 0) await delay(wait, undefined, { signal });
  }
}

/** Milliseconds of bandwidth that may be saved up while nothing arrives. */
const burst = 200;

const queues = new Map<string, DownloadQueue>();

/** The one queue of a cache. Its connections are those that the first download asked for. */
export function queueOf(cacheFolder: string, connections: number): DownloadQueue {
  const known = queues.get(cacheFolder);
  if (known) return known;
  const queue = new DownloadQueue(connections);
  if (allPaused) queue.pause();
  queues.set(cacheFolder, queue);
  return queue;
}

let allPaused = false;

/** Every download of this process, those that begin later too. */
export function pauseAllDownloads(paused: boolean): void {
  allPaused = paused;
  for (const queue of queues.values()) {
    if (paused) queue.pause();
    else queue.resume();
  }
}

function abortable(work: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
    void work.then(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
  });
}
