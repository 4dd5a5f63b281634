import { float16Bits, float16Value } from './halfFloats';
import { quantiseIntegers, Unquantisable, type PackedNumbers } from './quantise';

/**
 * How ggml stores blocks of numbers, and what they become for the runtime: the same numbers in another order where the
 * runtime has a layout for them; 5-bit numbers with a minimum are widened to 8 bits of their own scale.
 * Layouts: https://github.com/ggml-org/ggml/blob/master/src/ggml-common.h
 */
export interface GgufFormat {
  readonly name: string;
  /** Numbers and bytes of one block. */
  readonly numbers: number;
  readonly bytes: number;
  readonly scheme: 'nbits4' | 'nbits8';
  readonly blockSize: 16 | 32;
  readonly scaleType: 'F16' | 'F32';
  readonly hasZeroPoints: boolean;
  /** @param source whole blocks */
  repack(source: Uint8Array): PackedNumbers;
}

type Layout = Omit<GgufFormat, 'repack'>;

/** By ggml's number of the type. */
export const ggufFormats: Readonly<Record<number, GgufFormat | undefined>> = {
  2: reordered({ name: 'Q4_0', numbers: 32, bytes: 18, scheme: 'nbits4', blockSize: 32, scaleType: 'F16', hasZeroPoints: false }, ({ source, at, block }) => {
    block.halfScale(0, source.u16(at));
    for (let i = 0; i < 32; i++) block.code(i, source.nibble(at + 2, i));
  }),
  3: reordered({ name: 'Q4_1', numbers: 32, bytes: 20, scheme: 'nbits4', blockSize: 32, scaleType: 'F32', hasZeroPoints: true }, ({ source, at, block }) => {
    for (let i = 0; i < 32; i++) block.code(i, source.nibble(at + 4, i));
    block.affine(0, source.half(at), source.half(at + 2));
  }),
  6: reordered({ name: 'Q5_0', numbers: 32, bytes: 22, scheme: 'nbits8', blockSize: 32, scaleType: 'F16', hasZeroPoints: false }, ({ source, at, block }) => {
    block.halfScale(0, source.u16(at));
    for (let i = 0; i < 32; i++) block.code(i, fifthBit(source, at + 2, i) - 16 + 128);
  }),
  7: requantised({ name: 'Q5_1', numbers: 32, bytes: 24 }, ({ source, at, values, to }) => {
    const [step, minimum] = [source.half(at), source.half(at + 2)];
    for (let i = 0; i < 32; i++) values[to + i] = step * fifthBit(source, at + 4, i) + minimum;
  }),
  8: reordered({ name: 'Q8_0', numbers: 32, bytes: 34, scheme: 'nbits8', blockSize: 32, scaleType: 'F16', hasZeroPoints: false }, ({ source, at, block }) => {
    block.halfScale(0, source.u16(at));
    for (let i = 0; i < 32; i++) block.code(i, source.i8(at + 2 + i) + 128);
  }),
  10: reordered({ name: 'Q2_K', numbers: 256, bytes: 84, scheme: 'nbits4', blockSize: 16, scaleType: 'F32', hasZeroPoints: true }, ({ source, at, block }) => {
    for (let i = 0; i < 256; i++) block.code(i, twoBits(source, at + 16, i));
    for (let part = 0; part < 16; part++) {
      const both = source.u8(at + part);
      block.affine(part, source.half(at + 80) * (both & 15), -source.half(at + 82) * (both >> 4));
    }
  }),
  11: reordered({ name: 'Q3_K', numbers: 256, bytes: 110, scheme: 'nbits4', blockSize: 16, scaleType: 'F32', hasZeroPoints: false }, ({ source, at, block }) => {
    // The mask's bit says that 4 is not taken off.
    for (let i = 0; i < 256; i++) block.code(i, twoBits(source, at + 32, i) - ((source.u8(at + (i % 32)) >> Math.floor(i / 32)) & 1 ? 0 : 4) + 8);
    for (let part = 0; part < 16; part++) {
      const low = (source.u8(at + 96 + (part % 8)) >> (part < 8 ? 0 : 4)) & 15;
      const high = (source.u8(at + 104 + (part % 4)) >> (2 * Math.floor(part / 4))) & 3;
      block.scale(part, source.half(at + 108) * ((low | (high << 4)) - 32));
    }
  }),
  12: reordered({ name: 'Q4_K', numbers: 256, bytes: 144, scheme: 'nbits4', blockSize: 32, scaleType: 'F32', hasZeroPoints: true }, ({ source, at, block }) => {
    for (let i = 0; i < 256; i++) block.code(i, (source.u8(at + 16 + 32 * Math.floor(i / 64) + (i % 32)) >> (i % 64 < 32 ? 0 : 4)) & 15);
    for (let part = 0; part < 8; part++) {
      const { scale, minimum } = sixBits(source, at + 4, part);
      block.affine(part, source.half(at) * scale, -source.half(at + 2) * minimum);
    }
  }),
  13: requantised({ name: 'Q5_K', numbers: 256, bytes: 176 }, ({ source, at, values, to }) => {
    for (let part = 0; part < 8; part++) {
      const { scale, minimum } = sixBits(source, at + 4, part);
      const [step, offset] = [source.half(at) * scale, source.half(at + 2) * minimum];
      for (let i = 0; i < 32; i++) {
        const low = (source.u8(at + 48 + 32 * (part >> 1) + i) >> (part & 1 ? 4 : 0)) & 15;
        const high = (source.u8(at + 16 + i) >> part) & 1;
        values[to + 32 * part + i] = step * (low | (high << 4)) - offset;
      }
    }
  }),
  14: reordered({ name: 'Q6_K', numbers: 256, bytes: 210, scheme: 'nbits8', blockSize: 16, scaleType: 'F32', hasZeroPoints: false }, ({ source, at, block }) => {
    for (let i = 0; i < 256; i++) {
      const [half, within] = [Math.floor(i / 128), i % 128];
      const low = (source.u8(at + 64 * half + (within % 64)) >> (within < 64 ? 0 : 4)) & 15;
      const high = (source.u8(at + 128 + 32 * half + (within % 32)) >> (2 * Math.floor(within / 32))) & 3;
      block.code(i, (low | (high << 4)) - 32 + 128);
    }
    for (let part = 0; part < 16; part++) block.scale(part, source.half(at + 208) * source.i8(at + 192 + part));
  }),
};

