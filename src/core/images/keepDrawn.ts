import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Keeps a drawn picture in a cache, whole or not at all. A full disk or a read-only folder costs only time. */
export async function keepDrawn(file: string, content: Buffer): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch {
    // Drawn anew next time.
  }
}
