import type { HostMessage, TiledView, TileName } from './contract';
import { tileKey } from './tiles';

/** A picture that can be drawn. */
export interface Picture {
  /** Pixels of the whole, as it is on the disk. */
  readonly width: number;
  readonly height: number;
  /** All of it; fewer pixels when there are tiles. */
  readonly whole: ImageBitmap;
  readonly tiled?: TiledView;
}

/** What the pictures ask of the host. */
export type PictureRequest = { readonly type: 'picture'; readonly id: string } | ({ readonly type: 'tile' } & TileName);

/** Decoded pictures and tiles by their random ids: asked for when first wanted, kept while there is room. */
export class Pictures {
  private readonly bitmaps = new Map<string, ImageBitmap>();
  private readonly tiled = new Map<string, TiledView>();
  private readonly asked = new Set<string>();
  private readonly missing = new Set<string>();
  /** Counts what came for a picture, so that what is drawn of it is known to be old. */
  private readonly arrivals = new Map<string, number>();
  private pixels = 0;

  constructor(private readonly request: (request: PictureRequest) => void, private readonly changed: () => void) {}

  get(id: string): Picture | undefined {
    const whole = this.bitmap(id);
    if (!whole) {
      this.want(id);
      return undefined;
    }
    const tiled = this.tiled.get(id);
    return { width: tiled?.width ?? whole.width, height: tiled?.height ?? whole.height, whole, ...(tiled && { tiled }) };
  }

  /** A tile if it is there; asked for when `wanted`. */
  tile(name: TileName, wanted: boolean): ImageBitmap | undefined {
    const key = tileKey(name);
    const bitmap = this.bitmap(key);
    if (!bitmap && wanted && !this.asked.has(key) && !this.missing.has(key)) {
      this.asked.add(key);
      this.request({ type: 'tile', ...name });
    }
    return bitmap;
  }

  want(id: string): void {
    if (this.bitmaps.has(id) || this.asked.has(id) || this.missing.has(id)) return;
    this.asked.add(id);
    this.request({ type: 'picture', id });
  }

  isMissing(id: string): boolean {
    return this.missing.has(id);
  }

  /** Grows with everything that comes for a picture. */
  version(id: string): number {
    return this.arrivals.get(id) ?? 0;
  }

  async receive(message: Extract<HostMessage, { readonly type: 'picture' | 'tile' }>): Promise<void> {
    const key = message.type === 'tile' ? tileKey(message) : message.id;
    try {
      const bitmap = await createImageBitmap(new Blob([message.bytes]));
      this.bitmaps.get(key)?.close();
      this.bitmaps.set(key, bitmap);
      this.pixels += bitmap.width * bitmap.height;
      if (message.type === 'picture' && message.tiled) this.tiled.set(message.id, message.tiled);
      this.dropOldest(key);
    } catch {
      this.missing.add(key);
    }
    this.settle(message.id, key);
  }

  fail(message: Extract<HostMessage, { readonly type: 'pictureMissing' | 'tileMissing' }>): void {
    const key = message.type === 'tileMissing' ? tileKey(message) : message.id;
    this.missing.add(key);
    this.settle(message.id, key);
  }

  private bitmap(key: string): ImageBitmap | undefined {
    const bitmap = this.bitmaps.get(key);
    if (!bitmap) return undefined;
    this.bitmaps.delete(key);
    this.bitmaps.set(key, bitmap);
    return bitmap;
  }

  private settle(id: string, key: string): void {
    this.asked.delete(key);
    this.arrivals.set(id, this.version(id) + 1);
    this.changed();
  }

  private dropOldest(newest: string): void {
    for (const [key, bitmap] of this.bitmaps) {
      if (this.pixels <= maximumPixels || key === newest) return;
      this.bitmaps.delete(key);
      this.pixels -= bitmap.width * bitmap.height;
      bitmap.close();
    }
  }
}

/** Half a gigabyte of decoded pictures. */
const maximumPixels = 128 * 2 ** 20;
