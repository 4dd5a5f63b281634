import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FileRecord } from '../../core/evaluation/generation';

/**
 * A file with its hash. In the Hub's cache large files are named by their SHA-256, which was compared at download; other
 * files are read once for each state that they are in.
 *
 * @param file relative to `folder`, with `/`
 */
export async function fileRecord(folder: string, file: string): Promise<FileRecord> {
  const real = await realpath(path.join(folder, file));
  const { size, mtimeMs } = await stat(real);
  const name = path.basename(real);
  if (path.basename(path.dirname(real)) === 'blobs' && /^[0-9a-f]{64}$/.test(name)) return { file, bytes: size, sha256: name };
  const stamp = `${size} ${mtimeMs}`;
  const known = hashes.get(real);
  const sha256 = known?.stamp === stamp ? known.sha256 : await hashOf(real);
  hashes.set(real, { stamp, sha256 });
  return { file, bytes: size, sha256 };
}

const hashes = new Map<string, { readonly stamp: string; readonly sha256: string }>();

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
