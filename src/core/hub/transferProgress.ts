import type { Progress } from '../actions/action';

/** Turns bytes as they arrive into reports, a few a second, with the speed of the last seconds. */
export class TransferProgress {
  /** Bytes that came over the network. */
  received = 0;
  private completed = 0;
  private reported = 0;
  private readonly marks: { readonly at: number; readonly received: number }[] = [];

  constructor(
    private readonly total: number,
    private readonly report: ((progress: Progress) => void) | undefined,
  ) {}

  /** What was there before. */
  found(bytes: number, message: string): void {
    this.completed += bytes;
    this.tell(message);
  }

  arrived(bytes: number, message: string): void {
    this.received += bytes;
    this.completed += bytes;
    this.tell(message);
  }

  tell(message: string, now = Date.now()): void {
    if (!this.report || (now - this.reported < reportEvery && this.completed < this.total)) return;
    this.reported = now;
    this.marks.push({ at: now, received: this.received });
    while (this.marks.length > 2 && now - (this.marks[0]?.at ?? now) > window) this.marks.shift();
    const first = this.marks[0];
    const seconds = first ? (now - first.at) / 1000 : 0;
    const speed = first && seconds > 0 ? (this.received - first.received) / seconds : undefined;
    const left = this.total - this.completed;
    this.report({
      message,
      completed: this.completed,
      total: this.total,
      unit: 'bytes',
      ...(speed !== undefined && speed > 0 ? { speed, secondsLeft: left / speed } : {}),
    });
  }
}

const reportEvery = 200;
const window = 5_000;
