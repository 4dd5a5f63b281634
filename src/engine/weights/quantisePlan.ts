import type { PackedTensor } from './packedTensor';
import { integerBlock, normalFloatBlock, quantiseIntegers, quantiseNormalFloats, type PackedNumbers } from './quantise';
import { widened } from './readStored';
import { storedWidths, type StoredTensor, type Weights } from './weights';

/** Precisions of fewer bits than any checkpoint has: they are made once and kept. */
export type QuantisedPrecision = 'int4' | 'int8' | 'nf4';

/** One matrix on its way into few bits: where its numbers lie, row after row, and what they become. */
export interface PackingJob {
  /** As in the checkpoint: `transformer_blocks.0.attn.to_q.weight`. */
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
  readonly scheme: PackedTensor['scheme'];
  readonly blockSize: number;
  readonly scaleType: 'F16' | 'F32';
  readonly hasZeroPoints: boolean;
  readonly source: Pick<StoredTensor, 'file' | 'offset' | 'bytes'>;
  /**
   * @param bytes of the source, whole rows
   * @throws Unquantisable
   */
  pack(bytes: Uint8Array): PackedNumbers;
}

/**
 * The matrices that are quantised: those of the repeated blocks, where nearly all weights are. Modulation, embeddings,
 * first and last layers stay as they are, because few weights of them decide much.
 */
export function packingJobs(weights: Weights, precision: QuantisedPrecision): readonly PackingJob[] {
  const block = precision === 'nf4' ? normalFloatBlock : integerBlock;
  return weights.names.flatMap((name) => {
    const tensor = weights.find(name);
    const [rows, columns, ...rest] = tensor?.shape ?? [];
    if (!tensor || rows === undefined || columns === undefined || rest.length > 0) return [];
    if (!isBlockMatrix(name) || !floatTypes.has(tensor.type) || columns % block !== 0) return [];
    return [{ name, rows, columns, ...layouts[precision], source: tensor, pack: (bytes: Uint8Array) => packers[precision](widened(bytes, tensor.type)) }];
  });
}

/** Bytes of a row of the source. */
export function rowBytes({ rows, source }: PackingJob): number {
  return source.bytes / rows;
}

/** Bytes of each part of the packed matrix. */
export function packedSizes({ rows, columns, scheme, blockSize, scaleType, hasZeroPoints }: PackingJob): { readonly codes: number; readonly scales: number; readonly zeroPoints: number } {
  const blocks = (rows * columns) / blockSize;
  return { codes: scheme === 'nbits8' ? rows * columns : (rows * columns) / 2, scales: blocks * storedWidths[scaleType], zeroPoints: hasZeroPoints ? blocks * storedWidths[scaleType] : 0 };
}

function isBlockMatrix(name: string): boolean {
  return /(?:^|\.)(?:transformer_blocks|layers|blocks)\.\d+\..*\.weight$/.test(name) && !/_mod\.\d+\.weight$/.test(name);
}

const floatTypes: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16']);

const layouts = {
  int4: { scheme: 'nbits4', blockSize: integerBlock, scaleType: 'F16', hasZeroPoints: false },
  int8: { scheme: 'nbits8', blockSize: integerBlock, scaleType: 'F16', hasZeroPoints: false },
  nf4: { scheme: 'nf4', blockSize: normalFloatBlock, scaleType: 'F32', hasZeroPoints: false },
} as const;

const packers: Readonly<Record<QuantisedPrecision, (values: Float32Array) => PackedNumbers>> = {
  int4: (values) => quantiseIntegers(values, 4),
  int8: (values) => quantiseIntegers(values, 8),
  nf4: quantiseNormalFloats,
};
