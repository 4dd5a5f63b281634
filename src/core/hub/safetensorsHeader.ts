import { open } from 'node:fs/promises';
import type { HubConnection } from './connection';
import { UntrustedAnswer } from './hubError';
import { hubFetch, type FetchOptions } from './hubFetch';
import { encodePath } from './repositoryPath';
import type { RepositoryTree, TreeFile } from './tree';

/** What a safetensors file says of itself before its numbers begin. */
export interface SafetensorsHeader {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Length of the header itself. */
  readonly bytes: number;
}

interface Tensor {
  readonly type: string;
  readonly shape: readonly number[];
}

/** Reads the header of a file on the Hub with one or two ranged requests, whatever the file's size. */
export async function readRemoteHeader(connection: HubConnection, { repository, commit }: Pick<RepositoryTree, 'repository' | 'commit'>, file: TreeFile, options: FetchOptions = {}): Promise<SafetensorsHeader> {
  const fetch = hubFetch(connection, options);
  return readHeader(file.size, async (start, end) => {
    const response = await fetch(`${connection.endpoint}/${repository}/resolve/${commit}/${encodePath(file.path)}`, {
      headers: { range: `bytes=${start}-${end - 1}`, 'accept-encoding': 'identity' },
    });
    if (response.status !== 206) {
      await response.body?.cancel();
      throw new UntrustedAnswer(`The Hub does not send parts of ${file.path}.`);
    }
    return Buffer.from(await response.arrayBuffer());
  });
}

/** @throws UntrustedAnswer when the file is no whole safetensors file */
export async function readLocalHeader(path: string): Promise<SafetensorsHeader> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    return await readHeader(size, async (start, end) => {
      const bytes = Buffer.alloc(end - start);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      return bytes.subarray(0, bytesRead);
    });
  } finally {
    await handle.close();
  }
}

const firstBytes = 64 * 1024;
const longestHeader = 100_000_000;

async function readHeader(size: number, read: (start: number, end: number) => Promise<Buffer>): Promise<SafetensorsHeader> {
  if (size < 10) throw broken('it is too short');
  const first = await read(0, Math.min(size, firstBytes));
  if (first.length < 8) throw broken('it is too short');
  const length = Number(first.readBigUInt64LE(0));
  if (length < 2 || length > longestHeader || 8 + length > size) throw broken('its header does not fit into it');
  const rest = 8 + length > first.length ? await read(first.length, 8 + length) : Buffer.alloc(0);
  return parseHeader(Buffer.concat([first, rest]).subarray(8, 8 + length).toString('utf8'), size - 8 - length);
}

function parseHeader(text: string, dataBytes: number): SafetensorsHeader {
  let parsed: Record<string, unknown>;
  try {
    parsed = JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw broken('its header is not JSON');
  }
  const { __metadata__: metadata, ...rest } = parsed;
  const tensors = new Map<string, Tensor>();
  let end = 0;
  for (const [name, value] of Object.entries(rest)) {
    const { dtype, shape, data_offsets: offsets } = (value ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown };
    if (typeof dtype !== 'string' || !isNumbers(shape) || !isNumbers(offsets) || offsets.length !== 2) throw broken(`its tensor ${name.slice(0, 80)} is not described`);
    const [from = 0, to = 0] = offsets;
    if (from > to || to > dataBytes) throw broken('its tensors reach beyond its end');
    end = Math.max(end, to);
    tensors.set(name, { type: dtype, shape });
  }
  if (end !== dataBytes) throw broken('it is not as long as its tensors');
  return { tensors, metadata: isTexts(metadata) ? metadata : {}, bytes: Buffer.byteLength(text) };
}

function broken(why: string): UntrustedAnswer {
  return new UntrustedAnswer(`This is no whole safetensors file: ${why}.`);
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => Number.isSafeInteger(entry) && (entry as number) >= 0);
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && Object.values(value).every((entry) => typeof entry === 'string');
}
