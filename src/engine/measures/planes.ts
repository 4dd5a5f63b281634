import type { Picture } from '../pictures/loadPicture';

/** How a network wants its pixels: planes of (level - mean) × factor, in this order of channels. */
export interface PixelScale {
  /** Of 0 to 255, red first whatever the order. */
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
  readonly order?: 'rgb' | 'bgr';
}

/** ImageNet's statistics, which DINO was trained with. */
export const imageNetScale: PixelScale = { mean: [123.675, 116.28, 103.53], deviation: [58.395, 57.12, 57.375] };

/** OpenAI's statistics of CLIP's own pictures. */
export const clipScale: PixelScale = { mean: [122.7709383, 116.7460125, 104.09373615], deviation: [68.5005327, 66.6321579, 70.32316305] };

export const plainScale: PixelScale = { mean: [0, 0, 0], deviation: [1, 1, 1] };

/** -1 to 1. */
export const signedScale: PixelScale = { mean: [127.5, 127.5, 127.5], deviation: [127.5, 127.5, 127.5] };

/**
 * `[1, 3, height, width]` in a frame that is at least as large as the picture; what lies right of and below it is 0.
 */
export function planesOf({ pixels, width, height }: Picture, { mean, deviation, order = 'rgb' }: PixelScale, frame = { width, height }): Float32Array {
  const plane = frame.width * frame.height;
  const planes = new Float32Array(3 * plane);
  for (let channel = 0; channel < 3; channel++) {
    const [middle, spread] = [mean[channel] ?? 0, deviation[channel] ?? 1];
    const start = (order === 'rgb' ? channel : 2 - channel) * plane;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) planes[start + y * frame.width + x] = ((pixels[(y * width + x) * 3 + channel] ?? 0) - middle) / spread;
    }
  }
  return planes;
}
