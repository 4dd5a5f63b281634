import type { Readable } from 'node:stream';

export interface PulseOptions {
  /** How often is looked. */
  readonly checkMilliseconds: number;
  /** Looks without a beat after which the process counts as frozen. */
  readonly silentChecks: number;
  /** Looks without any processor time and without a word after which it counts as stuck. */
  readonly idleChecks: number;
}

/**
 * Watches a child's heartbeat while it works. Looks are counted instead of seconds, so that a host which was itself
 * suspended does not take its own sleep for the child's.
 */
export class Pulse {
  private beats = 0;
  private processorMilliseconds = 0;
  private heard = 0;

  constructor(
    heartbeat: Readable,
    private readonly options: PulseOptions,
  ) {
    let rest = '';
    heartbeat.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      this.beats += lines.length;
      this.processorMilliseconds = Number(lines.at(-1)) || this.processorMilliseconds;
    });
    heartbeat.on('error', () => undefined);
  }

  /** The child said something: it is not stuck. */
  hear(): void {
    this.heard++;
  }

  /** Calls `lost` once when the pulse is gone, unless what is returned was called before. */
  watch(lost: (why: 'silent' | 'idle') => void): () => void {
    let silent = 0;
    let idle = 0;
    let { beats, heard, processorMilliseconds } = this;
    const timer = setInterval(() => {
      // Where no beat ever came, as through a descriptor that the system does not pass on, silence says nothing.
      silent = this.beats === beats && beats > 0 ? silent + 1 : 0;
      const works = this.heard !== heard || this.processorMilliseconds - processorMilliseconds > idleMilliseconds;
      idle = works ? 0 : idle + 1;
      ({ beats, heard, processorMilliseconds } = this);
      const why = silent >= this.options.silentChecks ? 'silent' : idle >= this.options.idleChecks ? 'idle' : undefined;
      if (why === undefined) return;
      clearInterval(timer);
      lost(why);
    }, this.options.checkMilliseconds);
    timer.unref();
    return () => clearInterval(timer);
  }
}

/** The heartbeat itself takes a little processor time. */
const idleMilliseconds = 100;
