import { RepeatableNumbers } from './repeatableNumbers';

/** The shapes of a component's parameters by their names in the checkpoint, in the order of the file. */
export type Layout = ReadonlyMap<string, readonly number[]>;

/** A tensor that a script made, before it is stored. */
export interface MadeTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, side) => product * side, 1);
}

/** Weights of 1/√(fan in), so that the size of a signal neither grows nor vanishes from layer to layer; norms near 1. */
export function randomTensors(layout: Layout, seed: string): MadeTensor[] {
  return [...layout].map(([name, shape]) => {
    const numbers = new RepeatableNumbers(`${seed}/${name}`);
    const count = sizeOf(shape);
    if (/norm[^.]*\.weight$|ln_q\.weight$|gamma$/.test(name)) return { name, shape, values: numbers.bells(count, 0.2, 1) };
    const fanIn = shape.length > 1 ? sizeOf(shape.slice(1)) : 100;
    const spread = name.endsWith('embed_tokens.weight') ? 1 : gain(name) / Math.sqrt(fanIn);
    return { name, shape, values: numbers.bells(count, spread) };
  });
}

/** What hangs on the noise level is made strong, so that a mistake in it shows in the output. */
function gain(name: string): number {
  return /_mod\.1\.weight$|norm_out\.linear\.weight$|timestep_embedder\.linear_2\.weight$/.test(name) ? 2 : 1;
}
