import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '../outcome';

/** What the journal tells of past runs, step by step. */
export interface RunHistory {
  /** All attempts together, in milliseconds, waiting for a person included. */
  readonly spent: ReadonlyMap<string, number>;
  /** Of steps whose last run failed. */
  readonly failures: ReadonlyMap<string, Failure>;
}

/** Empty where there is no journal; lines that a kill left torn are left out. */
export async function readRunHistory(storage: string): Promise<RunHistory> {
  const text = await readFile(path.join(storage, 'journal.jsonl'), 'utf8').catch(() => '');
  const spent = new Map<string, number>();
  const failures = new Map<string, Failure>();
  for (const line of text.split('\n')) {
    const entry = entryOf(line);
    if (entry?.kind !== 'finished' || typeof entry.stepId !== 'string') continue;
    if (typeof entry.milliseconds === 'number') spent.set(entry.stepId, (spent.get(entry.stepId) ?? 0) + entry.milliseconds);
    const { outcome } = entry;
    if (outcome?.kind === 'failed' && outcome.failure) failures.set(entry.stepId, outcome.failure);
    else failures.delete(entry.stepId);
  }
  return { spent, failures };
}

interface FinishedEntry {
  readonly kind?: unknown;
  readonly stepId?: unknown;
  readonly milliseconds?: unknown;
  readonly outcome?: { readonly kind?: unknown; readonly failure?: Failure };
}

function entryOf(line: string): FinishedEntry | undefined {
  try {
    return line.trim() === '' ? undefined : (JSON.parse(line) as FinishedEntry);
  } catch {
    return undefined;
  }
}
