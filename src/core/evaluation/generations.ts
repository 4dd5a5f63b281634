import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../outcome';
import { replaceFile } from '../report/replaceFile';
import type { Generation } from './generation';

export interface StoredGeneration {
  readonly generation: Generation;
  /** Absolute. */
  readonly picture: string;
  /** Absolute. */
  readonly sidecar: string;
}

/** Every output of a results folder that has a readable sidecar, by id. Hidden folders hold what is not finished. */
export async function readGenerations(resultsFolder: string): Promise<readonly StoredGeneration[]> {
  const found = new Map<string, StoredGeneration>();
  for await (const sidecar of sidecarsBelow(resultsFolder)) {
    const stored = await readGeneration(sidecar);
    if (stored && !found.has(stored.generation.id)) found.set(stored.generation.id, stored);
  }
  return [...found.values()].sort((left, right) => (left.generation.id < right.generation.id ? -1 : 1));
}

async function* sidecarsBelow(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* sidecarsBelow(path.join(folder, entry.name));
    else if (entry.isFile() && entry.name.endsWith('.json')) yield path.join(folder, entry.name);
  }
}

/** One sidecar; `undefined` when it is missing, torn by a kill, or not ours. */
export async function readGeneration(sidecar: string): Promise<StoredGeneration | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(sidecar, 'utf8'));
    if (!isGeneration(value)) return undefined;
    // A sidecar speaks of the picture beside it, whatever path it names.
    return { generation: value, picture: path.join(path.dirname(sidecar), path.basename(value.output.file)), sidecar };
  } catch {
    return undefined;
  }
}

/** `results/base/x.png` → `results/base/x.json`. */
export function sidecarOf(picture: string): string {
  return `${picture.slice(0, picture.length - path.extname(picture).length)}.json`;
}

/** Written after the picture, so that a sidecar never speaks of a picture that is not there. */
export async function writeSidecar(file: string, generation: Generation): Promise<Result<void>> {
  return replaceFile(file, `${JSON.stringify(generation, undefined, 2)}\n`);
}

/** Whether the picture beside the sidecar is the one that it speaks of. */
export async function isIntact({ generation, picture }: StoredGeneration): Promise<boolean> {
  return (await sha256Of(picture)) === generation.output.sha256;
}

/** Hexadecimal SHA-256 of a file's content; `undefined` when it cannot be read. */
export async function sha256Of(file: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}

function isGeneration(value: unknown): value is Generation {
  const { version, id, modelId, picture, edit, output, seed, memory, seconds } = (value ?? {}) as Record<string, Record<string, unknown> | undefined>;
  return (
    (version as unknown) === 1 &&
    typeof id === 'string' &&
    typeof modelId === 'string' &&
    typeof seed === 'number' &&
    typeof picture?.['file'] === 'string' &&
    typeof edit?.['id'] === 'string' &&
    typeof output?.['file'] === 'string' &&
    typeof output['sha256'] === 'string' &&
    typeof memory?.['peakBytes'] === 'number' &&
    typeof seconds?.['edit'] === 'number'
  );
}
