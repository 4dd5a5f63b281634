import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import type { AnchorKind } from '../../core/review/rating';

/** A picture as the panel may have it: pixels only, in one neutral format for all. */
export interface PlainPicture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Of the file as it lies on the disk. */
  readonly sha256: string;
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
  private cachedBytes = 0;

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
    try {
      const picture = await encode(entry);
      this.keep(id, picture);
      return picture;
    } catch {
      return undefined;
    }
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

async function encode({ path, small, anchor }: Entry): Promise<PlainPicture> {
  const { default: sharp } = await import('sharp');
  const file = await readFile(path);
  const upright = sharp(file, { failOn: 'error' }).autoOrient().toColourspace('srgb');
  const encoded = small
    ? await upright.resize({ ...small, fit: 'cover', position: 'top' }).png().toBuffer()
    : await (anchor === 'degraded' ? await degraded(upright) : upright).png({ compressionLevel: 1 }).toBuffer();
  return { bytes: Uint8Array.from(encoded), sha256: createHash('sha256').update(file).digest('hex') };
}

/** Soft, blocky and washed out: whoever looks at all scores it low. */
async function degraded(picture: Sharp): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await picture.clone().toBuffer({ resolveWithObject: true });
  const width = Math.max(8, Math.round(info.width / 12));
  const spoilt = await sharp(data).resize({ width }).modulate({ saturation: 0.45 }).jpeg({ quality: 8 }).toBuffer();
  return sharp(spoilt).resize(info.width, info.height, { fit: 'fill', kernel: 'cubic' });
}
