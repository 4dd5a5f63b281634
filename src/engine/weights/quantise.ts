import { float16Bits, float16Value } from './halfFloats';

/** Numbers in few bits, in the layouts that packedTensor.ts describes. */
export interface PackedNumbers {
  readonly codes: Uint8Array;
  /** float16 bits for integers, float32 for NF4 and where a source's own scales need them. */
  readonly scales: Uint16Array | Float32Array;
  readonly zeroPoints?: Float32Array;
}

/** Along a row; a common block of GGUF too. */
export const integerBlock = 32;
/** As QLoRA has it. */
export const normalFloatBlock = 64;

/** Numbers that are infinite or none, or beyond what a float16 scale reaches: nothing that a trained model holds. */
export class Unquantisable extends Error {}

/**
 * Symmetric integers in blocks of 32: value = (code - half) * scale, half = 8 or 128. The scale is that of the largest
 * number with its sign, over -half, as GGML's Q4_0 does: so all 2^bits codes are used. Codes are chosen for the scale as
 * it is stored, in float16.
 *
 * @param values whole blocks
 */
export function quantiseIntegers(values: Float32Array, bits: 4 | 8): PackedNumbers {
  const half = 1 << (bits - 1);
  const count = values.length / integerBlock;
  const scales = new Uint16Array(count);
  const codes = new Uint8Array((values.length * bits) / 8);
  const encode = bits === 4 ? encodeNibbles : encodeBytes;
  for (let block = 0; block < count; block++) {
    const start = block * integerBlock;
    const stored = float16Bits(extremeOf(values, start, integerBlock) / -half);
    const scale = float16Value(stored);
    if (!Number.isFinite(scale)) throw new Unquantisable();
    scales[block] = stored;
    encode(values, start, scale === 0 ? 0 : 1 / scale, codes);
  }
  return { codes, scales };
}

/** The largest number of a block with its sign; NaN where the block holds infinities or no numbers. */
function extremeOf(values: Float32Array, start: number, length: number): number {
  let extreme = 0;
  let size = 0;
  let sum = 0;
  for (let index = start; index < start + length; index++) {
    const value = values[index] ?? 0;
    const magnitude = Math.abs(value);
    sum += magnitude;
    if (magnitude > size) {
      size = magnitude;
      extreme = value;
    }
  }
  return sum < Infinity ? extreme : NaN;
}

/** Codes are above zero, so that cutting off rounds down. The largest number may come out one too high, as 16. */
function encodeNibbles(values: Float32Array, start: number, inverse: number, codes: Uint8Array): void {
  for (let index = start; index < start + integerBlock; index += 2) {
    const low = ((values[index] ?? 0) * inverse + 8.5) | 0;
    const high = ((values[index + 1] ?? 0) * inverse + 8.5) | 0;
    codes[index >> 1] = (low > 15 ? 15 : low) | ((high > 15 ? 15 : high) << 4);
  }
}

function encodeBytes(values: Float32Array, start: number, inverse: number, codes: Uint8Array): void {
  for (let index = start; index < start + integerBlock; index++) {
    const code = ((values[index] ?? 0) * inverse + 128.5) | 0;
    codes[index] = code > 255 ? 255 : code;
  }
}

/** The 16 quantiles of a normal distribution that QLoRA stores weights with (arXiv 2305.14314, appendix E). */
export const normalFloats: readonly number[] = [
  -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
  0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
];

/** Halfway between neighbours. */
const normalFloatBounds = Float64Array.from({ length: 15 }, (_, index) => ((normalFloats[index] ?? 0) + (normalFloats[index + 1] ?? 0)) / 2);

/** NF4 in blocks of 64: value = table[code] * scale, the scale being the block's largest size. The first code is the high nibble. */
export function quantiseNormalFloats(values: Float32Array): PackedNumbers {
  const count = values.length / normalFloatBlock;
  const scales = new Float32Array(count);
  const codes = new Uint8Array(values.length / 2);
  for (let block = 0; block < count; block++) {
    const start = block * normalFloatBlock;
    const size = Math.abs(extremeOf(values, start, normalFloatBlock));
    if (Number.isNaN(size)) throw new Unquantisable();
    scales[block] = size;
    const inverse = size === 0 ? 0 : 1 / size;
    for (let index = start; index < start + normalFloatBlock; index += 2) {
      codes[index >> 1] = (nearestNormalFloat((values[index] ?? 0) * inverse) << 4) | nearestNormalFloat((values[index + 1] ?? 0) * inverse);
    }
  }
  return { codes, scales };
}

/** Four comparisons. */
function nearestNormalFloat(value: number): number {
  let code = 0;
  for (let step = 8; step > 0; step >>= 1) if (value > (normalFloatBounds[code + step - 1] ?? 1)) code += step;
  return code;
}
