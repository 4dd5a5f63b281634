import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';
import { readGguf, type GgufFile } from './ggufFile';
import { withPacked } from './quantisedWeights';
import type { CacheOptions } from './quantisedCache';
import type { PackingJob } from './quantisePlan';
import { StoredTensors } from './storedTensors';
import type { Weights } from './weights';

/**
 * A GGUF file's weights: plain floats are mapped from it, blocks are brought once into the runtime's order, in the cache.
 *
 * @param packing where the cache is; without one only a file of plain floats can be opened
 */
export async function openGguf(file: string, packing?: CacheOptions): Promise<Result<Weights>> {
  const header = await readGguf(file);
  if (!header.ok) return header;
  const plain = new StoredTensors(header.value.plain);
  if (header.value.blocks.size === 0) return ok(plain);
  return packing ? withPacked(plain, ggufJobs(header.value), packing) : fail(noCache(file));
}

/** What is to be brought into another order; the sum of their sizes is known before. */
function ggufJobs({ path: file, blocks }: GgufFile): readonly PackingJob[] {
  return [...blocks].map(([name, { format, rows, columns, offset, bytes }]) => {
    const { scheme, blockSize, scaleType, hasZeroPoints } = format;
    return { name, rows, columns, scheme, blockSize, scaleType, hasZeroPoints, source: { file, offset, bytes }, pack: (source: Uint8Array) => format.repack(source) };
  });
}

function noCache(file: string): Failure {
  return {
    code: 'no-cache',
    message: `${path.basename(file)} holds blocks that have to be brought into another order, and there is no folder to keep them in.`,
    advice: 'Choose a GGUF file in F16 or BF16, or the checkpoint’s own weights.',
    short: 'no cache folder',
  };
}
