import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { DiskError, onDisk } from './cacheDisk';
import type { TreeFile } from './tree';

/**
 * A blob that is still arriving: its bytes in `<hash>.evalmark-part`, and beside it which of them are there. Segments
 * fill side by side; a kill loses what came since the last save of the side file, a fraction of a second.
 */
export class PartFile {
  /** Bytes there at the beginning of each segment. */
  private readonly have: number[];
  private saved = 0;
  private saving: Promise<void> = Promise.resolve();

  private constructor(
    private readonly blob: string,
    private readonly file: TreeFile,
    private readonly handle: FileHandle,
    private readonly segment: number,
    have: readonly number[],
    /** Whether bytes of an earlier run are in it. */
    readonly resumed: boolean,
  ) {
    this.have = [...have];
  }

  static async open(blob: string, file: TreeFile, segment: number): Promise<PartFile> {
    const side = await readSide(blob, file);
    const handle = await onDisk(open(`${blob}${suffix}`, side ? 'r+' : 'w+'));
    const size = side?.segment ?? segment;
    const have = side?.have ?? new Array<number>(Math.ceil(file.size / size)).fill(0);
    return new PartFile(blob, file, handle, size, have, side !== undefined);
  }

  /** Bytes that an earlier run left and a new one need not fetch. */
  static async bytesLeft(blob: string, file: TreeFile): Promise<number> {
    return (await readSide(blob, file))?.have.reduce((sum, bytes) => sum + bytes, 0) ?? 0;
  }

  get received(): number {
    return this.have.reduce((sum, bytes) => sum + bytes, 0);
  }

  get segments(): readonly number[] {
    return this.have.map((_, index) => index);
  }

  /** What a segment still lacks, as offsets in the file; `start === end` when nothing. */
  missing(index: number): { readonly start: number; readonly end: number } {
    const end = Math.min((index + 1) * this.segment, this.file.size);
    return { start: index * this.segment + (this.have[index] ?? 0), end };
  }

  /** Adds to the end of what a segment has. */
  async append(index: number, bytes: Uint8Array): Promise<void> {
    const { start } = this.missing(index);
    for (let written = 0; written < bytes.length; ) {
      written += (await onDisk(this.handle.write(bytes, written, bytes.length - written, start + written))).bytesWritten;
    }
    this.have[index] = (this.have[index] ?? 0) + bytes.length;
    if (Date.now() - this.saved > saveEvery) {
      this.saved = Date.now();
      await this.save();
    }
  }

  /** Starts again at nothing. */
  async reset(): Promise<void> {
    this.have.fill(0);
    await this.save();
  }

  async matches(signal: AbortSignal): Promise<boolean> {
    return (await hashOfFile(`${this.blob}${suffix}`, this.file, signal)) === this.file.hash;
  }

  /** Gives the finished file its name. */
  async keep(): Promise<void> {
    await this.saving.catch(() => undefined);
    await onDisk(this.handle.truncate(this.file.size));
    await onDisk(this.handle.sync());
    await this.handle.close();
    await onDisk(rename(`${this.blob}${suffix}`, this.blob));
    await rm(sideOf(this.blob), { force: true });
  }

  /** For a later run; removed where not even the side file could be written, since nobody could tell what is in it. */
  async leave(): Promise<void> {
    await this.save().catch(() => undefined);
    await this.handle.close();
    if ((await readSide(this.blob, this.file)) === undefined || this.received === 0) await this.remove();
  }

  async discard(): Promise<void> {
    await this.saving.catch(() => undefined);
    await this.handle.close();
    await this.remove();
  }

  private async remove(): Promise<void> {
    await rm(`${this.blob}${suffix}`, { force: true });
    await rm(sideOf(this.blob), { force: true });
  }

  /** One after the other, and by renaming, so that a kill leaves the old state or the new one. */
  private save(): Promise<void> {
    const next = this.saving.catch(() => undefined).then(async () => {
      const side: Side = { version: 1, hash: this.file.hash, size: this.file.size, segment: this.segment, have: this.have };
      const temporary = `${sideOf(this.blob)}.new`;
      try {
        await writeFile(temporary, JSON.stringify(side));
        await rename(temporary, sideOf(this.blob));
      } catch (error) {
        await rm(temporary, { force: true });
        throw new DiskError(error);
      }
    });
    this.saving = next;
    return next;
  }
}

/** Not `.incomplete`, which other tools delete or overwrite. */
const suffix = '.evalmark-part';
/** Milliseconds: what a kill can lose. */
const saveEvery = 40;

function sideOf(blob: string): string {
  return `${blob}${suffix}.json`;
}

interface Side {
  readonly version: 1;
  readonly hash: string;
  readonly size: number;
  readonly segment: number;
  readonly have: readonly number[];
}

/** Undefined when there is none, or when it does not belong to this file, or claims more than is there. */
async function readSide(blob: string, file: TreeFile): Promise<Side | undefined> {
  try {
    const side = JSON.parse(await readFile(sideOf(blob), 'utf8')) as Side;
    const { size } = await stat(`${blob}${suffix}`);
    const fits = side.version === 1 && side.hash === file.hash && side.size === file.size && Number.isInteger(side.segment) && side.segment > 0;
    if (!fits || side.have.length !== Math.ceil(file.size / side.segment)) return undefined;
    const plausible = side.have.every((bytes, index) => {
      const start = index * side.segment;
      return Number.isInteger(bytes) && bytes >= 0 && start + bytes <= Math.min(start + side.segment, file.size) && (bytes === 0 || start + bytes <= size);
    });
    return plausible ? side : undefined;
  } catch {
    return undefined;
  }
}

/** SHA-256 of the content, or the hash that git gives to it as an object. */
export async function hashOfFile(path: string, { kind, size }: Pick<TreeFile, 'kind' | 'size'>, signal?: AbortSignal): Promise<string> {
  const hash = kind === 'sha256' ? createHash('sha256') : createHash('sha1').update(`blob ${size}\0`);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
      signal?.throwIfAborted();
      hash.update(chunk as Buffer);
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new DiskError(error);
  }
  return hash.digest('hex');
}
