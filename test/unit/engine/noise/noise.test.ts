import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { fusedMultiplyAdd } from '../../../../src/engine/noise/fusedMultiplyAdd';
import { latentNoise } from '../../../../src/engine/noise/latentNoise';
import { MersenneTwister } from '../../../../src/engine/noise/mersenneTwister';
import { philox } from '../../../../src/engine/noise/philoxNoise';
import { Golden } from '../golden';

const hashOf = (values: Float32Array) => createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

describe("torch's noise", () => {
  it('draws the words of MT19937', () => {
    const generator = new MersenneTwister(5489);
    const words = Array.from({ length: 10_000 }, () => generator.word());
    // The C++ standard fixes the 10,000th word of the default seed ([rand.predef]).
    expect(words[9999]).toBe(4123659995);
  });

  /** Hashes of `torch.randn(count, generator=torch.Generator().manual_seed(seed)).numpy().tobytes()`, torch 2.15.0, x86-64. */
  it.each([
    [42, 65_536, '23c72e908d9e3fbe50836a02f09ccde0acfcf28c00dec75b986c49dadf0c115e'],
    [2 ** 40 + 5, 1000, '3c9134555a6f73c13af3c72b784d0ced9cd1d6a54a3d06a450749d6cb2cc35ae'],
    [0, 37, 'd76c1c2cf8e8f36811f99ef79e3dab34e35ff9c1de20121b7734766f8473d230'],
  ])('is bit for bit what torch gives: seed %d, %d values', (seed, count, hash) => {
    expect(hashOf(latentNoise('torch', seed, count))).toBe(hash);
  });

  it('is that of the golden, for every seed and count', async () => {
    const golden = await Golden.read('noise');
    for (const seed of golden.said('seeds') as readonly string[]) {
      // The generator knows only the low 32 bits of a seed.
      expect(latentNoise('torch', Number(BigInt(seed) % 2n ** 32n), 48)).toEqual(golden.floats(`seed.${seed}`));
    }
    for (const count of golden.said('counts') as readonly number[]) expect(latentNoise('torch', 42, count)).toEqual(golden.floats(`count.${count}`));
    const from = golden.said('longFrom') as number;
    expect(latentNoise('torch', 7, 2048).subarray(from, from + 200)).toEqual(golden.floats('long'));
    expect(latentNoise('torch', 42, 768)).toEqual(golden.floats('latents'));
  });

  it('multiplies and adds with one rounding', () => {
    const { fround } = Math;
    expect(fusedMultiplyAdd(fround(1 / 3), 3, -1)).toBe(2 ** -25);
    // 2^-24 less 2^-70: the sum is halfway between two floats but for a bit that a double loses.
    const [one, other] = [fround(2 ** -12 * (1 - 2 ** -23)), fround(2 ** -12 * (1 + 2 ** -23))];
    const odd = 1 + 2 ** -23;
    expect(fround(one * other + odd)).not.toBe(odd);
    expect(fusedMultiplyAdd(one, other, odd)).toBe(odd);
    expect(fusedMultiplyAdd(-one, other, -odd)).toBe(-odd);
    expect(fusedMultiplyAdd(-one, other, 1 + 3 * 2 ** -23)).toBe(1 + 3 * 2 ** -23);
    expect(fusedMultiplyAdd(one, other, 1)).toBe(1);
  });
});

describe('noise from a counter', () => {
  /** Known answers of Random123 1.14 (`kat_vectors`, philox4x32 10). */
  it('is Philox4x32-10', () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]);
  });

  it('does not depend on how much is drawn, and differs between seeds', () => {
    const long = latentNoise('philox', 7, 1000);
    expect(latentNoise('philox', 7, 37)).toEqual(long.subarray(0, 37));
    expect(latentNoise('philox', 7 + 2 ** 32, 37)).not.toEqual(long.subarray(0, 37));
    expect(latentNoise('philox', 8, 37)).not.toEqual(long.subarray(0, 37));
  });

  it('is normal: mean, variance, skew and tails', () => {
    const values = latentNoise('philox', 1, 200_000);
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    expect(moment(1)).toBeCloseTo(0, 2);
    expect(moment(2)).toBeCloseTo(1, 1.7);
    expect(moment(3)).toBeCloseTo(0, 1.3);
    expect(moment(4)).toBeCloseTo(3, 1);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('has not changed: a seed of an old sidecar gives the same picture', () => {
    expect(hashOf(latentNoise('philox', 7, 65_536))).toBe('51c149bdced245a7680e43948640715eb1fc80776390aa29edcf4e2b84ba8a28');
  });
});
