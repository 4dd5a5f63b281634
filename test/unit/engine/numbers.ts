export { largestDifference } from './golden';

/** Repeatable numbers about as large as a standard normal's, the same for the same seed. */
export function numbers(count: number, seed: number, scale = 1): Float32Array {
  let state = (seed * 2654435761 + 12345) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  };
  // The sum of twelve uniform numbers less six has variance one.
  return Float32Array.from({ length: count }, () => scale * (Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, 0) - 6));
}
