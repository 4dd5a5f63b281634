/**
 * True classifier-free guidance: `negative + scale · (positive - negative)`, each token then as long as the positive
 * one was, which keeps colours from burning (diffusers, `QwenImageEditPlusPipeline.__call__`).
 *
 * @param features numbers of one token
 */
export function guided(positive: Float32Array, negative: Float32Array, scale: number, features: number): Float32Array {
  const combined = positive.map((value, index) => {
    const other = negative[index] ?? 0;
    return other + fround(scale * fround(value - other));
  });
  for (let start = 0; start < combined.length; start += features) {
    const token = combined.subarray(start, start + features);
    const factor = fround(lengthOf(positive.subarray(start, start + features)) / lengthOf(token));
    for (let index = 0; index < token.length; index++) token[index] = (token[index] ?? 0) * factor;
  }
  return combined;
}

const { fround } = Math;

function lengthOf(token: Float32Array): number {
  let sum = 0;
  for (const value of token) sum += value * value;
  return fround(Math.sqrt(sum));
}
