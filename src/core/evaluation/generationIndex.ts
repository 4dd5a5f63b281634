import { statSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../report/replaceFile';
import type { Generation } from './generation';
import { packObjects, unpackObjects, type PackedObjects } from './packedGenerations';

/** A sidecar as it lies in the results folder. */
export interface SidecarFile {
  /** Relative to the results folder; empty for the folder itself. */
  readonly folder: string;
  readonly name: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** A folder of the results, or of one inside of it. */
export interface ResultsFolder {
  readonly folder: string;
  /** When something was made, replaced or removed in it last, in milliseconds since 1970. */
  readonly modified: number;
  readonly sidecars: readonly SidecarFile[];
  /** Names of the folders in it. */
  readonly inside: readonly string[];
}

/** What all sidecars of a results folder said when they were read last. */
export interface GenerationIndex {
  /** What a sidecar said, if it is as it was then; `null` for one that is none of ours. */
  recall(file: SidecarFile): Generation | null | undefined;
  /** A big folder that has not changed since, without looking at each file of it. */
  unchanged(folder: string, modified: number): ResultsFolder | undefined;
}

/** The results folder and all folders in it. With an index, big ones in which nothing was made, replaced or removed since are not looked through again. */
export async function listResults(resultsFolder: string, index: GenerationIndex | undefined): Promise<readonly ResultsFolder[]> {
  const names = [''];
  const found: ResultsFolder[] = [];
  for (const folder of names) {
    const modified = (await stat(path.join(resultsFolder, folder)).catch(() => undefined))?.mtimeMs;
    if (modified === undefined) continue;
    const listed = index?.unchanged(folder, modified) ?? (await lookThrough(resultsFolder, folder, modified));
    found.push(listed);
    names.push(...listed.inside.map((name) => (folder === '' ? name : `${folder}/${name}`)));
  }
  return found;
}

/** `undefined` when there is none, or it is of another version or damaged. */
export async function readGenerationIndex(resultsFolder: string): Promise<GenerationIndex | undefined> {
  try {
    const kept = JSON.parse(await readFile(indexFile(resultsFolder), 'utf8')) as IndexFile;
    return kept.version === version ? openIndex(kept) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Keeps what was read. A full disk or a read-only folder costs only time.
 * @param generations what each sidecar says, in the order of the folders; `null` for those that are none of ours
 */
export async function writeGenerationIndex(resultsFolder: string, folders: readonly ResultsFolder[], generations: readonly (Generation | null)[]): Promise<void> {
  const kept: IndexFile = {
    version,
    at: Date.now(),
    folders: folders.map(({ folder, modified, inside }) => [folder, modified, inside]),
    files: packObjects(folders.flatMap(({ sidecars }) => sidecars), []),
    generations: packObjects(generations.map((generation) => generation ?? {}), ['output', 'seconds', 'memory', 'engine']),
  };
  await replaceFile(indexFile(resultsFolder), JSON.stringify(kept));
}

interface IndexFile {
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Each folder, when it was changed last, and the folders in it. */
  readonly folders: readonly (readonly [string, number, readonly string[]])[];
  readonly files: PackedObjects;
  /** In the order of `files`; empty for files that are none of ours. */
  readonly generations: PackedObjects;
}

const version = 1;

/** A file that changes again within the clock's grain looks unchanged, as git knows; so young ones are read again. */
const clockGrain = 2000;

/** In folders with fewer sidecars each is looked at, so that one that was edited in place is noticed too. */
const manyFiles = 2000;

function openIndex({ at, folders, files: packed, generations: packedGenerations }: IndexFile): GenerationIndex {
  const files = unpackObjects(packed) as unknown as readonly SidecarFile[];
  const generations = unpackObjects(packedGenerations) as unknown as readonly Generation[];
  const rows = new Map<string, number>();
  const sidecars = new Map<string, SidecarFile[]>(folders.map(([folder]) => [folder, []]));
  files.forEach((file, row) => {
    // The index is a file of a stranger too: it may only speak of names in folders that were found.
    if (!isName(file.name)) return;
    rows.set(`${file.folder}/${file.name}`, row);
    sidecars.get(file.folder)?.push(file);
  });
  const known = new Map(folders.map(([folder, modified, inside]) => [folder, { folder, modified, inside: inside.filter(isName), sidecars: sidecars.get(folder) ?? [] }]));
  return {
    recall: ({ folder, name, bytes, modified }) => {
      const row = rows.get(`${folder}/${name}`) ?? -1;
      const [file, generation] = [files[row], generations[row]];
      if (!file || !generation || file.bytes !== bytes || file.modified !== modified || modified > at - clockGrain) return undefined;
      return Object.keys(generation).length === 0 ? null : generation;
    },
    unchanged: (folder, modified) => {
      const kept = known.get(folder);
      return kept && kept.sidecars.length >= manyFiles && kept.modified === modified && modified <= at - clockGrain ? kept : undefined;
    },
  };
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name !== '' && !name.startsWith('.') && path.basename(name) === name;
}

function indexFile(resultsFolder: string): string {
  return path.join(resultsFolder, '.evalmark', 'generations.json');
}

/** In slices, so that a window with a hundred thousand outputs stays alive; one call each is five times faster than promises. */
async function lookThrough(resultsFolder: string, folder: string, modified: number): Promise<ResultsFolder> {
  const names = (await readdir(path.join(resultsFolder, folder)).catch(() => [])).filter((name) => !name.startsWith('.') && !/\.(png|jpe?g|webp)$/i.test(name));
  const sidecars: SidecarFile[] = [];
  const inside: string[] = [];
  for (const [place, name] of names.entries()) {
    if (place % 1000 === 999) await new Promise((resolve) => setImmediate(resolve));
    const found = statSync(path.join(resultsFolder, folder, name), { throwIfNoEntry: false });
    if (found?.isDirectory()) inside.push(name);
    else if (found?.isFile() && name.endsWith('.json')) sidecars.push({ folder, name, bytes: found.size, modified: found.mtimeMs });
  }
  return { folder, modified, sidecars, inside };
}
