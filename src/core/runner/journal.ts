import { appendFile, mkdir, open } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Outcome } from '../outcome';
import { stepRunOf, type StepRun } from './runState';

/** One line of `journal.jsonl`. Append-only, so that a kill can cost at most the last line. */
export type JournalEntry =
  | { readonly kind: 'started'; readonly at: string; readonly stepId: string; readonly process: ProcessName }
  | { readonly kind: 'finished'; readonly at: string; readonly stepId: string; readonly milliseconds: number; readonly outcome: Outcome }
  | { readonly kind: 'agreed'; readonly at: string; readonly gateId: string }
  | { readonly kind: 'reset'; readonly at: string; readonly stepId: string };

export interface ProcessName {
  readonly pid: number;
  readonly host: string;
}

export interface JournalState {
  readonly steps: ReadonlyMap<string, StepRun>;
  readonly agreedGates: ReadonlyMap<string, string>;
  /** Steps that another living process of this machine is running. */
  readonly elsewhere: ReadonlyMap<string, ProcessName>;
}

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

  /** `isMine` tells which steps this process is running now; another start without an end means that its run died. */
  async read(isMine: (stepId: string) => boolean): Promise<JournalState> {
    const caughtUp = this.turn.then(() => this.catchUp());
    this.turn = caughtUp.catch(() => undefined);
    await caughtUp;
    return this.known.state(isMine);
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

/** What the entries so far come to. */
class KnownEntries {
  private readonly steps = new Map<string, StepRun>();
  private readonly agreedGates = new Map<string, string>();
  private readonly started = new Map<string, ProcessName>();

  take(entry: JournalEntry): void {
    switch (entry.kind) {
      case 'started':
        this.steps.set(entry.stepId, { kind: 'interrupted', since: entry.at });
        this.started.set(entry.stepId, entry.process);
        break;
      case 'finished':
        this.steps.set(entry.stepId, stepRunOf(entry.outcome, entry.at, entry.milliseconds));
        this.started.delete(entry.stepId);
        break;
      case 'reset':
        this.steps.delete(entry.stepId);
        this.started.delete(entry.stepId);
        break;
      case 'agreed':
        this.agreedGates.set(entry.gateId, entry.at);
    }
  }

  clear(): void {
    for (const map of [this.steps, this.agreedGates, this.started]) map.clear();
  }

  state(isMine: (stepId: string) => boolean): JournalState {
    const elsewhere = new Map([...this.started].filter(([stepId, owner]) => !isMine(stepId) && isAlive(owner)));
    const steps = new Map([...this.steps].filter(([stepId]) => !elsewhere.has(stepId)));
    return { steps, agreedGates: new Map(this.agreedGates), elsewhere };
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

function isAlive({ pid, host }: ProcessName): boolean {
  // Of another machine nothing is known; its step counts as interrupted, which asks the person before it runs again.
  if (host !== hostname()) return false;
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
