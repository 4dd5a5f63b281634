import { open, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { storedBytes, type StoredTensor, type StoredType } from './weights';

/** What a safetensors file says of itself; its numbers are not read. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** `__metadata__`: texts by name, as whoever wrote the file left them. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Bytes of the whole file. */
  readonly size: number;
}

/**
 * Reads the header of a safetensors file: 8 bytes with its length, then JSON. All that it claims is held against the
 * file, because the runtime maps the tensors without looking: types, shapes, and that the tensors fill the file from
 * header to end with no gap and no overlap, as the format's own library demands.
 */
export async function readSafetensorsHeader(file: string): Promise<Result<SafetensorsHeader>> {
  const handle = await open(file).catch(() => undefined);
  if (!handle) return fail(missing(file));
  try {
    const { size } = await handle.stat();
    return ok(await readHeader(handle, await realpath(file), size));
  } catch (error) {
    return fail(error instanceof Distrust ? refused(file, error) : unreadable(file, error));
  } finally {
    await handle.close();
  }
}

/** The format's own limit. */
const longestHeader = 100_000_000;

/** The types whose size is not a whole number of bytes, or that the runtime cannot take, are refused by their name. */
const storedTypes: ReadonlySet<string> = new Set<StoredType>(['F64', 'F32', 'F16', 'BF16', 'I64', 'I32', 'U8', 'I8', 'BOOL']);

async function readHeader(handle: FileHandle, file: string, size: number): Promise<SafetensorsHeader> {
  const length = Number((await bytesAt(handle, 0, 8)).readBigUInt64LE(0));
  if (length > longestHeader) throw new Distrust('foreign', 'it does not begin with the length of a header');
  if (8 + length > size) throw new Distrust('truncated', `it ends after ${size} bytes, inside its own header`);
  const { __metadata__: metadata, ...entries } = parse(await bytesAt(handle, 8, 8 + length));
  const tensors = Object.entries(entries).map(([name, entry]) => tensorOf(name, entry, file, 8 + length));
  requireContiguous(tensors, 8 + length, size);
  return { tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])), metadata: texts(metadata), size };
}

function parse(bytes: Buffer): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new Distrust('foreign', 'its header is not JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new Distrust('foreign', 'its header is not an object');
  return parsed as Readonly<Record<string, unknown>>;
}

function tensorOf(name: string, entry: unknown, file: string, dataStart: number): StoredTensor {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
  const shown = name.slice(0, 80);
  if (typeof dtype !== 'string' || !isSizes(shape) || !isSizes(offsets) || offsets.length !== 2) throw new Distrust('lying', `its tensor ${shown} is not described`);
  if (!isStoredType(dtype)) throw new Distrust('type', `its tensor ${shown} holds ${dtype.slice(0, 20)}, which the engine cannot compute with`);
  const [from = 0, to = 0] = offsets;
  const tensor = { name, type: dtype, shape, file, offset: dataStart + from, bytes: to - from };
  if (tensor.bytes !== storedBytes(dtype, shape)) throw new Distrust('lying', `its tensor ${shown} takes ${tensor.bytes} bytes, its shape [${shape.join(', ')}] says otherwise`);
  return tensor;
}

function requireContiguous(tensors: readonly StoredTensor[], dataStart: number, size: number): void {
  let end = dataStart;
  for (const tensor of tensors.toSorted((a, b) => a.offset - b.offset || a.bytes - b.bytes)) {
    if (tensor.offset < end) throw new Distrust('lying', `its tensor ${tensor.name.slice(0, 80)} overlaps another`);
    if (tensor.offset > end) throw new Distrust('lying', `there is a gap of ${tensor.offset - end} bytes before its tensor ${tensor.name.slice(0, 80)}`);
    end = tensor.offset + tensor.bytes;
  }
  if (end > size) throw new Distrust('truncated', `it has ${size} of ${end} bytes`);
  if (end < size) throw new Distrust('lying', `${size - end} bytes follow its last tensor`);
}

async function bytesAt(handle: FileHandle, from: number, to: number): Promise<Buffer> {
  const bytes = Buffer.alloc(to - from);
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
  if (bytesRead < bytes.length) throw new Distrust('truncated', `it ends after ${from + bytesRead} bytes`);
  return bytes;
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && (entry as number) >= 0);
}

function isStoredType(value: string): value is StoredType {
  return storedTypes.has(value);
}

function texts(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

class Distrust extends Error {
  constructor(
    readonly reason: 'foreign' | 'truncated' | 'lying' | 'type',
    message: string,
  ) {
    super(message);
  }
}

function refused(file: string, { reason, message }: Distrust): Failure {
  const name = path.basename(file);
  switch (reason) {
    case 'truncated':
      return { code: 'weights-truncated', message: `${name} is incomplete: ${message}.`, advice: 'Download it again (Verify downloads finds such files).', short: 'incomplete file' };
    case 'type':
      return { code: 'weights-type', message: `${name} cannot be used: ${message}.`, advice: 'Choose the repository with bfloat16, float16 or float32 weights, or a GGUF file.', short: 'unknown type' };
    case 'foreign':
    case 'lying':
      return { code: 'weights-refused', message: `${name} is no sound safetensors file: ${message}.`, advice: 'Download it again; if it stays so, do not use this repository.', short: 'broken file' };
  }
}

function missing(file: string): Failure {
  return { code: 'weights-missing', message: `The weights ${path.basename(file)} are not there.`, advice: 'Run the download step of this model, then this step again.', short: 'weights missing' };
}

function unreadable(file: string, error: unknown): Failure {
  return {
    code: 'weights-unreadable',
    message: `${path.basename(file)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    advice: 'Check that the file may be read and the disk is sound, then run this step again.',
    short: 'unreadable file',
  };
}
