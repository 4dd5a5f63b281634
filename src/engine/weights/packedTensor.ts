import type { StoredTensor } from './weights';

/**
 * A matrix `[rows, columns]` (torch's `[out, in]`) in few bits, laid out as onnxruntime's own operators want it, so that
 * the runtime maps the bytes as they lie. `columns` is a multiple of `blockSize`; blocks run along a row.
 */
export type PackedTensor = PackedIntegers | PackedNormalFloats;

/**
 * `com.microsoft.MatMulNBits` with `K` = columns, `N` = rows, `bits` 4 or 8: value = (code - zero point) * scale of its block.
 *
 * - `codes`: U8 `[rows, columns / blockSize, blockSize * bits / 8]`; of 4-bit codes the even element is the low nibble.
 * - `scales`: F32 or F16 `[rows, columns / blockSize]`.
 * - `zeroPoints`: of the scales' type and shape, 4 bits only (onnxruntime's CPU kernel refuses them for 8); absent where
 *   every zero point is the operator's default, 8 or 128.
 */
export interface PackedIntegers extends PackedMatrix {
  readonly scheme: 'nbits4' | 'nbits8';
  readonly zeroPoints?: StoredTensor;
}

/**
 * `com.microsoft.MatMulBnb4` with `quant_type` 1: value = NF4 table[code] * scale.
 *
 * - `codes`: U8 `[rows * columns / 2]`, the first element of a byte is the high nibble.
 * - `scales` (its `absmax`): F32 `[rows * columns / blockSize]`.
 */
export interface PackedNormalFloats extends PackedMatrix {
  readonly scheme: 'nf4';
}

interface PackedMatrix {
  readonly blockSize: number;
  /** N, the outputs of the layer. */
  readonly rows: number;
  /** K, the inputs of the layer. */
  readonly columns: number;
  readonly codes: StoredTensor;
  readonly scales: StoredTensor;
}
