import { createHash } from 'node:crypto';
import { mkdir, open, readdir, realpath, rename, rm, stat, statfs, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import type { PackedNumbers } from './quantise';
import { Unquantisable } from './quantise';
import { layOut, type MatrixPlace, type QuantisedLayout } from './quantisedLayout';
import { claimPacked, isAlive, makeRoom, removeLeftovers } from './packedFiles';
import { rowBytes, type PackingJob } from './quantisePlan';

/** Changes when the same job would give other bytes. */
const packingVersion = 1;

export interface CacheOptions {
  /** Where packed weights are kept; made when it is not there. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PackingProgress) => void;
}

export interface PackingProgress {
  /** Bytes written, of all. */
  readonly done: number;
  readonly total: number;
}

/** A file of packed matrices and where they lie in it. */
export interface QuantisedFile {
  /** Links resolved. */
  readonly path: string;
  readonly matrices: readonly MatrixPlace[];
}

/**
 * Packs the matrices into one safetensors file of the cache, or finds them there from an earlier time. They are written
 * one after the other beside the final name, so that a run that was killed goes on with the matrix that it was at; the name
 * is given when all is on disk. Only some rows of one matrix are in memory at a time.
 */
export async function packIntoCache(jobs: readonly PackingJob[], { folder, signal, onProgress }: CacheOptions): Promise<Result<QuantisedFile>> {
  const key = await keyOf(jobs);
  const layout = layOut(jobs, { format: 'evalmark-packed', version: String(packingVersion), key });
  const target = path.join(folder, `${key}.safetensors`);
  await mkdir(folder, { recursive: true });
  if (await isWhole(target, layout)) {
    await claimPacked(target);
    return ok({ path: await realpath(target), matrices: layout.matrices });
  }
  const part = await claimPart(folder, key);
  const written = await writtenOf(part, layout);
  await makeRoom(folder, layout.bytes - written);
  const { bavail, bsize } = await statfs(folder);
  if (layout.bytes - written > bavail * bsize) return fail(diskShort(layout.bytes - written, bavail * bsize));
  const failure = await write(part, layout, written, { signal, onProgress });
  if (failure) return fail(failure);
  await rename(part, target);
  await removeLeftParts(folder, key);
  await removeLeftovers(folder);
  await claimPacked(target);
  return ok({ path: await realpath(target), matrices: layout.matrices });
}

/** Reads and packs some rows at a time: at most about as many numbers as this. */
const numbersAtOnce = 2 ** 21;

async function write(part: string, layout: QuantisedLayout, written: number, { signal, onProgress }: Pick<CacheOptions, 'signal' | 'onProgress'>): Promise<Failure | undefined> {
  const handle = await open(part, written > 0 ? 'r+' : 'w');
  try {
    if (written === 0) await handle.write(layout.header, 0, layout.header.length, 0);
    const report = (done: number) => onProgress?.({ done: Math.min(done, layout.bytes), total: layout.bytes });
    report(written);
    for (const place of layout.matrices) {
      if (place.end <= written) continue;
      await writeMatrix(handle, place, (done) => {
        signal?.throwIfAborted();
        report(done);
      });
      // The length of the file says later how far it is whole, so nothing may be on its way to the disk.
      await handle.datasync();
    }
    await handle.sync();
    return undefined;
  } catch (error) {
    if (isFull(error)) {
      await rm(part, { force: true });
      return diskFull(layout.bytes);
    }
    if (error instanceof UnpackableMatrix) return unpackable(error);
    throw error;
  } finally {
    await handle.close();
  }
}

/** Codes as they come, then what belongs to the blocks; the last byte of a matrix is written last. */
async function writeMatrix(handle: FileHandle, { job, codes, scales, zeroPoints }: MatrixPlace, progress: (done: number) => void): Promise<void> {
  const source = await open(job.source.file);
  try {
    const rowsAtOnce = Math.max(1, Math.floor(numbersAtOnce / job.columns));
    let codesAt = codes;
    const ofBlocks: PackedNumbers[] = [];
    for (let row = 0; row < job.rows; row += rowsAtOnce) {
      const rows = Math.min(rowsAtOnce, job.rows - row);
      const packed = packRows(job, await readRows(source, job, row, rows));
      await handle.write(packed.codes, 0, packed.codes.length, codesAt);
      codesAt += packed.codes.length;
      ofBlocks.push({ ...packed, codes: new Uint8Array() });
      progress(codesAt);
    }
    await writeAll(handle, ofBlocks.map((chunk) => chunk.scales), scales);
    if (zeroPoints !== undefined) await writeAll(handle, ofBlocks.flatMap((chunk) => chunk.zeroPoints ?? []), zeroPoints);
  } finally {
    await source.close();
  }
}

async function readRows(source: FileHandle, job: PackingJob, row: number, rows: number): Promise<Buffer> {
  const bytes = Buffer.alloc(rows * rowBytes(job));
  const { bytesRead } = await source.read(bytes, 0, bytes.length, job.source.offset + row * rowBytes(job));
  if (bytesRead < bytes.length) throw new UnpackableMatrix(job, 'its file became shorter while it was read');
  return bytes;
}

function packRows(job: PackingJob, bytes: Buffer): PackedNumbers {
  try {
    return job.pack(bytes);
  } catch (error) {
    throw error instanceof Unquantisable ? new UnpackableMatrix(job, 'it holds infinities, no numbers (NaN) or numbers beyond all measure') : error;
  }
}

async function writeAll(handle: FileHandle, chunks: readonly (Uint16Array | Float32Array)[], start: number): Promise<void> {
  let at = start;
  for (const { buffer, byteOffset, byteLength } of chunks) {
    await handle.write(new Uint8Array(buffer, byteOffset, byteLength), 0, byteLength, at);
    at += byteLength;
  }
}

/**
 * What the packed bytes depend on: the sources' content, layouts and this version. The Hub's cache names files by their
 * hash; any other is taken for changed when its size or time does.
 */
async function keyOf(jobs: readonly PackingJob[]): Promise<string> {
  const identities = new Map<string, string>();
  for (const file of new Set(jobs.map(({ source }) => source.file))) identities.set(file, await identityOf(file));
  const hash = createHash('sha256').update(`${packingVersion}\n`);
  for (const { name, rows, columns, scheme, blockSize, scaleType, hasZeroPoints, source } of jobs) {
    hash.update(`${JSON.stringify([name, rows, columns, scheme, blockSize, scaleType, hasZeroPoints, identities.get(source.file), source.offset, source.bytes])}\n`);
  }
  return hash.digest('hex').slice(0, 40);
}

async function identityOf(file: string): Promise<string> {
  const real = await realpath(file);
  const name = path.basename(real);
  if (path.basename(path.dirname(real)) === 'blobs' && /^[0-9a-f]{40,64}$/.test(name)) return name;
  const { size, mtimeMs } = await stat(real);
  return `${real} ${size} ${mtimeMs}`;
}

async function isWhole(file: string, layout: QuantisedLayout): Promise<boolean> {
  const found = await stat(file).catch(() => undefined);
  return found?.size === layout.bytes && (await beginsWith(file, layout.header));
}

/** How many bytes of a part are whole matrices already. */
async function writtenOf(part: string, layout: QuantisedLayout): Promise<number> {
  const found = await stat(part).catch(() => undefined);
  if (!found || !(await beginsWith(part, layout.header))) return 0;
  return layout.matrices.findLast(({ end }) => end <= found.size)?.end ?? layout.header.length;
}

async function beginsWith(file: string, header: Buffer): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(header.length), 0, header.length, 0);
    return bytesRead === header.length && header.equals(buffer);
  } finally {
    await handle.close();
  }
}

