import type { Attention } from './attention';

export interface Question<Answer> {
  readonly title: string;
  /** The plan's path, and the step where one asks. */
  readonly plan: string;
  readonly stepId: string | undefined;
  /** Ends the question unanswered. */
  readonly signal: AbortSignal | undefined;
  /** It opens a tab, beside which other questions can be put. */
  readonly besideOthers?: boolean;
  /** Puts it before the person; hides it when the signal aborts. */
  show(signal: AbortSignal): Promise<Answer | undefined>;
}

export interface WaitingQuestion {
  readonly title: string;
  readonly plan: string;
  readonly stepId: string | undefined;
}

/**
 * Questions of running steps, one before the person at a time, but for those that open a tab. Without attention they wait here until the person asks
 * for them; `announce` says so in whatever way is quiet enough.
 */
export class QuestionDesk {
  private readonly entries: Entry[] = [];
  private showing = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly attention: Attention,
    private readonly announce: (question: WaitingQuestion) => void,
  ) {}

  get waiting(): readonly WaitingQuestion[] {
    return this.entries;
  }

  onChange(listener: () => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  put<Answer>(question: Question<Answer>): Promise<Answer | undefined> {
    if (question.signal?.aborted) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const ended = new AbortController();
      const { title, plan, stepId } = question;
      const settle = (answer: Answer | undefined): void => {
        question.signal?.removeEventListener('abort', abandon);
        this.remove(entry);
        resolve(answer);
      };
      const abandon = (): void => {
        ended.abort();
        settle(undefined);
      };
      const entry: Entry = {
        title,
        plan,
        stepId,
        shown: false,
        besideOthers: question.besideOthers === true,
        abandon,
        show: async () => {
          try {
            settle(await question.show(ended.signal));
          } finally {
            settle(undefined);
          }
        },
      };
      question.signal?.addEventListener('abort', abandon, { once: true });
      this.entries.push(entry);
      this.changed();
      if (this.attention.isHere) void this.showNext();
      else this.announce(entry);
    });
  }

  /** Shows the oldest question, or the oldest that fits; those behind it follow, as the person is there. */
  async showNext(fits: (question: WaitingQuestion) => boolean = () => true): Promise<void> {
    const entry = this.entries.find((candidate) => !candidate.shown && fits(candidate) && (candidate.besideOthers || !this.showing));
    if (!entry) return;
    entry.shown = true;
    this.showing ||= !entry.besideOthers;
    try {
      await entry.show();
    } finally {
      if (!entry.besideOthers) this.showing = false;
    }
    this.attention.notice();
    await this.showNext();
  }

  /** Takes questions back unanswered. */
  dismiss(fits: (question: WaitingQuestion) => boolean): void {
    for (const entry of this.entries.filter(fits)) entry.abandon();
  }

  private remove(entry: Entry): void {
    const at = this.entries.indexOf(entry);
    if (at >= 0) this.entries.splice(at, 1);
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

interface Entry extends WaitingQuestion {
  shown: boolean;
  readonly besideOthers: boolean;
  abandon(): void;
  show(): Promise<void>;
}
