import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { PlanPaths } from '../actions/action';
import { insideWorkspace } from '../evaluation/workspacePath';
import { ok, type Result } from '../outcome';
import { assetFolder, type AssetsPlace } from './assets';
import { readRecord, recordFile, writeRecord } from './record/recordFile';

export interface AssetsContext {
  readonly paths: Pick<PlanPaths, 'workspace' | 'planFolder'>;
  wrote(path: string): void;
}

/**
 * Notes in `results.json` which pictures were made beside a document, with their hashes, and removes those that were made
 * there before and no document shows any more. Only what still is as Evalmark wrote it goes; a picture that a person put in
 * its place stays. To be called when the section that shows pictures was written: before, all of them would seem unused.
 * @param made absolute paths, just written
 */
export async function settleAssets(made: readonly string[], place: AssetsPlace, { paths, wrote }: AssetsContext): Promise<Result<void>> {
  const read = await readRecord(paths.planFolder);
  if (!read.ok) return read;
  if (!read.value) return ok(undefined);
  const assets = new Map(Object.entries(read.value.assets ?? {}));
  for (const file of made.filter(isPicture)) {
    const hash = await hashOf(file);
    if (hash !== undefined) assets.set(slashed(path.relative(paths.workspace, file)), hash);
  }
  const own = [...assets].filter(([file]) => path.posix.dirname(file) === slashed(assetFolder(place)));
  const shown = own.length > 0 ? await markdownAround(place, paths) : '';
  for (const [file, hash] of own) {
    const name = path.posix.basename(file);
    if (shown.includes(`${place.change}/${name}`) || shown.includes(`${place.change}/${encodeURIComponent(name)}`)) continue;
    // A path comes from results.json, which anybody can have edited.
    const inside = await insideWorkspace(paths.workspace, file);
    if (inside.ok && (await hashOf(inside.value)) === hash) {
      await rm(inside.value, { force: true });
      wrote(inside.value);
    }
    assets.delete(file);
  }
  const sorted = Object.fromEntries([...assets].sort(([left], [right]) => (left < right ? -1 : 1)));
  const written = await writeRecord(paths.planFolder, { ...read.value, ...(assets.size > 0 || read.value.assets ? { assets: sorted } : {}) });
  if (!written.ok) return written;
  if (written.value) wrote(recordFile(paths.planFolder));
  return ok(undefined);
}

const mostDocuments = 500;

/** Text of every document that may show them: beside and below theirs, at the top of the workspace, and beside the plan. */
async function markdownAround({ file, workspace }: AssetsPlace, { planFolder }: AssetsContext['paths']): Promise<string> {
  const documents = new Set<string>();
  const folders = [[path.dirname(path.join(workspace, file)), true], [workspace, false], [planFolder, false]] as const;
  for (const [folder, recursive] of folders) {
    const names = await readdir(folder, { recursive: recursive && folder !== workspace }).catch(() => []);
    for (const name of names) if (/\.(?:md|markdown|html?)$/i.test(name) && documents.size < mostDocuments) documents.add(path.join(folder, name));
  }
  return (await Promise.all([...documents].map((document) => readFile(document, 'utf8').catch(() => '')))).join('\n');
}

async function hashOf(file: string): Promise<string | undefined> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes && createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Charts have names of their own that never change; they are written over. */
function isPicture(file: string): boolean {
  return file.endsWith('.jpg');
}

function slashed(file: string): string {
  return file.split(path.sep).join('/');
}
