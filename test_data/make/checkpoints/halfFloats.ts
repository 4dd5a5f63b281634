/** bfloat16 as safetensors stores it (little endian), rounded to the nearest, ties to even. */
export function toBfloat16(values: Float32Array): Buffer {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const encoded = Buffer.alloc(values.length * 2);
  bits.forEach((word, index) => {
    const rounded = (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    encoded.writeUInt16LE(Number.isNaN(values[index]) ? 0x7fc0 : rounded, index * 2);
  });
  return encoded;
}

/** IEEE half precision (little endian), rounded to the nearest, ties to even. */
export function toFloat16(values: Float32Array): Buffer {
  const encoded = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => encoded.writeUInt16LE(halfBits(value), index * 2));
  return encoded;
}

export function halfBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below 2^-14 halves are spaced evenly, 2^-24 apart; above, 1024 of them lie between one power of two and the next.
  const exponent = Math.max(-14, exponentOf(size));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  return sign | (exponent === -14 && steps < 1024 ? steps : ((exponent + 15) << 10) + (steps - 1024));
}

function exponentOf(size: number): number {
  let exponent = -24;
  while (2 ** (exponent + 1) <= size) exponent++;
  return exponent;
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
