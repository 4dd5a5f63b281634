import type { ShellMark } from './shellMarks';
import type { ShellWatch } from './shellSession';
import { TextTail } from './terminalText';

export type TurnEnd =
  | { readonly kind: 'mark'; readonly exitCode: number; readonly folder: string }
  /** The shell went away under the command. */
  | { readonly kind: 'gone'; readonly exitCode: number | undefined; readonly message: string | undefined };

/** One command from being typed into the shell to the mark behind its output. */
export class ShellTurn {
  /** Resolves when the command itself runs; what was printed before is the shell's echo. */
  readonly begun: Promise<void>;
  readonly ended: Promise<TurnEnd>;
  private hasBegun = false;
  private readonly tail = new TextTail(maximumCharacters);
  private settleBegun: () => void = () => {};
  private settleEnded: (end: TurnEnd) => void = () => {};

  constructor(
    readonly id: number,
    private readonly watch: Pick<ShellWatch, 'output' | 'quiet'> = { quiet: true },
  ) {
    this.begun = new Promise((resolve) => (this.settleBegun = resolve));
    this.ended = new Promise((resolve) => (this.settleEnded = resolve));
  }

  /** Whether the mark is output that a person should see. */
  receive(mark: ShellMark): boolean {
    if (mark.kind === 'output') {
      this.tail.add(mark.text);
      if (this.hasBegun) this.watch.output?.(mark.text);
    } else if (mark.id !== this.id) {
      // A prompt that was drawn again belongs to a command that is over.
    } else if (mark.kind === 'begin') {
      this.hasBegun = true;
      this.tail.clear();
      this.settleBegun();
    } else {
      this.end({ kind: 'mark', exitCode: mark.exitCode, folder: mark.folder });
    }
    return this.hasBegun && !this.watch.quiet;
  }

  end(end: TurnEnd): void {
    this.settleBegun();
    this.settleEnded(end);
  }

  text(): string {
    return this.tail.text();
  }
}

const maximumCharacters = 1_000_000;

/** Whether the promise settles in time. */
export async function within(promise: Promise<unknown>, milliseconds: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), milliseconds)));
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
