/** Decoded pictures by their random ids: asked for when first wanted, kept while there is room. */
export class Pictures {
  private readonly bitmaps = new Map<string, ImageBitmap>();
  private readonly asked = new Set<string>();
  private readonly missing = new Set<string>();
  private pixels = 0;

  constructor(private readonly request: (id: string) => void, private readonly changed: () => void) {}

  get(id: string): ImageBitmap | undefined {
    const bitmap = this.bitmaps.get(id);
    if (bitmap) {
      this.bitmaps.delete(id);
      this.bitmaps.set(id, bitmap);
    } else {
      this.want(id);
    }
    return bitmap;
  }

  want(id: string): void {
    if (this.bitmaps.has(id) || this.asked.has(id) || this.missing.has(id)) return;
    this.asked.add(id);
    this.request(id);
  }

  isMissing(id: string): boolean {
    return this.missing.has(id);
  }

  async receive(id: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    try {
      const bitmap = await createImageBitmap(new Blob([bytes]));
      this.bitmaps.set(id, bitmap);
      this.pixels += bitmap.width * bitmap.height;
      this.dropOldest(id);
    } catch {
      this.missing.add(id);
    }
    this.asked.delete(id);
    this.changed();
  }

  fail(id: string): void {
    this.asked.delete(id);
    this.missing.add(id);
    this.changed();
  }

  private dropOldest(newest: string): void {
    for (const [id, bitmap] of this.bitmaps) {
      if (this.pixels <= maximumPixels || id === newest) return;
      this.bitmaps.delete(id);
      this.pixels -= bitmap.width * bitmap.height;
      bitmap.close();
    }
  }
}

/** Half a gigabyte of decoded pictures. */
const maximumPixels = 128 * 2 ** 20;
