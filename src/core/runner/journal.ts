import { appendFileSync } from 'node:fs';
import { appendFile, mkdir, open, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import type { JournalEntry } from './journalEntry';
import { KnownEntries, type JournalState } from './knownEntries';
import type { PastRun } from './runState';

/** What ran, kept beside the plan: the file alone says what is done, the journal what happened. */
export class Journal {
  private readonly known = new KnownEntries();
  private readTo = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly file: string) {}

  async append(entry: JournalEntry): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await appendFile(this.file, `${JSON.stringify(entry)}\n`);
  }

  /** For the last moment of a process that may not wait any more. */
  appendNow(entries: readonly JournalEntry[]): void {
    if (entries.length > 0) appendFileSync(this.file, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }

  /** `isMine` tells which steps this process is running now; another start without an end means that its run died. */
  async read(isMine: (stepId: string) => boolean, isMyRun: (runId: string) => boolean = () => false): Promise<JournalState> {
    await this.caughtUp();
    return this.known.state(isMine, isMyRun);
  }

  /** All runs of a step, newest first. */
  async pastRuns(stepId: string): Promise<readonly PastRun[]> {
    await this.caughtUp();
    return this.known.pastRuns(stepId);
  }

  /** Says that a run goes on although it has nothing to write. */
  async touch(): Promise<void> {
    const now = new Date();
    await utimes(this.file, now, now).catch(() => undefined);
  }

  /** When something was last written or touched; undefined without a journal. */
  async lastSign(): Promise<Date | undefined> {
    return (await stat(this.file).catch(() => undefined))?.mtime;
  }

  private async caughtUp(): Promise<void> {
    const caughtUp = this.turn.then(() => this.catchUp());
    this.turn = caughtUp.catch(() => undefined);
    await caughtUp;
  }

  /** Reads what was appended since, by this process or another; all of it where the file was replaced by a shorter one. */
  private async catchUp(): Promise<void> {
    const file = await open(this.file).catch(() => undefined);
    if (!file) return;
    try {
      const { size } = await file.stat();
      if (size < this.readTo) {
        this.known.clear();
        this.readTo = 0;
      }
      const bytes = Buffer.alloc(size - this.readTo);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, this.readTo);
      // Another process may be in the middle of a line.
      const end = bytes.subarray(0, bytesRead).lastIndexOf(0x0a) + 1;
      for (const entry of entriesOf(bytes.toString('utf8', 0, end))) this.known.take(entry);
      this.readTo += end;
    } finally {
      await file.close();
    }
  }
}

function* entriesOf(text: string): Generator<JournalEntry> {
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      yield JSON.parse(line) as JournalEntry;
    } catch {
      // A kill in mid-write leaves half a line; what it was to say is then simply not known.
    }
  }
}
