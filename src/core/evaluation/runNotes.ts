import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Failure } from '../outcome';
import { replaceFile } from '../report/replaceFile';

/** What went wrong or was worth a warning while a generation was made. */
export interface RunNote {
  readonly kind: 'error' | 'warning';
  readonly modelId: string;
  /** Undefined when it concerns the model as a whole. */
  readonly generationId?: string;
  readonly code?: string;
  readonly message: string;
  readonly advice?: string;
  /** ISO date and time. */
  readonly at: string;
}

/** Errors of the newest attempt at each generation; warnings lie in the sidecars. Machine state, in `storage`. */
export async function readRunNotes(storage: string): Promise<readonly RunNote[]> {
  try {
    const value = JSON.parse(await readFile(fileOf(storage), 'utf8')) as { readonly version?: number; readonly notes?: unknown };
    return value.version === 1 && Array.isArray(value.notes) ? (value.notes as readonly unknown[]).filter(isNote) : [];
  } catch {
    return [];
  }
}

/** Replaces what was known about these models and generations; `settled` are those that need no note any more. */
export async function updateRunNotes(storage: string, { added, settled }: { readonly added: readonly RunNote[]; readonly settled: readonly string[] }): Promise<void> {
  const gone = new Set([...settled, ...added.map(subjectOf)]);
  const kept = (await readRunNotes(storage)).filter((note) => !gone.has(subjectOf(note)));
  await replaceFile(fileOf(storage), `${JSON.stringify({ version: 1, notes: [...kept, ...added] }, undefined, 2)}\n`);
}

export function errorNote(failure: Failure, modelId: string, generationId: string | undefined, at: Date): RunNote {
  const { code, message, advice } = failure;
  return { kind: 'error', modelId, ...(generationId === undefined ? {} : { generationId }), code, message, advice, at: at.toISOString() };
}

/** A model's id stands for the model itself; generation ids hold a `/`. */
function subjectOf({ generationId, modelId }: RunNote): string {
  return generationId ?? modelId;
}

function isNote(value: unknown): value is RunNote {
  const { kind, modelId, message } = (value ?? {}) as Partial<RunNote>;
  return (kind === 'error' || kind === 'warning') && typeof modelId === 'string' && typeof message === 'string';
}

function fileOf(storage: string): string {
  return path.join(storage, 'infer-notes.json');
}