interface BlockPlace {
  readonly source: BlockSource;
  /** Byte of the source at which the block begins. */
  readonly at: number;
  readonly block: BlockTarget;
}

/** The same numbers in the runtime's order: exact. */
function reordered(layout: Layout, read: (place: BlockPlace) => void): GgufFormat {
  return {
    ...layout,
    repack: (bytes) => {
      const source = new BlockSource(bytes);
      const count = bytes.length / layout.bytes;
      const block = new BlockTarget(layout, count);
      for (let index = 0; index < count; index++) {
        block.begin(index);
        read({ source, at: index * layout.bytes, block });
      }
      return block.packed();
    },
  };
}

interface ValuesPlace {
  readonly source: BlockSource;
  readonly at: number;
  readonly values: Float32Array;
  /** Index of the block's first value. */
  readonly to: number;
}

/** The runtime has no fractional zero points in 8 bits: the numbers are widened and quantised again, to within 1/256 of the largest of 32. */
function requantised(layout: Pick<Layout, 'name' | 'numbers' | 'bytes'>, read: (place: ValuesPlace) => void): GgufFormat {
  return {
    ...layout,
    scheme: 'nbits8',
    blockSize: 32,
    scaleType: 'F16',
    hasZeroPoints: false,
    repack: (bytes) => {
      const source = new BlockSource(bytes);
      const count = bytes.length / layout.bytes;
      const values = new Float32Array(count * layout.numbers);
      for (let index = 0; index < count; index++) read({ source, at: index * layout.bytes, values, to: index * layout.numbers });
      return quantiseIntegers(values, 8);
    },
  };
}

class BlockSource {
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  i8(at: number): number {
    return this.view.getInt8(at);
  }

  u16(at: number): number {
    return this.view.getUint16(at, true);
  }

