import type { Result } from '../../core/outcome';
import type { GgufFile } from './ggufFile';
import { withPacked } from './quantisedWeights';
import type { CacheOptions } from './quantisedCache';
import type { PackingJob } from './quantisePlan';
import { readStored } from './readStored';
import type { StoredTensor, Weights } from './weights';

/** A GGUF file's weights: plain floats are mapped from it, blocks are brought once into the runtime's order, in the cache. */
export async function ggufWeights(file: GgufFile, options: CacheOptions): Promise<Result<Weights>> {
  return withPacked(new PlainTensors(file.plain), ggufJobs(file), options);
}

/** What is to be brought into another order; the sum of their sizes is known before. */
function ggufJobs({ path, blocks }: GgufFile): readonly PackingJob[] {
  return [...blocks].map(([name, { format, rows, columns, offset, bytes }]) => {
    const { scheme, blockSize, scaleType, hasZeroPoints } = format;
    return { name, rows, columns, scheme, blockSize, scaleType, hasZeroPoints, source: { file: path, offset, bytes }, pack: (source: Uint8Array) => format.repack(source) };
  });
}

class PlainTensors implements Weights {
  constructor(private readonly tensors: ReadonlyMap<string, StoredTensor>) {}

  get names(): readonly string[] {
    return [...this.tensors.keys()];
  }

  find(name: string): StoredTensor | undefined {
    return this.tensors.get(name);
  }

  async read(name: string): Promise<Float32Array> {
    const tensor = this.tensors.get(name);
    if (!tensor) throw new Error(`There is no tensor ${name}.`);
    return readStored(tensor);
  }
}
