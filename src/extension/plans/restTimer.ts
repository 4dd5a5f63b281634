/**
 * Calls back when a text has come to rest: never between two keys, and the later, the longer the work takes. Somebody who types on
 * is not held up by what is computed from half a word.
 */
export class RestTimer {
  private timer: NodeJS.Timeout | undefined;
  /** Milliseconds that the work took last. */
  private cost = 0;

  constructor(private readonly work: () => Promise<void>) {}

  /** The text changed. All that this costs is a timer. */
  stir(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), this.rest);
  }

  /** Milliseconds without a change before the work begins. */
  get rest(): number {
    return Math.min(longestRest, Math.max(shortestRest, 4 * this.cost));
  }

  dispose(): void {
    clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    const began = performance.now();
    await this.work();
    this.cost = performance.now() - began;
  }
}

const shortestRest = 150;
const longestRest = 2_000;