  half(at: number): number {
    return float16Value(this.u16(at));
  }

  /** Of 32: the first 16 are the low nibbles of 16 bytes, the others the high ones. */
  nibble(at: number, index: number): number {
    const byte = this.u8(at + (index % 16));
    return index < 16 ? byte & 15 : byte >> 4;
  }
}

/** The four low bits as above, behind a mask of 32 bits with the fifth. */
function fifthBit(source: BlockSource, at: number, index: number): number {
  const high = (source.u8(at + (index >> 3)) >> (index & 7)) & 1;
  return source.nibble(at + 4, index) | (high << 4);
}

/** Of 256 in 64 bytes: each 32 bytes hold 128 numbers, 32 at a time in the lowest bits first. */
function twoBits(source: BlockSource, at: number, index: number): number {
  return (source.u8(at + 32 * Math.floor(index / 128) + (index % 32)) >> (2 * Math.floor((index % 128) / 32))) & 3;
}

/** The scale and the minimum of one of 8 parts, 6 bits each in 12 bytes. */
function sixBits(source: BlockSource, at: number, part: number): { readonly scale: number; readonly minimum: number } {
  if (part < 4) return { scale: source.u8(at + part) & 63, minimum: source.u8(at + part + 4) & 63 };
  const shared = source.u8(at + part + 4);
  return { scale: (shared & 15) | ((source.u8(at + part - 4) >> 6) << 4), minimum: (shared >> 4) | ((source.u8(at + part) >> 6) << 4) };
}

/** Writes the codes and scales of one block after the other. */
class BlockTarget {
  private readonly codes: Uint8Array;
  private readonly scales: Uint16Array | Float32Array;
  private readonly zeroPoints: Float32Array | undefined;
  private readonly parts: number;
  private firstCode = 0;
  private firstPart = 0;

  constructor(
    private readonly layout: Layout,
    blocks: number,
  ) {
    const { numbers, scheme, blockSize, scaleType, hasZeroPoints } = layout;
    this.parts = numbers / blockSize;
    this.codes = new Uint8Array(blocks * (scheme === 'nbits4' ? numbers / 2 : numbers));
    this.scales = scaleType === 'F16' ? new Uint16Array(blocks * this.parts) : new Float32Array(blocks * this.parts);
    this.zeroPoints = hasZeroPoints ? new Float32Array(blocks * this.parts) : undefined;
  }

  begin(index: number): void {
    this.firstCode = index * this.layout.numbers;
    this.firstPart = index * this.parts;
  }

  code(index: number, code: number): void {
    const at = this.firstCode + index;
    if (this.layout.scheme === 'nbits8') this.codes[at] = code;
    else this.codes[at >> 1] = (this.codes[at >> 1] ?? 0) | (at & 1 ? code << 4 : code);
  }

  scale(part: number, value: number): void {
    this.scales[this.firstPart + part] = this.layout.scaleType === 'F16' ? float16Bits(value) : value;
  }

  halfScale(part: number, bits: number): void {
    this.scales[this.firstPart + part] = bits;
  }

  /** value = step * code + offset, after the part's codes. Without a step all are the offset: code 0, zero point 1. */
  affine(part: number, step: number, offset: number): void {
    const index = this.firstPart + part;
    const { blockSize } = this.layout;
    if (step !== 0) {
      this.scales[index] = step;
      if (this.zeroPoints) this.zeroPoints[index] = -offset / step;
      return;
    }
    this.scales[index] = -offset;
    if (this.zeroPoints) this.zeroPoints[index] = 1;
    const start = (this.firstCode + part * blockSize) / 2;
    this.codes.fill(0, start, start + blockSize / 2);
  }

  /** @throws Unquantisable */
  packed(): PackedNumbers {
    const { codes, scales, zeroPoints } = this;
    const finite = scales instanceof Uint16Array ? scales.every((bits) => (bits & 0x7c00) !== 0x7c00) : scales.every(Number.isFinite);
    if (!finite || zeroPoints?.every(Number.isFinite) === false) throw new Unquantisable();
    return { codes, scales, ...(zeroPoints ? { zeroPoints } : {}) };
  }
}
