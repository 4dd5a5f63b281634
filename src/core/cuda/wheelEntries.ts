import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openPromise, type Entry, type ZipFile } from 'yauzl';

/** Bytes that a library of the provider may have; more is no provider. */
const mostBytes = 4 * 1024 ** 3;

export interface ExtractedFile {
  readonly name: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * Writes the files of a zip that have one of the names, whatever folder of the zip they lie in, into one folder. The rest of
 * the archive is not read. A name that is there twice or not at all is an error.
 */
export async function extractNamed(archive: string, names: readonly string[], into: string): Promise<readonly ExtractedFile[]> {
  const zip = await openPromise(archive, { autoClose: false });
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) if (names.includes(path.posix.basename(entry.fileName))) entries.push(entry);
    await mkdir(into, { recursive: true });
    const extracted: ExtractedFile[] = [];
    for (const name of names) {
      const [entry, second] = entries.filter(({ fileName }) => path.posix.basename(fileName) === name);
      if (!entry || second) throw new Error(`${path.basename(archive)} has ${entry ? 'two files' : 'no file'} ${name}.`);
      if (entry.uncompressedSize > mostBytes) throw new Error(`${name} in ${path.basename(archive)} is too large to be a library.`);
      extracted.push({ name, bytes: entry.uncompressedSize, sha256: await extract(zip, entry, path.join(into, name)) });
    }
    return extracted;
  } finally {
    zip.close();
  }
}

/** The zip reader checks that no more and no less arrives than the archive says. */
async function extract(zip: ZipFile, entry: Entry, file: string): Promise<string> {
  const hash = createHash('sha256');
  const content = await zip.openReadStreamPromise(entry);
  content.on('data', (chunk: Buffer) => hash.update(chunk));
  await pipeline(content, createWriteStream(file, { mode: 0o755 }));
  return hash.digest('hex');
}
