import type { NoiseKind } from '../../core/evaluation/evaluation';
import { philoxNoise } from './philoxNoise';
import { torchNoise } from './torchNoise';

/** The noise that an edit starts from, in the order of the unpacked latents (channel, row, column). */
export function latentNoise(kind: NoiseKind, seed: number, count: number): Float32Array {
  return kind === 'torch' ? torchNoise(seed, count) : philoxNoise(seed, count);
}
