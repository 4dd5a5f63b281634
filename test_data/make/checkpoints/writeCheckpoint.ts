import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CheckpointFiles } from './componentFiles';

/** Writes a made repository as a plain folder, as `huggingface-cli download --local-dir` would leave it. */
export async function writeCheckpoint(folder: string, files: CheckpointFiles): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
