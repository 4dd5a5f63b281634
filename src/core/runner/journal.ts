import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import type { Outcome } from '../outcome';
import type { StepRun } from './runState';

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
  constructor(private readonly file: string) {}

  async append(entry: JournalEntry): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await appendFile(this.file, `${JSON.stringify(entry)}\n`);
  }

  /** `isMine` tells which steps this process is running now; another start without an end means that its run died. */
  async read(isMine: (stepId: string) => boolean): Promise<JournalState> {
    const text = await readFile(this.file, 'utf8').catch(() => '');
    const steps = new Map<string, StepRun>();
    const agreedGates = new Map<string, string>();
    const elsewhere = new Map<string, ProcessName>();
    for (const entry of entriesOf(text)) {
      switch (entry.kind) {
        case 'started':
          steps.set(entry.stepId, { kind: 'interrupted', since: entry.at });
          elsewhere.set(entry.stepId, entry.process);
          break;
        case 'finished':
          steps.set(entry.stepId, runOf(entry));
          elsewhere.delete(entry.stepId);
          break;
        case 'reset':
          steps.delete(entry.stepId);
          elsewhere.delete(entry.stepId);
          break;
        case 'agreed':
          agreedGates.set(entry.gateId, entry.at);
      }
    }
    for (const [stepId, owner] of elsewhere) {
      if (isMine(stepId) || !isAlive(owner)) elsewhere.delete(stepId);
      else steps.delete(stepId);
    }
    return { steps, agreedGates, elsewhere };
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

function runOf({ at, milliseconds, outcome }: Extract<JournalEntry, { kind: 'finished' }>): StepRun {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done', at, milliseconds, summary: outcome.summary };
    case 'failed':
      return { kind: 'failed', at, milliseconds, failure: outcome.failure };
    case 'cancelled':
      return { kind: 'cancelled', at };
    case 'needsPerson':
      return { kind: 'needsPerson', at, reason: outcome.reason };
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
