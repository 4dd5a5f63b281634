import type { Planes } from '../../models/autoencoderKlQwenImage/tiling';
import type { Picture } from '../../pictures/loadPicture';
import { roundHalfEven } from '../../pictures/roundHalfEven';

/** A picture as the autoencoder takes it: red, green and blue planes in -1..1. */
export function planesOf({ width, height, pixels }: Picture): Planes {
  const count = width * height;
  const values = new Float32Array(3 * count);
  for (let index = 0; index < count; index++) {
    for (let channel = 0; channel < 3; channel++) values[channel * count + index] = fround(2 * fround((pixels[index * 3 + channel] ?? 0) / 255)) - 1;
  }
  return { channels: 3, height, width, values };
}

/** The way back, rounded as numpy rounds; undefined where a value is no number. */
export function pictureOf({ width, height, values }: Planes): Picture | undefined {
  const count = width * height;
  const pixels = new Uint8Array(3 * count);
  for (let index = 0; index < count; index++) {
    for (let channel = 0; channel < 3; channel++) {
      const value = values[channel * count + index] ?? NaN;
      if (Number.isNaN(value)) return undefined;
      const share = Math.min(1, Math.max(0, fround(fround(value * 0.5) + 0.5)));
      pixels[index * 3 + channel] = roundHalfEven(fround(share * 255));
    }
  }
  return { width, height, pixels };
}

const { fround } = Math;
