/** The layers as their definitions say, in float64 and without regard to speed: what graphs are held against. */

export type Matrix = Float64Array;
type Numbers = ArrayLike<number>;

const at = (values: Numbers, index: number) => values[index] ?? NaN;

export function linear(x: Numbers, weight: Numbers, bias: Numbers | undefined, inputs: number): Matrix {
  const outputs = weight.length / inputs;
  const tokens = x.length / inputs;
  const y = new Float64Array(tokens * outputs);
  for (let token = 0; token < tokens; token++) {
    for (let row = 0; row < outputs; row++) {
      let sum = bias ? at(bias, row) : 0;
      for (let column = 0; column < inputs; column++) sum += at(x, token * inputs + column) * at(weight, row * inputs + column);
      y[token * outputs + row] = sum;
    }
  }
  return y;
}

/** Over runs of as many numbers as there are weights. */
export function rmsNorm(x: Numbers, weight: Numbers, epsilon: number): Matrix {
  const width = weight.length;
  return Float64Array.from(x, (value, index) => {
    const start = index - (index % width);
    let squares = 0;
    for (let column = 0; column < width; column++) squares += at(x, start + column) ** 2;
    return (value / Math.sqrt(squares / width + epsilon)) * at(weight, index % width);
  });
}

export function layerNorm(x: Numbers, scale: Numbers, shift: Numbers, epsilon: number): Matrix {
  const width = scale.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += width) {
    let mean = 0;
    let variance = 0;
    for (let column = 0; column < width; column++) mean += at(x, start + column) / width;
    for (let column = 0; column < width; column++) variance += (at(x, start + column) - mean) ** 2 / width;
    for (let column = 0; column < width; column++) {
      y[start + column] = ((at(x, start + column) - mean) / Math.sqrt(variance + epsilon)) * at(scale, column) + at(shift, column);
    }
  }
  return y;
}

interface RotateOptions {
  readonly heads: number;
  readonly features: number;
  readonly interleaved: boolean;
}

/** @param angles `[tokens, features / 2]` */
export function rotate(x: Numbers, angles: Numbers, { heads, features, interleaved }: RotateOptions): Matrix {
  const y = new Float64Array(x.length);
  const pairs = features / 2;
  for (let token = 0; token < x.length / (heads * features); token++) {
    for (let head = 0; head < heads; head++) {
      for (let pair = 0; pair < pairs; pair++) {
        const start = (token * heads + head) * features;
        const first = start + (interleaved ? 2 * pair : pair);
        const second = start + (interleaved ? 2 * pair + 1 : pair + pairs);
        const angle = at(angles, token * pairs + pair);
        y[first] = at(x, first) * Math.cos(angle) - at(x, second) * Math.sin(angle);
        y[second] = at(x, first) * Math.sin(angle) + at(x, second) * Math.cos(angle);
      }
    }
  }
  return y;
}

interface AttentionOptions {
  readonly heads: number;
  readonly keyHeads: number;
  readonly features: number;
  readonly causal: boolean;
  readonly bias?: Numbers;
}

export function attention([q, k, v]: readonly [Numbers, Numbers, Numbers], { heads, keyHeads, features, causal, bias }: AttentionOptions): Matrix {
  const queries = q.length / (heads * features);
  const keys = k.length / (keyHeads * features);
  const y = new Float64Array(q.length);
  for (let head = 0; head < heads; head++) {
    const keyHead = Math.floor((head * keyHeads) / heads);
    for (let query = 0; query < queries; query++) {
      const scores = Array.from({ length: causal ? query + 1 : keys }, (_, key) => {
        let score = 0;
        for (let index = 0; index < features; index++) score += at(q, (query * heads + head) * features + index) * at(k, (key * keyHeads + keyHead) * features + index);
        return score / Math.sqrt(features) + (bias ? at(bias, query * keys + key) : 0);
      });
      const highest = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - highest));
      const total = shares.reduce((sum, share) => sum + share, 0);
      for (let index = 0; index < features; index++) {
        y[(query * heads + head) * features + index] = shares.reduce((sum, share, key) => sum + (share / total) * at(v, (key * keyHeads + keyHead) * features + index), 0);
      }
    }
  }
  return y;
}

export function silu(x: number): number {
  return x / (1 + Math.exp(-x));
}

export function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}
