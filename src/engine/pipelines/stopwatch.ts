/** Seconds by stage; a stage that comes twice adds up. */
export class Stopwatch {
  private readonly stages = new Map<string, number>();

  async time<Value>(stage: string, work: () => Promise<Value>): Promise<Value> {
    const begun = performance.now();
    try {
      return await work();
    } finally {
      this.stages.set(stage, (this.stages.get(stage) ?? 0) + performance.now() - begun);
    }
  }

  /** To the millisecond. */
  get seconds(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.stages].map(([stage, milliseconds]) => [stage, Math.round(milliseconds) / 1000]));
  }
}
