/** Where runs wait while a person has paused them. */
export class PausePoint {
  private held: { readonly until: Promise<void>; release(): void } | undefined;

  get isPaused(): boolean {
    return this.held !== undefined;
  }

  pause(): void {
    if (this.held) return;
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    this.held = { until, release };
  }

  resume(): void {
    const { held } = this;
    this.held = undefined;
    held?.release();
  }

  /** Resolves when nothing is paused, or when the run is stopped. */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.held && !signal.aborted) {
      const { until } = this.held;
      await new Promise<void>((resolve) => {
        const go = (): void => {
          signal.removeEventListener('abort', go);
          resolve();
        };
        signal.addEventListener('abort', go, { once: true });
        void until.then(go);
      });
    }
  }
}
