import { createHash } from 'node:crypto';
import { mkdir, readFile, rename } from 'node:fs/promises';
import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { fail, ok, type Result } from '../outcome';
import { writeFailure } from '../report/replaceFile';
import { cleanPicture, type CleanPicture } from './encode';
import { inNaturalOrder, listPictures } from './listPictures';
import { moveWithoutOverwriting, placeFile } from './placeFile';
import { nameOf, numberOf, type NamePattern } from './pictureName';

export interface ImportRequest {
  /** Absolute paths, in the order in which they are numbered. */
  readonly files: readonly string[];
  /** Absolute; made when missing. */
  readonly folder: string;
  /** Names as the pattern says; the pictures' own names without one. */
  readonly pattern: NamePattern | undefined;
}

export interface ImportedPicture {
  readonly source: string;
  readonly target: string;
  /** It was there already, byte for byte. */
  readonly present: boolean;
}

type Context = Pick<ActionContext, 'log' | 'wrote' | 'signal' | 'progress'>;

/** Copies pictures into the evaluation: upright, without metadata, under names that were free. */
export async function importPictures({ files, folder, pattern }: ImportRequest, context: Context): Promise<Result<readonly ImportedPicture[]>> {
  const present = await hashesOf(folder);
  const imported: ImportedPicture[] = [];
  for (const [index, source] of files.entries()) {
    if (context.signal.aborted) return fail(stopped(imported.length, files.length));
    context.progress({ message: path.basename(source), completed: index, total: files.length, unit: 'items' });
    if (path.dirname(source) === folder) {
      imported.push({ source, target: source, present: true });
      continue;
    }
    const clean = await cleanPicture(source, pattern?.extension ?? ownExtension(source));
    if (!clean.ok) return clean;
    noteChanges(source, clean.value, context);
    const known = present.get(sha256(clean.value.content));
    const usable = known !== undefined && (pattern === undefined || numberOf(pattern, path.basename(known)) !== undefined) && !imported.some(({ target }) => target === known);
    const target = usable ? ok(known) : await placeUnderFreeName(clean.value.content, namesFor(source, folder, pattern, index + 1));
    if (!target.ok) return target;
    if (!usable) context.wrote(target.value);
    imported.push({ source, target: target.value, present: usable });
  }
  return ok(imported);
}

/**
 * Renames the pictures of a folder that do not follow the pattern. A picture that has to be encoded anew for its new
 * ending, or to lose its metadata, leaves its original in `originals`.
 */
export async function renamePictures(folder: string, pattern: NamePattern, originals: string, context: Context): Promise<Result<readonly ImportedPicture[]>> {
  const renamed: ImportedPicture[] = [];
  for (const source of await listPictures(folder)) {
    if (numberOf(pattern, path.basename(source)) !== undefined) continue;
    if (context.signal.aborted) return fail(stopped(renamed.length, renamed.length + 1));
    const clean = await cleanPicture(source, pattern.extension);
    if (!clean.ok) return clean;
    noteChanges(source, clean.value, context);
    const target = await placeUnderFreeName(clean.value.content, namesFor(source, folder, pattern, 1));
    if (!target.ok) return target;
    context.wrote(target.value);
    try {
      await mkdir(originals, { recursive: true });
      const kept = path.join(originals, `${sha256(await readFile(source)).slice(0, 8)}-${path.basename(source)}`);
      await rename(source, kept).catch(() => moveWithoutOverwriting(source, kept));
      if (!clean.value.unchanged) context.log.info(`The original of ${path.basename(target.value)} is kept as ${kept}.`);
    } catch (error) {
      return fail(writeFailure(source, error));
    }
    renamed.push({ source, target: target.value, present: false });
  }
  return ok(renamed);
}

function* namesFor(source: string, folder: string, pattern: NamePattern | undefined, first: number): Generator<string> {
  if (pattern) {
    for (let number = first; number < first + maximumTries; number++) yield path.join(folder, nameOf(pattern, number));
    return;
  }
  const extension = ownExtension(source);
  const stem = safeStem(path.basename(source, path.extname(source)));
  yield path.join(folder, `${stem}${extension}`);
  for (let number = 2; number < maximumTries; number++) yield path.join(folder, `${stem}-${number}${extension}`);
}

const maximumTries = 1000;

async function placeUnderFreeName(content: Buffer, names: Iterable<string>): Promise<Result<string>> {
  for (const name of names) {
    const placed = await placeFile(name, content);
    if (!placed.ok) return placed;
    if (placed.value === 'placed') return ok(name);
  }
  return fail({ code: 'no-free-name', message: 'No name is free in the folder of the source pictures.', advice: 'Move some of its pictures away, then run the step again.', short: 'no free name' });
}

/** Formats that models rarely read become PNG, which loses nothing. */
export function ownExtension(file: string): NamePattern['extension'] {
  const extension = path.extname(file).toLowerCase();
  return extension === '.jpg' || extension === '.jpeg' || extension === '.webp' ? extension : '.png';
}

/** Safe on every system and in every command line. */
export function safeStem(stem: string): string {
  const safe = stem.normalize('NFC').replace(/[^\p{L}\p{N}_-]+/gu, '_').replace(/^[_-]+|[_-]+$/g, '').slice(0, 80);
  return safe === '' || /^(?:con|prn|aux|nul|com\d|lpt\d)$/i.test(safe) ? 'picture' : safe;
}

function noteChanges(file: string, { picture, unchanged }: CleanPicture, { log }: Context): void {
  if (unchanged) return;
  const changes = [
    picture.orientation === 1 ? '' : 'turned upright',
    picture.metadata ? 'metadata dropped' : '',
    picture.space === 'srgb' || picture.space === 'b-w' ? '' : `${picture.space} converted to sRGB`,
    picture.pages > 1 ? `only the first of ${picture.pages} frames taken` : '',
  ].filter((change) => change !== '');
  log.info(`${path.basename(file)}: ${changes.length > 0 ? changes.join(', ') : 'encoded anew'}.`);
}

async function hashesOf(folder: string): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const file of [...(await listPictures(folder))].sort(inNaturalOrder)) {
    const hash = sha256(await readFile(file));
    if (!hashes.has(hash)) hashes.set(hash, file);
  }
  return hashes;
}

function sha256(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function stopped(done: number, total: number) {
  return { code: 'cancelled', message: `Stopped after ${done} of ${total} pictures.`, advice: 'Run the step again; what is there already is kept.', short: 'stopped' };
}
