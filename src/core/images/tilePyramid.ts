import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Sharp } from 'sharp';
import { keepDrawn } from './keepDrawn';
import { plainFormat } from './plainPicture';

/** Pictures with more pixels are shown by tiles: seven of them decoded whole would not fit into a panel's memory. */
export const pixelsShownWhole = 9_000_000;

/** Pixels of a tile's side; those at the right and lower edge have fewer. */
export const tileSize = 512;

/** A picture cut into tiles at each half of its size. */
interface TilePyramid {
  /** As it is shown, upright. */
  readonly width: number;
  readonly height: number;
}

const overviewSide = 1024;

/** Tiles of big pictures on the disk, each pyramid made once and kept while there is room. */
export class TileCache {
  private readonly making = new Map<string, Promise<TilePyramid>>();

  /**
   * @param folder made when missing
   * @param maximumBytes what all pyramids may take; the longest unused go first
   */
  constructor(private readonly folder: string, private readonly maximumBytes = 8e9) {}

  /**
   * The pyramid of a picture, made now if it is not there. Throws where the picture cannot be decoded whole.
   * @param key letters and digits that stand for the picture's content and how it is shown
   */
  pyramid(key: string, picture: () => Promise<Sharp>): Promise<TilePyramid> {
    const known = this.making.get(key);
    if (known) return known;
    const made = this.open(key).then((kept) => kept ?? this.make(key, picture));
    this.making.set(key, made);
    made.catch(() => this.making.delete(key));
    return made;
  }

  /** A small copy of the whole as PNG, to show while tiles come. */
  async overview(key: string, picture: () => Promise<Sharp>): Promise<Buffer> {
    const file = path.join(this.folder, `${key}.png`);
    const kept = await readFile(file).catch(() => undefined);
    if (kept) return kept;
    const drawn = await (await picture()).resize(overviewSide, overviewSide, { fit: 'inside', withoutEnlargement: true }).png(plainFormat).toBuffer();
    await keepDrawn(file, drawn);
    return drawn;
  }

  /** One tile as PNG; `undefined` where there is none. */
  async tile(key: string, level: number, column: number, row: number): Promise<Buffer | undefined> {
    const pyramid = await this.making.get(key)?.catch(() => undefined);
    if (!pyramid || ![level, column, row].every((place) => Number.isInteger(place) && place >= 0)) return undefined;
    return readFile(path.join(this.folder, key, 'tiles_files', String(level), `${column}_${row}.png`)).catch(() => undefined);
  }

  private async open(key: string): Promise<TilePyramid | undefined> {
    try {
      const folder = path.join(this.folder, key);
      const { width, height } = JSON.parse(await readFile(path.join(folder, 'pyramid.json'), 'utf8')) as TilePyramid;
      const now = new Date();
      await utimes(folder, now, now).catch(() => {});
      return { width, height };
    } catch {
      return undefined;
    }
  }

  /** Beside its place first, so that a pyramid that a crash left half made is none. */
  private async make(key: string, picture: () => Promise<Sharp>): Promise<TilePyramid> {
    const folder = path.join(this.folder, key);
    const temporary = `${folder}.${process.pid}.tmp`;
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    try {
      const { width, height } = await (await picture()).png(plainFormat).tile({ size: tileSize, overlap: 0, layout: 'dz', depth: 'onetile' }).toFile(path.join(temporary, 'tiles.dz'));
      const pyramid: TilePyramid = { width, height };
      await rm(path.join(temporary, 'tiles_files', 'vips-properties.xml'), { force: true });
      await writeFile(path.join(temporary, 'pyramid.json'), JSON.stringify(pyramid));
      await rm(folder, { recursive: true, force: true });
      await rename(temporary, folder);
      await this.makeRoom(key);
      return pyramid;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }

  private async makeRoom(newest: string): Promise<void> {
    const names = (await readdir(this.folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && entry.name !== newest).map(({ name }) => name);
    const kept = await Promise.all(names.map(async (name) => ({ name, used: (await stat(path.join(this.folder, name))).mtimeMs, bytes: await bytesIn(path.join(this.folder, name)) })));
    kept.sort((left, right) => right.used - left.used);
    let taken = await bytesIn(path.join(this.folder, newest));
    for (const { name, bytes } of kept) {
      taken += bytes;
      if (taken <= this.maximumBytes) continue;
      this.making.delete(name);
      await rm(path.join(this.folder, name), { recursive: true, force: true });
    }
  }
}

/** Sizes in which a picture has tiles. The last has every pixel, each one before it half as many in both directions; the first fits one tile. */
export function levelsOf(width: number, height: number): number {
  return 1 + Math.max(0, Math.ceil(Math.log2(Math.max(width, height) / tileSize)));
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(entries.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) => (await stat(path.join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
