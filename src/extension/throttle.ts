/** Lets a call through at once and then at most one every `milliseconds`; the last one is never lost. */
export class Throttle {
  private timer: NodeJS.Timeout | undefined;
  private waiting = false;

  constructor(
    private readonly milliseconds: number,
    private readonly call: () => void,
  ) {}

  ask(): void {
    if (this.timer) {
      this.waiting = true;
      return;
    }
    this.call();
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.waiting) return;
      this.waiting = false;
      this.ask();
    }, this.milliseconds);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = false;
  }
}
