import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Result } from '../outcome';
import { replaceFile } from '../report/replaceFile';
import type { Generation } from './generation';
import { listResults, readGenerationIndex, writeGenerationIndex, type SidecarFile } from './generationIndex';

export interface StoredGeneration {
  readonly generation: Generation;
  /** Absolute. */
  readonly picture: string;
  /** Absolute. */
  readonly sidecar: string;
}

/**
 * Every output of a results folder that has a readable sidecar, by id. Hidden folders hold what is not finished. Where there are many, an index beside them remembers what
 * each said as long as its size and time are the same.
 */
export async function readGenerations(resultsFolder: string): Promise<readonly StoredGeneration[]> {
  const index = await readGenerationIndex(resultsFolder);
  const folders = await listResults(resultsFolder, index);
  const files = folders.flatMap(({ sidecars }) => sidecars);
  const known = files.map((file) => index?.recall(file));
  const read = await mapInSlices(files, async (file, place) => {
    const recalled = known[place];
    return recalled === undefined ? ((await readGeneration(sidecarPath(resultsFolder, file)))?.generation ?? null) : isGeneration(recalled) ? recalled : null;
  });
  if (files.length >= worthAnIndex && known.includes(undefined)) await writeGenerationIndex(resultsFolder, folders, read);
  const found = new Map<string, StoredGeneration>();
  files.forEach((file, place) => {
    const generation = read[place];
    if (generation && !found.has(generation.id)) found.set(generation.id, stored(generation, sidecarPath(resultsFolder, file)));
  });
  return [...found.values()].sort((left, right) => (left.generation.id < right.generation.id ? -1 : 1));
}

/** Below this many reading all sidecars is as fast. */
const worthAnIndex = 500;

/** One sidecar; `undefined` when it is missing, torn by a kill, or not ours. */
export async function readGeneration(sidecar: string): Promise<StoredGeneration | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(sidecar, 'utf8'));
    return isGeneration(value) ? stored(value, sidecar) : undefined;
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

/** A sidecar speaks of the picture beside it, whatever path it names. */
function stored(generation: Generation, sidecar: string): StoredGeneration {
  const folder = sidecar.slice(0, sidecar.lastIndexOf(path.sep) + 1);
  return { generation, picture: folder + path.basename(generation.output.file), sidecar };
}

function sidecarPath(resultsFolder: string, { folder, name }: SidecarFile): string {
  return [resultsFolder, ...(folder === '' ? [] : folder.split('/')), name].join(path.sep);
}

/** Some at a time: more files at once are not read faster, and take memory. */
async function mapInSlices<Item, Made>(items: readonly Item[], make: (item: Item, place: number) => Made | Promise<Made>, size = 64): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (let start = 0; start < items.length; start += size) {
    made.push(...(await Promise.all(items.slice(start, start + size).map((item, offset) => make(item, start + offset)))));
  }
  return made;
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
