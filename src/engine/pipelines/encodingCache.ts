import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';

export interface Encoding {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/**
 * What prompts and pictures were encoded to, in memory and on disk, so that a grid of models encodes each once. What is
 * on disk is checked before it is used, and goes when it is not used for long.
 */
export class EncodingCache {
  private readonly memory = new Map<string, Encoding>();

  /** @param folder absolute; only memory when left out */
  constructor(
    private readonly folder: string | undefined,
    private readonly limits: { readonly memoryBytes: number; readonly diskBytes: number } = { memoryBytes: 1e9, diskBytes: 4e9 },
  ) {}

  /** @param parts all that shapes the encoding: files, device, prompt, pixels */
  static keyOf(parts: readonly unknown[]): string {
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  }

  async find(key: string): Promise<Encoding | undefined> {
    const known = this.memory.get(key) ?? (await this.read(key));
    if (known) this.remember(key, known);
    return known;
  }

  /** A disk that is full or read-only only costs the time of encoding again. */
  async keep(key: string, encoding: Encoding): Promise<void> {
    this.remember(key, encoding);
    if (this.folder === undefined) return;
    await this.write(key, encoding).catch(() => undefined);
  }

  private remember(key: string, encoding: Encoding): void {
    this.memory.delete(key);
    this.memory.set(key, encoding);
    let bytes = [...this.memory.values()].reduce((sum, { values }) => sum + values.byteLength, 0);
    for (const [oldest, { values }] of this.memory) {
      if (bytes <= this.limits.memoryBytes || oldest === key) break;
      this.memory.delete(oldest);
      bytes -= values.byteLength;
    }
  }

  private async read(key: string): Promise<Encoding | undefined> {
    if (this.folder === undefined) return undefined;
    const file = this.fileOf(this.folder, key);
    const content = await readFile(file).catch(() => undefined);
    if (!content) return undefined;
    const now = new Date();
    await utimes(file, now, now).catch(() => undefined);
    return decode(content);
  }

  private async write(key: string, encoding: Encoding): Promise<void> {
    const folder = this.folder ?? '';
    await mkdir(folder, { recursive: true });
    const temporary = path.join(folder, `.${key}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(encode(encoding));
      } finally {
        await handle.close();
      }
      await rename(temporary, this.fileOf(folder, key));
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
    await this.removeOldest(folder);
  }

  private async removeOldest(folder: string): Promise<void> {
    const names = (await readdir(folder)).filter((name) => name.endsWith(suffix));
    const files = await Promise.all(names.map(async (name) => ({ name, ...(await stat(path.join(folder, name)).then(({ size, mtimeMs }) => ({ size, mtimeMs }), () => ({ size: 0, mtimeMs: 0 }))) })));
    let bytes = files.reduce((sum, { size }) => sum + size, 0);
    for (const { name, size } of files.sort((left, right) => left.mtimeMs - right.mtimeMs)) {
      if (bytes <= this.limits.diskBytes) return;
      await rm(path.join(folder, name), { force: true });
      bytes -= size;
    }
  }

  private fileOf(folder: string, key: string): string {
    return path.join(folder, `${key}${suffix}`);
  }
}

const suffix = '.encoding';

/** A line of JSON with shape and hash, then float32 values, little-endian as the processor has them. */
function encode({ dims, values }: Encoding): Buffer {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return Buffer.concat([Buffer.from(`${JSON.stringify({ version: 1, dims, sha256 })}\n`), bytes]);
}

function decode(content: Buffer): Encoding | undefined {
  const end = content.indexOf('\n');
  try {
    const { version, dims, sha256 } = JSON.parse(content.toString('utf8', 0, end)) as { readonly version: unknown; readonly dims: unknown; readonly sha256: unknown };
    const bytes = Uint8Array.from(content.subarray(end + 1));
    if (version !== 1 || !isShape(dims, bytes.length / 4) || createHash('sha256').update(bytes).digest('hex') !== sha256) return undefined;
    return { dims, values: new Float32Array(bytes.buffer) };
  } catch {
    return undefined;
  }
}

function isShape(dims: unknown, count: number): dims is readonly number[] {
  return Array.isArray(dims) && dims.every((size) => Number.isSafeInteger(size) && Number(size) > 0) && dims.reduce((product: number, size) => product * Number(size), 1) === count;
}
