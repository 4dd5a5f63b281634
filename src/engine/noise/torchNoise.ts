import { fusedMultiplyAdd } from './fusedMultiplyAdd';
import { MersenneTwister } from './mersenneTwister';

/**
 * `torch.randn(count, generator=torch.Generator().manual_seed(seed))` in float32, bit for bit what torch gives on x86
 * with AVX2: sixteen uniform values become sixteen normal ones, and a rest below sixteen is drawn anew together with
 * the values before it. Fewer than sixteen are drawn pair by pair in double precision.
 *
 * @see ATen/native/cpu/DistributionTemplates.h, `normal_fill`
 */
export function torchNoise(seed: number, count: number): Float32Array {
  const generator = new MersenneTwister(seed);
  if (count < groupSize) return pairs(generator, count);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) values[index] = generator.uniform();
  for (let start = 0; start + groupSize <= count; start += groupSize) boxMuller(values.subarray(start, start + groupSize));
  if (count % groupSize !== 0) {
    const last = values.subarray(count - groupSize);
    for (let index = 0; index < groupSize; index++) last[index] = generator.uniform();
    boxMuller(last);
  }
  return values;
}

const groupSize = 16;

/** @see ATen/core/DistributionsHelper.h, `normal_distribution` */
function pairs(generator: MersenneTwister, count: number): Float32Array {
  const values = new Float32Array(count);
  for (let index = 0; index < count; index += 2) {
    const angle = 2 * Math.PI * generator.preciseUniform();
    const radius = Math.sqrt(-2 * Math.log1p(-generator.preciseUniform()));
    values[index] = radius * Math.cos(angle);
    if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}

/** The first eight values give the radius, the last eight the angle of eight pairs. */
function boxMuller(group: Float32Array): void {
  for (let index = 0; index < 8; index++) {
    const radius = fround(Math.sqrt(fround(-2 * logarithm(fround(1 - (group[index] ?? 0))))));
    const [sine, cosine] = sineAndCosine(fround(twoPi * (group[index + 8] ?? 0)));
    group[index] = fround(radius * cosine);
    group[index + 8] = fround(radius * sine);
  }
}

const { fround } = Math;
const twoPi = fround(2 * Math.PI);

/**
 * Cephes' single precision logarithm of a value above 0, with the roundings of torch's vectorised one.
 * @see ATen/native/cpu/avx_mathfun.h, `log256_ps`
 */
function logarithm(value: number): number {
  single[0] = value;
  const bits = singleBits[0] ?? 0;
  let exponent = (bits >>> 23) - 126;
  singleBits[0] = (bits & 0x007fffff) | 0x3f000000;
  let x = single[0];
  const small = x < squareRootOfHalf;
  const once = x;
  x = fround(x - 1);
  if (small) {
    exponent -= 1;
    x = fround(x + once);
  }
  const z = fround(x * x);
  let y = logarithmFactors.reduce((sum, factor) => fusedMultiplyAdd(sum, x, factor));
  y = fround(y * x);
  y = fusedMultiplyAdd(y, z, fround(exponent * logarithmLow));
  y = fusedMultiplyAdd(z, -0.5, y);
  return fusedMultiplyAdd(exponent, 0.693359375, fround(x + y));
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);
const squareRootOfHalf = fround(Math.SQRT1_2);
const logarithmLow = fround(-2.1219444e-4);
const logarithmFactors = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
].map(fround);

/**
 * Cephes' single precision sine and cosine of an angle of at least 0, with the roundings of torch's vectorised ones.
 * @see ATen/native/cpu/avx_mathfun.h, `sincos256_ps`
 */
function sineAndCosine(angle: number): readonly [number, number] {
  const octant = (Math.trunc(fround(angle * fourOverPi)) + 1) & ~1;
  const x = quarterTurnParts.reduce((rest, part) => fusedMultiplyAdd(octant, part, rest), angle);
  const z = fround(x * x);
  const cosineSum = fround(cosineFactors.reduce((sum, factor) => fusedMultiplyAdd(sum, z, factor)) * z);
  const even = fround(fusedMultiplyAdd(cosineSum, z, fround(-0.5 * z)) + 1);
  const sineSum = fround(sineFactors.reduce((sum, factor) => fusedMultiplyAdd(sum, z, factor)) * z);
  const odd = fusedMultiplyAdd(sineSum, x, x);
  const swapped = (octant & 2) !== 0;
  const sine = swapped ? even : odd;
  const cosine = swapped ? odd : even;
  return [(octant & 4) === 0 ? sine : -sine, ((octant - 2) & 4) === 0 ? -cosine : cosine];
}

const fourOverPi = fround(4 / Math.PI);
const quarterTurnParts = [-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8].map(fround);
const cosineFactors = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2].map(fround);
const sineFactors = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1].map(fround);
