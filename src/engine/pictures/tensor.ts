import type { PixelRange } from '../../core/evaluation/evaluation';
import type { Picture } from './loadPicture';

/** `NCHW`: three planes; `NHWC`: three values a pixel. */
export type Layout = 'NCHW' | 'NHWC';

/** The picture's values in a model's layout and range. */
export function toValues(picture: Picture, layout: Layout, range: PixelRange): Float32Array {
  const { pixels, width, height } = picture;
  const [black, step] = scaleOf(range);
  const values = new Float32Array(pixels.length);
  const plane = width * height;
  for (let pixel = 0, from = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++, from++) {
      values[layout === 'NCHW' ? channel * plane + pixel : from] = black + (pixels[from] ?? 0) * step;
    }
  }
  return values;
}

export interface FromValues {
  readonly picture: Picture;
  /** How many values were no numbers. */
  readonly notNumbers: number;
  /** How many lay so far outside the range that clipping them can be seen. */
  readonly outside: number;
}

export function fromValues(values: ArrayLike<number>, width: number, height: number, layout: Layout, range: PixelRange): FromValues {
  const [black, step] = scaleOf(range);
  const plane = width * height;
  const pixels = new Uint8Array(plane * 3);
  let notNumbers = 0;
  let outside = 0;
  for (let pixel = 0, to = 0; pixel < plane; pixel++) {
    for (let channel = 0; channel < 3; channel++, to++) {
      const level = ((values[layout === 'NCHW' ? channel * plane + pixel : to] ?? Number.NaN) - black) / step;
      if (Number.isNaN(level)) notNumbers++;
      else if (level < -12 || level > 267) outside++;
      pixels[to] = Math.min(255, Math.max(0, Math.round(level)));
    }
  }
  return { picture: { width, height, pixels }, notNumbers, outside };
}

/** Value of black, and of one level of 255. */
function scaleOf(range: PixelRange): readonly [number, number] {
  switch (range) {
    case '0..1':
      return [0, 1 / 255];
    case '-1..1':
      return [-1, 2 / 255];
    case '0..255':
      return [0, 1];
  }
}
