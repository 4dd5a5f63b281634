/** IEEE half precision, rounded to the nearest, ties to even; infinite beyond 65504. */
export function float16Bits(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  const size = word & 0x7fffffff;
  if (size > 0x7f800000) return sign | 0x7e00;
  if (size >= halfInfinity) return sign | 0x7c00;
  if (size < smallestNormal) return sign | roundToEven(Math.abs(value) * 2 ** 24);
  return sign | ((size + 0xfff + ((size >>> 13) & 1) - exponentShift) >>> 13);
}

/** Looked up: there are only 65536 of them. */
export function float16Value(half: number): number {
  return halfValues[half] ?? NaN;
}

/** Replaces each number by the nearest that a 16-bit type holds, ties to even. */
export function roundInPlace(values: Float32Array, type: 'F16' | 'BF16'): void {
  if (type === 'F16') {
    for (let index = 0; index < values.length; index++) values[index] = float16Value(float16Bits(values[index] ?? 0));
    return;
  }
  // bfloat16 is the upper half of a float32.
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? 0;
    if ((word & 0x7fffffff) <= 0x7f800000) words[index] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000;
  }
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
/** As float32 bits: 65520, from where halves round to infinity, and 2^-14, below which they are evenly spaced. */
const halfInfinity = 0x477ff000;
const smallestNormal = 0x38800000;
/** The exponents' offsets are 127 and 15. */
const exponentShift = (127 - 15) << 23;

const halfValues = Float32Array.from({ length: 65536 }, (_, half) => {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
});

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
