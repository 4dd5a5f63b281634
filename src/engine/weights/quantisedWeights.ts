import { ok, type Result } from '../../core/outcome';
import type { PackedTensor } from './packedTensor';
import { packIntoCache, type CacheOptions } from './quantisedCache';
import { packedAt } from './quantisedLayout';
import { packedSizes, packingJobs, type PackingJob, type QuantisedPrecision } from './quantisePlan';
import { unpack } from './unpack';
import type { StoredTensor, Weights } from './weights';

/** A checkpoint's weights with the matrices of its blocks in few bits, packed once into the cache. */
export async function quantisedWeights(base: Weights, precision: QuantisedPrecision, options: CacheOptions): Promise<Result<Weights>> {
  return withPacked(base, packingJobs(base, precision), options);
}

/** Bytes that `quantisedWeights` will have in all, packed and not: what they take in memory, and of the disk what is new. */
export function quantisedBytes(base: Weights, precision: QuantisedPrecision): { readonly memory: number; readonly disk: number } {
  const jobs = packingJobs(base, precision);
  const packed = new Set(jobs.map(({ name }) => name));
  const disk = jobs.reduce((sum, job) => sum + Object.values(packedSizes(job)).reduce((total, bytes) => total + bytes, 0), 0);
  const kept = base.names.filter((name) => !packed.has(name)).reduce((sum, name) => sum + (base.find(name)?.bytes ?? 0), 0);
  return { memory: disk + kept, disk };
}

/** The weights with some matrices replaced by what the jobs make of them. */
export async function withPacked(base: Weights, jobs: readonly PackingJob[], options: CacheOptions): Promise<Result<Weights>> {
  if (jobs.length === 0) return ok(base);
  const cached = await packIntoCache(jobs, options);
  if (!cached.ok) return cached;
  const { path, matrices } = cached.value;
  return ok(new PackedWeights(base, new Map(matrices.map((place) => [place.job.name, packedAt(place, path)]))));
}

class PackedWeights implements Weights {
  readonly names: readonly string[];

  constructor(
    private readonly base: Weights,
    private readonly matrices: ReadonlyMap<string, PackedTensor>,
  ) {
    this.names = [...new Set([...base.names, ...matrices.keys()])];
  }

  find(name: string): StoredTensor | undefined {
    return this.matrices.has(name) ? undefined : this.base.find(name);
  }

  packed(name: string): PackedTensor | undefined {
    return this.matrices.get(name);
  }

  async read(name: string): Promise<Float32Array> {
    const packed = this.matrices.get(name);
    return packed ? unpack(packed) : this.base.read(name);
  }
}
