/**
 * Whether the person is dealing with Evalmark right now. A question may take the keyboard only then; later ones wait,
 * so that nobody's typing lands in an answer.
 */
export class Attention {
  private last = 0;

  constructor(
    private readonly milliseconds = 20_000,
    private readonly now: () => number = Date.now,
  ) {}

  /** The person did something with Evalmark. */
  notice(): void {
    this.last = this.now();
  }

  get isHere(): boolean {
    return this.now() - this.last <= this.milliseconds;
  }
}
