import type { PackedTensor } from './packedTensor';
import { packedSizes, type PackingJob } from './quantisePlan';
import type { StoredTensor } from './weights';

/** Where everything lies in a file of packed matrices, known before a byte of it is written. */
export interface QuantisedLayout {
  /** Length, JSON and blanks: the beginning of the safetensors file. */
  readonly header: Buffer;
  /** In the order of the jobs, as bytes from the start of the file. */
  readonly matrices: readonly MatrixPlace[];
  readonly bytes: number;
}

export interface MatrixPlace {
  readonly job: PackingJob;
  readonly codes: number;
  readonly scales: number;
  readonly zeroPoints: number | undefined;
  /** Where the matrix is complete. */
  readonly end: number;
}

/** Tensors begin where no device's copy or vector instruction minds. */
const alignment = 256;

/**
 * Lays the matrices out one after the other as a safetensors file with tensors `<name>.codes`, `.scales` and `.zeroPoints`.
 * The format allows no gaps, so that what fills them are tensors too.
 */
export function layOut(jobs: readonly PackingJob[], metadata: Readonly<Record<string, string>>): QuantisedLayout {
  const entries: Record<string, unknown> = { __metadata__: metadata };
  let at = 0;
  const place = (name: string, dtype: string, shape: readonly number[], bytes: number): number => {
    const start = aligned(at);
    if (start > at) entries[`padding.${at}`] = { dtype: 'U8', shape: [start - at], data_offsets: [at, start] };
    entries[name] = { dtype, shape, data_offsets: [start, start + bytes] };
    at = start + bytes;
    return start;
  };
  const relative = jobs.map((job) => {
    const sizes = packedSizes(job);
    const perBlock = job.scheme === 'nf4' ? [(job.rows * job.columns) / job.blockSize] : [job.rows, job.columns / job.blockSize];
    const codes = place(`${job.name}.codes`, 'U8', codesShape(job), sizes.codes);
    const scales = place(`${job.name}.scales`, job.scaleType, perBlock, sizes.scales);
    const zeroPoints = job.hasZeroPoints ? place(`${job.name}.zeroPoints`, job.scaleType, perBlock, sizes.zeroPoints) : undefined;
    return { job, codes, scales, zeroPoints, end: at };
  });
  const header = headerOf(entries);
  const start = header.length;
  const matrices = relative.map(({ job, codes, scales, zeroPoints, end }) => ({ job, codes: start + codes, scales: start + scales, zeroPoints: zeroPoints === undefined ? undefined : start + zeroPoints, end: start + end }));
  return { header, matrices, bytes: start + at };
}

/** The matrix as it lies in a file that was laid out so. */
export function packedAt({ job, codes, scales, zeroPoints }: MatrixPlace, file: string): PackedTensor {
  const { name, rows, columns, blockSize, scheme, scaleType } = job;
  const sizes = packedSizes(job);
  const perBlock = scheme === 'nf4' ? [(rows * columns) / blockSize] : [rows, columns / blockSize];
  const at = (part: string, type: StoredTensor['type'], shape: readonly number[], offset: number, bytes: number): StoredTensor => ({ name: `${name}.${part}`, type, shape, file, offset, bytes });
  const matrix = { blockSize, rows, columns, codes: at('codes', 'U8', codesShape(job), codes, sizes.codes), scales: at('scales', scaleType, perBlock, scales, sizes.scales) };
  if (scheme === 'nf4') return { scheme, ...matrix };
  return { scheme, ...matrix, ...(zeroPoints === undefined ? {} : { zeroPoints: at('zeroPoints', scaleType, perBlock, zeroPoints, sizes.zeroPoints) }) };
}

function codesShape({ scheme, rows, columns, blockSize }: PackingJob): readonly number[] {
  if (scheme === 'nf4') return [(rows * columns) / 2];
  return [rows, columns / blockSize, scheme === 'nbits4' ? blockSize / 2 : blockSize];
}

function headerOf(entries: Readonly<Record<string, unknown>>): Buffer {
  const text = Buffer.from(JSON.stringify(entries));
  const header = Buffer.alloc(aligned(8 + text.length), ' ');
  header.writeBigUInt64LE(BigInt(header.length - 8));
  text.copy(header, 8);
  return header;
}

function aligned(offset: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
