import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { keepDrawn } from '../../core/images/keepDrawn';
import { dynamicRange } from '../../core/images/dynamicRange';
import { readPicture } from '../../core/images/picture';
import { plainFormat, plainPicture, type PlainView } from '../../core/images/plainPicture';
import { levelsOf, pixelsShownWhole, TileCache, tileSize } from '../../core/images/tilePyramid';
import type { AnchorKind } from '../../core/review/rating';
import type { TiledView } from '../../webviews/compare/contract';

/** A picture as the panel may have it: pixels only, in one neutral format for all. */
export interface PlainPicture {
  /** Of a big one a small copy of the whole. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the file as it lies on the disk. */
  readonly sha256: string;
  /** A big picture, whose tiles are asked for when they are seen. */
  readonly tiled?: TiledView;
  /** It has a wider range than the screen, and is clipped. */
  readonly clipped?: boolean;
}

interface Entry {
  readonly path: string;
  /** Of a small copy: pixels that its place has, which it fills; a full one when absent. */
  readonly small?: { readonly width: number; readonly height: number };
  /** Shown as a hidden check, under an id of its own. */
  readonly anchor?: AnchorKind;
}

const maximumCachedBytes = 256 * 2 ** 20;
const thumbnail = { width: 80, height: 80 };

/**
 * Hands out pictures by random ids. What leaves is re-encoded, so that neither names, embedded settings nor the format
 * of the file tell which model made it.
 */
export class ComparePictures {
  private readonly entries = new Map<string, Entry>();
  private readonly ids = new Map<string, string>();
  private readonly cache = new Map<string, PlainPicture>();
  /** Asked for again while it is being made: each is made once. */
  private readonly reading = new Map<string, Promise<PlainPicture | undefined>>();
  /** Of big pictures that were read: what their tiles are kept under. */
  private readonly tileKeys = new Map<string, string>();
  private readonly tiles: TileCache;
  private cachedBytes = 0;

  /** @param cacheFolder where small copies and tiles are kept, by the hash of the picture */
  constructor(private readonly cacheFolder: string) {
    this.tiles = new TileCache(path.join(cacheFolder, 'tiles'));
  }

  idOf(path: string, anchor?: AnchorKind): string {
    return this.id({ path, ...(anchor && { anchor }) });
  }

  /** Cut to fill a place of this many pixels, from the top. */
  thumbnailOf(path: string, small = thumbnail): string {
    return this.id({ path, small });
  }

  /** The file whose picture this is, as it lies on the disk; `undefined` for small copies and hidden checks. */
  fileOf(id: string): string | undefined {
    const entry = this.entries.get(id);
    return entry && !entry.small && !entry.anchor ? entry.path : undefined;
  }

  /** `undefined` when there is no such picture, or it cannot be decoded. */
  async read(id: string): Promise<PlainPicture | undefined> {
    const entry = this.entries.get(id);
    if (!entry) return undefined;
    const cached = this.cache.get(id);
    if (cached) {
      this.cache.delete(id);
      this.cache.set(id, cached);
      return cached;
    }
    const begun = this.reading.get(id) ?? this.make(id, entry);
    this.reading.set(id, begun);
    return begun;
  }

  private async make(id: string, entry: Entry): Promise<PlainPicture | undefined> {
    try {
      const picture = await this.encode(id, entry);
      this.keep(id, picture);
      return picture;
    } catch {
      return undefined;
    } finally {
      this.reading.delete(id);
    }
  }

  /** One tile of a big picture that was read before; made with all others of that picture when it is the first. */
  async readTile(id: string, { level, column, row }: { readonly level: number; readonly column: number; readonly row: number }): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const [entry, key] = [this.entries.get(id), this.tileKeys.get(id)];
    if (!entry || key === undefined) return undefined;
    try {
      await this.tiles.pyramid(key, () => plainPicture(entry.path, viewOf(entry)));
    } catch {
      return undefined;
    }
    const tile = await this.tiles.tile(key, level, column, row);
    return tile && Uint8Array.from(tile);
  }

  private async encode(id: string, entry: Entry): Promise<PlainPicture> {
    const file = await readFile(entry.path);
    const sha256 = createHash('sha256').update(file).digest('hex');
    const view = viewOf(entry);
    if (view.small) return { bytes: Uint8Array.from(await this.smallCopy(file, sha256, view)), sha256 };
    const clipped = (await dynamicRange(file)) === 'high' && !entry.anchor;
    const header = await readPicture(entry.path);
    if (!header.ok || header.value.width * header.value.height <= pixelsShownWhole) {
      return { bytes: Uint8Array.from(await (await plainPicture(file, view)).png(plainFormat).toBuffer()), sha256, ...(clipped && { clipped }) };
    }
    const { width, height } = header.value;
    const key = view.degraded ? `${sha256}-degraded` : sha256;
    this.tileKeys.set(id, key);
    const overview = await this.tiles.overview(key, () => plainPicture(file, view));
    return { bytes: Uint8Array.from(overview), sha256, tiled: { width, height, tileSize, levels: levelsOf(width, height) }, ...(clipped && { clipped }) };
  }

  private async smallCopy(file: Buffer, sha256: string, view: PlainView): Promise<Buffer> {
    const { width, height } = view.small ?? thumbnail;
    const kept = path.join(this.cacheFolder, 'small', `${sha256}-${width}x${height}.png`);
    const known = await readFile(kept).catch(() => undefined);
    if (known) return known;
    const drawn = await (await plainPicture(file, view)).png().toBuffer();
    await keepDrawn(kept, drawn);
    return drawn;
  }

  private id(entry: Entry): string {
    const key = JSON.stringify([entry.small, entry.anchor, entry.path]);
    const known = this.ids.get(key);
    if (known) return known;
    const id = randomBytes(12).toString('base64url');
    this.ids.set(key, id);
    this.entries.set(id, entry);
    return id;
  }

  private keep(id: string, picture: PlainPicture): void {
    this.cache.set(id, picture);
    this.cachedBytes += picture.bytes.length;
    for (const [oldest, { bytes }] of this.cache) {
      if (this.cachedBytes <= maximumCachedBytes || oldest === id) break;
      this.cache.delete(oldest);
      this.cachedBytes -= bytes.length;
    }
  }
}

function viewOf({ small, anchor }: Entry): PlainView {
  return { ...(small && { small }), degraded: anchor === 'degraded' };
}
