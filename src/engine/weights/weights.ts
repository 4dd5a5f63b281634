import type { PackedTensor } from './packedTensor';

/** Element types of stored weights, as safetensors names them. `U8` holds packed low-bit weights. */
export type StoredType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'U8' | 'I8' | 'BOOL';

/** A tensor where it lies on disk: the runtime maps these bytes, nothing is copied or converted. */
export interface StoredTensor {
  /** Module path and parameter as in the checkpoint: `transformer_blocks.0.attn.to_q.weight`. */
  readonly name: string;
  readonly type: StoredType;
  readonly shape: readonly number[];
  /** Absolute, with symbolic links resolved. */
  readonly file: string;
  /** Bytes from the start of the file. */
  readonly offset: number;
  readonly bytes: number;
}

/** The named tensors of one component of a checkpoint (transformer, VAE, text encoder), over all its shards. */
export interface Weights {
  readonly names: readonly string[];
  find(name: string): StoredTensor | undefined;
  /** The matrix where it is stored in few bits; `find` does not know it then, `read` gives its values unpacked. */
  packed?(name: string): PackedTensor | undefined;
  /** The values widened to float32. For small tensors and for layouts that the runtime cannot map; 16-bit floats are exact. */
  read(name: string): Promise<Float32Array>;
}

/** Bytes of one element. */
export const storedWidths: Readonly<Record<StoredType, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, I8: 1, BOOL: 1 };

/** Bytes of a tensor; NaN when the product of its sizes is beyond what a number holds exactly. */
export function storedBytes(type: StoredType, shape: readonly number[]): number {
  const bytes = shape.reduce((product, size) => product * size, storedWidths[type]);
  return Number.isSafeInteger(bytes) ? bytes : NaN;
}
