import { mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { insideWorkspace } from '../evaluation/workspacePath';
import { fail, ok, type Result } from '../outcome';
import { replaceFile, writeFailure } from './replaceFile';
import type { Asset } from './sections/section';

export interface AssetsPlace {
  /** Document relative to the workspace. */
  readonly file: string;
  readonly change: string;
  readonly workspace: string;
}

/** Names of the assets that lie beside the document. */
export async function presentAssets(assets: readonly Asset[], place: AssetsPlace): Promise<ReadonlySet<string>> {
  const present = new Set<string>();
  for (const { name } of assets) {
    const found = await stat(path.join(place.workspace, assetPath(name, place))).catch(() => undefined);
    if (found?.isFile()) present.add(name);
  }
  return present;
}

/** Whether an asset is missing or is no longer what it is to be; a picture whose original is gone stays as it is. */
export async function isAssetStale(asset: Asset, place: AssetsPlace): Promise<boolean> {
  const file = path.join(place.workspace, assetPath(asset.name, place));
  if ('svg' in asset) return (await readFile(file, 'utf8').catch(() => undefined))?.replaceAll('\r\n', '\n') !== asset.svg;
  const original = await insideWorkspace(place.workspace, asset.picture);
  return original.ok && (await needsCopy(original.value, file));
}

/**
 * Writes charts and small JPEG copies into `assets/CHANGE/` next to the document, those that are not there as they should be.
 * Returns the absolute paths of what was written.
 */
export async function writeAssets(assets: readonly Asset[], place: AssetsPlace, wrote: (path: string) => void): Promise<Result<readonly string[]>> {
  const made: string[] = [];
  for (const asset of assets) {
    if (!(await isAssetStale(asset, place))) continue;
    const inside = await insideWorkspace(place.workspace, assetPath(asset.name, place));
    if (!inside.ok) return inside;
    const written = 'svg' in asset ? await replaceFile(inside.value, asset.svg) : await writeCopy(path.join(place.workspace, asset.picture), inside.value);
    if (!written.ok) return written;
    wrote(inside.value);
    made.push(inside.value);
  }
  return ok(made);
}

const side = 384;

async function writeCopy(from: string, to: string): Promise<Result<void>> {
  try {
    const { default: sharp } = await import('sharp');
    await mkdir(path.dirname(to), { recursive: true });
    const bytes = await sharp(from).rotate().resize(side, side, { fit: 'inside', withoutEnlargement: true }).flatten({ background: '#ffffff' }).jpeg({ quality: 82 }).toBuffer();
    return await replaceFile(to, bytes);
  } catch (error) {
    return fail(writeFailure(to, error));
  }
}

/** A copy that is older than its original, or missing although the original is there. */
async function needsCopy(original: string, copy: string): Promise<boolean> {
  const [from, to] = await Promise.all([original, copy].map((file) => stat(file).catch(() => undefined)));
  return from?.isFile() === true && !(to && to.mtimeMs >= from.mtimeMs);
}

/** Relative to the workspace. */
export function assetFolder({ file, change }: Pick<AssetsPlace, 'file' | 'change'>): string {
  return path.join(path.dirname(file), 'assets', change);
}

function assetPath(name: string, place: AssetsPlace): string {
  return path.join(assetFolder(place), name);
}
