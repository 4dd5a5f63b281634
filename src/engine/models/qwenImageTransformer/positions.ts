import type { NumberTensor } from '../../graph/graphSession';
import { timestepFeatures } from './tensors';

/** Frames, rows and columns of one picture's tokens; frames are 1. */
export type ImageShape = readonly [number, number, number];

/** By the names of the graph's inputs: cosines and sines of the tokens' angles, `[1, tokens, features of a head / 2]`. */
export type RotaryTables = Readonly<Record<'text.cos' | 'text.sin' | 'image.cos' | 'image.sin', NumberTensor>>;

/**
 * Angles by which queries and keys turn with their place (diffusers' QwenEmbedRope with scale_rope): a picture's number
 * is its frame, rows and columns are counted from its middle; text goes on along all axes behind the largest half side.
 * In float32 step by step as there.
 *
 * @param axes features of a head for frame, row and column
 */
export function rotaryTables(shapes: readonly ImageShape[], promptTokens: number, axes: readonly [number, number, number]): RotaryTables {
  const frequencies = axes.map((features) => Array.from({ length: features / 2 }, (_, pair) => Math.fround(1 / Math.fround(10000 ** Math.fround((2 * pair) / features)))));
  const text = angleTables(placesOfText(shapes, promptTokens), frequencies);
  const image = angleTables(placesOfPictures(shapes), frequencies);
  return { 'text.cos': text.cos, 'text.sin': text.sin, 'image.cos': image.cos, 'image.sin': image.sin };
}

type Place = readonly [number, number, number];

function angleTables(places: Iterable<Place>, frequencies: readonly (readonly number[])[]): { readonly cos: NumberTensor; readonly sin: NumberTensor } {
  const angles = Array.from(places, (place) => frequencies.flatMap((ofAxis, axis) => ofAxis.map((frequency) => Math.fround((place[axis] ?? 0) * frequency))));
  const dims = [1, angles.length, frequencies.reduce((sum, { length }) => sum + length, 0)];
  const all = angles.flat();
  return { cos: { data: Float32Array.from(all, Math.cos), dims }, sin: { data: Float32Array.from(all, Math.sin), dims } };
}

function* placesOfText(shapes: readonly ImageShape[], tokens: number): Generator<Place> {
  const farthest = Math.max(0, ...shapes.flatMap(([, rows, columns]) => [Math.floor(rows / 2), Math.floor(columns / 2)]));
  for (let token = farthest; token < farthest + tokens; token++) yield [token, token, token];
}

function* placesOfPictures(shapes: readonly ImageShape[]): Generator<Place> {
  for (const [picture, [frames, rows, columns]] of shapes.entries()) {
    const top = rows - Math.floor(rows / 2);
    const left = columns - Math.floor(columns / 2);
    for (let frame = picture; frame < picture + frames; frame++) {
      for (let row = -top; row < rows - top; row++) {
        for (let column = -left; column < columns - left; column++) yield [frame, row, column];
      }
    }
  }
}

/**
 * The sinusoids that stand for points on the way (diffusers' Timesteps: cosines first, no shift, scale 1000), in float32
 * step by step as there: at angles up to 1000 the rounding shows.
 *
 * @returns `[sigmas, 256]`
 */
export function timestepVectors(sigmas: readonly number[]): NumberTensor {
  const half = timestepFeatures / 2;
  const data = new Float32Array(sigmas.length * timestepFeatures);
  sigmas.forEach((sigma, row) => {
    for (let index = 0; index < half; index++) {
      const exponent = Math.fround(Math.fround(-Math.log(10000)) * index) / half;
      const angle = Math.fround(1000 * Math.fround(Math.fround(sigma) * Math.fround(Math.exp(exponent))));
      data[row * timestepFeatures + index] = Math.cos(angle);
      data[row * timestepFeatures + half + index] = Math.sin(angle);
    }
  });
  return { data, dims: [sigmas.length, timestepFeatures] };
}
