import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach } from 'vitest';
import { startHub, type HubOptions, type LoopbackHub } from '../../../../test_data/make/hub';
import type { HubConnection } from '../../../../src/core/hub/connection';
import type { DownloadTuning } from '../../../../src/core/hub/download';
import { temporaryFolder } from '../../actionContext';

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

export async function loopback(options: HubOptions): Promise<LoopbackHub> {
  const hub = await startHub(options);
  endings.push(() => hub.dispose());
  return hub;
}

export async function folder(): Promise<string> {
  const made = await mkdtemp(temporaryFolder);
  endings.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

export function atEnd(end: () => Promise<unknown>): void {
  endings.push(end);
}

export async function connect(hub: LoopbackHub, more: Partial<HubConnection> = {}): Promise<HubConnection> {
  return { endpoint: hub.endpoint, token: undefined, cacheFolder: more.cacheFolder ?? (await folder()), offline: false, ...more };
}

/** Milliseconds instead of seconds. */
export const quick: DownloadTuning = { firstWait: 5, stallAfter: 300, answerWithin: 2_000, segmentBytes: 256 * 1024 };

/** Bytes that do not compress or repeat, the same each time. */
export function noise(seed: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0;
  for (let index = 0; index < length; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

/** A safetensors file with these tensors, filled with noise. */
export function safetensors(tensors: Readonly<Record<string, readonly number[]>>, metadata: Readonly<Record<string, string>> = {}): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, shape] of Object.entries(tensors)) {
    const bytes = shape.reduce((product, side) => product * side, 4);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, offset + bytes] };
    offset += bytes;
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, noise(offset, offset)]);
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every file and link below a folder, a link as `name -> target`. */
export async function listing(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  const lines = entries.filter((entry) => !entry.isDirectory()).map(async (entry) => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(root, file);
    return entry.isSymbolicLink() ? `${name} -> ${await readlink(file)}` : name;
  });
  return (await Promise.all(lines)).sort();
}
