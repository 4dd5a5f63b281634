import type { QwenImageTransformerConfig } from '../../../../../src/engine/models/qwenImageTransformer/config';
import type { ImageShape } from '../../../../../src/engine/models/qwenImageTransformer/positions';
import * as layers from '../../graph/referenceLayers';

export type ReferenceLoras = ReadonlyMap<string, { readonly a: Float32Array; readonly b: Float32Array; readonly bias: Float32Array; readonly rank: number }>;

interface Input {
  readonly latents: Float32Array;
  readonly imageShapes: readonly ImageShape[];
  readonly prompt: Float32Array;
  readonly sigma: number;
}

/** The model from its description, in float64, all of it at every prediction: no modulation beforehand, no token left out before the end. */
export function referenceTransformer(weights: ReadonlyMap<string, Float32Array>, config: QwenImageTransformerConfig, { latents, imageShapes, prompt, sigma }: Input, loras: ReferenceLoras = new Map()): Float64Array {
  const { width, heads, headFeatures, axes, inputs, joint } = config;
  const imageTokens = latents.length / inputs;
  const textTokens = prompt.length / joint;
  const value = (name: string) => weights.get(name) ?? new Float32Array();
  const linear = (path: string, x: ArrayLike<number>, columns: number) => {
    const base = layers.linear(x, value(`${path}.weight`), value(`${path}.bias`), columns);
    const lora = loras.get(path);
    if (!lora) return base;
    const change = layers.linear(layers.linear(x, lora.a, undefined, columns), lora.b, lora.bias, lora.rank);
    return base.map((number, index) => number + (change[index] ?? NaN));
  };
  const norm = (path: string, x: ArrayLike<number>) => layers.rmsNorm(x, value(`${path}.weight`), 1e-6);
  const part = (vectors: Float64Array, index: number) => vectors.subarray(index * width, (index + 1) * width);
  const modulated = (x: Float64Array, shift: Float64Array, scale: Float64Array) => layers.layerNorm(x, scale.map((number) => 1 + number), shift, 1e-6);
  const gated = (x: Float64Array, gate: Float64Array, change: Float64Array) => x.map((number, index) => number + (gate[index % width] ?? NaN) * (change[index] ?? NaN));
  const joined = (text: Float64Array, image: Float64Array) => Float64Array.from([...text, ...image]);

  const angles = rotaryAngles(imageShapes, textTokens, axes);
  const embedder = 'time_text_embed.timestep_embedder';
  const timestep = Float64Array.from({ length: 256 }, (_, index) => {
    const angle = 1000 * sigma * 10000 ** (-(index % 128) / 128);
    return index < 128 ? Math.cos(angle) : Math.sin(angle);
  });
  const conditioning = linear(`${embedder}.linear_2`, linear(`${embedder}.linear_1`, timestep, 256).map(layers.silu), width).map(layers.silu);

  let image = linear('img_in', latents, inputs);
  let text = linear('txt_in', norm('txt_norm', prompt), joint);
  for (let index = 0; index < config.layers; index++) {
    const block = `transformer_blocks.${index}`;
    const ofImage = linear(`${block}.img_mod.1`, conditioning, width);
    const ofText = linear(`${block}.txt_mod.1`, conditioning, width);
    const imageIn = modulated(image, part(ofImage, 0), part(ofImage, 1));
    const textIn = modulated(text, part(ofText, 0), part(ofText, 1));
    const attn = (name: string, x: Float64Array) => linear(`${block}.attn.${name}`, x, width);
    const turned = (x: Float64Array) => layers.rotate(x, angles, { heads, features: headFeatures, interleaved: true });
    const query = turned(joined(norm(`${block}.attn.norm_added_q`, attn('add_q_proj', textIn)), norm(`${block}.attn.norm_q`, attn('to_q', imageIn))));
    const key = turned(joined(norm(`${block}.attn.norm_added_k`, attn('add_k_proj', textIn)), norm(`${block}.attn.norm_k`, attn('to_k', imageIn))));
    const values = joined(attn('add_v_proj', textIn), attn('to_v', imageIn));
    const mixed = layers.attention([query, key, values], { heads, keyHeads: heads, features: headFeatures, causal: false });
    image = gated(image, part(ofImage, 2), attn('to_out.0', mixed.subarray(textTokens * width)));
    text = gated(text, part(ofText, 2), attn('to_add_out', mixed.subarray(0, textTokens * width)));
    const mlp = (stream: string, x: Float64Array) => linear(`${block}.${stream}_mlp.net.2`, linear(`${block}.${stream}_mlp.net.0.proj`, x, width).map(layers.geluTanh), 4 * width);
    image = gated(image, part(ofImage, 5), mlp('img', modulated(image, part(ofImage, 3), part(ofImage, 4))));
    text = gated(text, part(ofText, 5), mlp('txt', modulated(text, part(ofText, 3), part(ofText, 4))));
  }
  const out = linear('norm_out.linear', conditioning, width);
  const velocity = linear('proj_out', modulated(image.subarray(0, imageTokens * width), part(out, 1), part(out, 0)), width);
  const [frames = 0, rows = 0, columns = 0] = imageShapes[0] ?? [];
  return velocity.subarray(0, frames * rows * columns * config.outputs);
}

function rotaryAngles(shapes: readonly ImageShape[], textTokens: number, axes: readonly number[]): Float64Array {
  const farthest = Math.max(...shapes.map(([, rows, columns]) => Math.max(rows >> 1, columns >> 1)));
  const places: number[][] = [];
  for (let token = 0; token < textTokens; token++) places.push([farthest + token, farthest + token, farthest + token]);
  shapes.forEach(([frames, rows, columns], picture) => {
    for (let frame = 0; frame < frames; frame++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) places.push([picture + frame, row - (rows - (rows >> 1)), column - (columns - (columns >> 1))]);
      }
    }
  });
  const angles = places.flatMap((place) => axes.flatMap((features, axis) => Array.from({ length: features / 2 }, (_, pair) => (place[axis] ?? NaN) / 10000 ** ((2 * pair) / features))));
  return Float64Array.from(angles);
}