/** This process's own part. One that a process left behind that is gone is taken over: whoever renames it first has it. */
async function claimPart(folder: string, key: string): Promise<string> {
  const own = path.join(folder, `${key}.${process.pid}.part`);
  if ((await stat(own).catch(() => undefined)) !== undefined) return own;
  for (const { name } of await leftParts(folder, key)) {
    const claimed = await rename(path.join(folder, name), own).then(
      () => true,
      () => false,
    );
    if (claimed) break;
  }
  return own;
}

async function removeLeftParts(folder: string, key: string): Promise<void> {
  for (const { name } of await leftParts(folder, key)) await rm(path.join(folder, name), { force: true });
}

/** Parts of processes that are gone. */
async function leftParts(folder: string, key: string): Promise<readonly { readonly name: string }[]> {
  const parts = (await readdir(folder)).map((name) => ({ name, pid: Number(name.slice(key.length + 1, -'.part'.length)) }));
  return parts.filter(({ name, pid }) => name.startsWith(`${key}.`) && name.endsWith('.part') && Number.isInteger(pid) && pid !== process.pid && !isAlive(pid));
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes((error as NodeJS.ErrnoException).code ?? '');
}

class UnpackableMatrix extends Error {
  constructor(
    readonly job: PackingJob,
    readonly why: string,
  ) {
    super(`${job.name}: ${why}`);
  }
}

function unpackable({ job, why }: UnpackableMatrix): Failure {
  return {
    code: 'weights-refused',
    message: `${path.basename(job.source.file)} cannot be packed: of its tensor ${job.name}, ${why}.`,
    advice: 'Verify the download; if it is whole, do not use this repository.',
    short: 'broken weights',
  };
}

function diskShort(needed: number, free: number): Failure {
  return {
    code: 'disk-space',
    message: `The packed weights need ${sizeText(needed)} more on the disk, ${sizeText(free)} are free.`,
    advice: 'Free space on that disk, or choose a precision of fewer bits; then run this step again.',
    short: `${sizeText(needed - free)} short`.slice(0, 16),
  };
}

function diskFull(bytes: number): Failure {
  return {
    code: 'disk-space',
    message: `The disk became full while ${sizeText(bytes)} of packed weights were written; what was written is removed.`,
    advice: 'Free space, then run this step again.',
    short: 'disk full',
  };
}

function sizeText(bytes: number): string {
  return bytes < 1e8 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
