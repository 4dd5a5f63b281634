/**
 * Standard normal values from Philox4x32-10 and Box-Muller: value `i` depends on seed and `i` alone, so that the same
 * seed gives the same noise on every device, in any order, at any size.
 *
 * @param seed a whole number from 0 to 2^53 - 1; its 64 bits are the key
 * @see Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011)
 */
export function philoxNoise(seed: number, count: number): Float32Array {
  const values = new Float32Array(count);
  const key = [seed % 2 ** 32, Math.floor(seed / 2 ** 32)] as const;
  for (let block = 0; block * 4 < count; block++) {
    const [first, second, third, fourth] = philox([block >>> 0, Math.floor(block / 2 ** 32), 0, 0], key);
    values.set([...normalPair(first, second), ...normalPair(third, fourth)].slice(0, count - block * 4), block * 4);
  }
  return values;
}

/** Four 32-bit words. */
type Words = readonly [number, number, number, number];

/** Ten rounds of Philox on one counter. */
export function philox(counter: Words, [lowKey, highKey]: readonly [number, number]): Words {
  let [c0, c1, c2, c3] = counter;
  let k0 = lowKey;
  let k1 = highKey;
  for (let round = 0; round < 10; round++) {
    const [high0, low0] = wideProduct(0xd2511f53, c0);
    const [high1, low1] = wideProduct(0xcd9e8d57, c2);
    [c0, c1, c2, c3] = [(high1 ^ c1 ^ k0) >>> 0, low1, (high0 ^ c3 ^ k1) >>> 0, low0];
    k0 = (k0 + 0x9e3779b9) >>> 0;
    k1 = (k1 + 0xbb67ae85) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** High and low word of the product of two 32-bit words. */
function wideProduct(left: number, right: number): readonly [number, number] {
  const low = Math.imul(left, right) >>> 0;
  // Both partial products and their sum stay below 2^53.
  const lowHalf = (left & 0xffff) * right;
  const highHalf = (left >>> 16) * right;
  const high = Math.floor((highHalf + Math.floor(lowHalf / 2 ** 16)) / 2 ** 16);
  return [high, low];
}

function normalPair(first: number, second: number): readonly [number, number] {
  const radius = Math.sqrt(-2 * Math.log((first + 1) / 2 ** 32));
  const angle = (2 * Math.PI * second) / 2 ** 32;
  return [radius * Math.cos(angle), radius * Math.sin(angle)];
}
