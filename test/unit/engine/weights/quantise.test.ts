import { describe, expect, it } from 'vitest';
import { float16Bits, float16Value, roundInPlace } from '../../../../src/engine/weights/halfFloats';
import { normalFloats, quantiseIntegers, quantiseNormalFloats, Unquantisable, type PackedNumbers } from '../../../../src/engine/weights/quantise';
import { numbers } from '../numbers';

const scaleAt = ({ scales }: PackedNumbers, block: number) => (scales instanceof Uint16Array ? float16Value(scales[block]!) : scales[block]!);

function nibbles({ codes }: PackedNumbers, first: 'low' | 'high'): number[] {
  return [...codes].flatMap((byte) => (first === 'low' ? [byte & 15, byte >> 4] : [byte >> 4, byte & 15]));
}

describe('half precision', () => {
  it('gives every half back, and rounds to the nearest with ties to even', () => {
    const halves = Array.from({ length: 0x7c00 }, (_, half) => half);
    const between = (half: number) => (float16Value(half) + float16Value(half + 1)) / 2;
    expect(halves.filter((half) => float16Bits(float16Value(half)) !== half || float16Bits(-float16Value(half)) !== (half | 0x8000))).toEqual([]);
    expect(halves.slice(0, -1).filter((half) => float16Bits(between(half)) !== half + (half % 2))).toEqual([]);
    expect([65504, 65519.9, 65520, Infinity, NaN].map(float16Bits)).toEqual([0x7bff, 0x7bff, 0x7c00, 0x7c00, 0x7e00]);
  });

  it('of bfloat16 rounds to the nearest with ties to even', () => {
    const values = Float32Array.of(1 + 2 ** -9, 1 + 2 ** -8, 1 + 3 * 2 ** -8, -1 - 2 ** -8 - 2 ** -20, Infinity, NaN);
    roundInPlace(values, 'BF16');
    expect([...values]).toEqual([1, 1, 1 + 2 ** -6, -1 - 2 ** -7, Infinity, NaN]);
  });
});

describe('integers of 4 and 8 bits', () => {
  it.each([4, 8] as const)('of %i bits are the nearest of the codes that the stored scale allows', (bits) => {
    const values = numbers(32 * 50, bits, 0.03);
    const packed = quantiseIntegers(values, bits);
    const half = 2 ** (bits - 1);
    const codes = bits === 8 ? [...packed.codes] : nibbles(packed, 'low');
    expect(codes.length).toBe(values.length);
    values.forEach((value, index) => {
      const scale = scaleAt(packed, Math.floor(index / 32));
      const error = Math.abs((codes[index]! - half) * scale - value);
      const nearest = Math.min(...Array.from({ length: 2 * half }, (_, code) => Math.abs((code - half) * scale - value)));
      expect(error).toBeLessThanOrEqual(nearest * (1 + 1e-6) + 1e-12);
    });
  });

  it('give the largest number of a block the one code without a counterpart, whatever its sign', () => {
    for (const extreme of [0.8, -0.8]) {
      const values = new Float32Array(32).fill(0.01);
      values[5] = extreme;
      const packed = quantiseIntegers(values, 4);
      expect(nibbles(packed, 'low')[5]).toBe(0);
      expect(Math.sign(scaleAt(packed, 0))).toBe(-Math.sign(extreme));
    }
  });

  it('of zeros are zeros', () => {
    const packed = quantiseIntegers(new Float32Array(64), 4);
    expect(new Set(nibbles(packed, 'low'))).toEqual(new Set([8]));
    expect(scaleAt(packed, 1)).toBeCloseTo(0);
  });

  it('of numbers too small for a normal half keep their size as well as may be', () => {
    const values = new Float32Array(32).fill(1e-5);
    const packed = quantiseIntegers(values, 4);
    expect((nibbles(packed, 'low')[3]! - 8) * scaleAt(packed, 0)).toBeCloseTo(1e-5, 6);
  });
});

describe('NF4', () => {
  it('takes the nearest entry of the table, high nibble first', () => {
    const values = numbers(64 * 20, 3, 0.02);
    const packed = quantiseNormalFloats(values);
    const codes = nibbles(packed, 'high');
    values.forEach((value, index) => {
      const scale = scaleAt(packed, Math.floor(index / 64));
      const error = Math.abs(normalFloats[codes[index]!]! * scale - value);
      expect(error).toBeLessThanOrEqual(Math.min(...normalFloats.map((entry) => Math.abs(entry * scale - value))) + 1e-9);
    });
  });

  it('gives every entry of the table back', () => {
    const values = Float32Array.from({ length: 64 }, (_, index) => 3 * normalFloats[index % 16]!);
    expect(nibbles(quantiseNormalFloats(values), 'high')).toEqual(Array.from({ length: 64 }, (_, index) => index % 16));
  });
});

it.each([NaN, Infinity, -Infinity, 1e9])('%d cannot be quantised to integers', (value) => {
  const values = numbers(64, 1);
  values[40] = value;
  expect(() => quantiseIntegers(values, 4)).toThrow(Unquantisable);
  if (!Number.isFinite(value)) expect(() => quantiseNormalFloats(values)).toThrow(Unquantisable);
});
