import type { Planes } from '../../models/autoencoderKlQwenImage/tiling';

/**
 * Latents as tokens of 2 x 2: `[channels, height, width]` becomes `[(height / 2) · (width / 2), channels · 4]`, feature
 * `channel · 4 + row · 2 + column` (diffusers, `_pack_latents`).
 */
export function packLatents({ channels, height, width, values }: Planes): Float32Array {
  const tokens = new Float32Array(values.length);
  eachElement({ channels, height, width }, (plane, token) => (tokens[token] = values[plane] ?? 0));
  return tokens;
}

/** The way back; height and width are those of the latents. */
export function unpackLatents(tokens: Float32Array, size: Omit<Planes, 'values'>): Planes {
  const values = new Float32Array(tokens.length);
  eachElement(size, (plane, token) => (values[plane] = tokens[token] ?? 0));
  return { ...size, values };
}

function eachElement({ channels, height, width }: Omit<Planes, 'values'>, visit: (plane: number, token: number) => void): void {
  const columns = width / 2;
  let plane = 0;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const token = (y >> 1) * columns + (x >> 1);
        visit(plane++, token * channels * 4 + channel * 4 + (y & 1) * 2 + (x & 1));
      }
    }
  }
}
