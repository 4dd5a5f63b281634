import sharp from 'sharp';
import type { Planes } from '../../models/autoencoderKlQwenImage/tiling';
import type { Picture } from '../../pictures/loadPicture';
import type { Source, SourceLatents } from './encodings';
import { unpackLatents } from './packing';

/** Small pictures of an edit on its way: each latent becomes one pixel, so that it costs nothing beside a step. */
export class Previews {
  private readonly colours: Colours;

  /**
   * @param every after how many steps there is a preview
   * @param source a picture of the edit with its latents, from which the colours of latents are learnt
   */
  constructor(
    private readonly every: number,
    source: { readonly picture: Source; readonly latents: SourceLatents },
  ) {
    this.colours = coloursOf(planesOfTokens(source.latents.tokens, source.latents.grid), source.picture.forLatents);
  }

  /**
   * @param done steps that are done
   * @param expected what the latents would be at the end if all went on as now, packed
   * @param grid rows and columns of tokens
   * @returns a PNG, unless none is due
   */
  async after(done: number, steps: number, expected: Float32Array, grid: readonly [number, number]): Promise<Uint8Array | undefined> {
    if (done % this.every !== 0 || done === steps) return undefined;
    const { width, height, pixels } = colouredPicture(planesOfTokens(expected, grid), this.colours);
    const small = sharp(pixels, { raw: { width, height, channels: 3 } }).resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true });
    return new Uint8Array(await small.png().toBuffer());
  }
}

/** In pixels: a hover of the editor holds no more than 100,000 letters, pictures included. */
const longestSide = 144;

function planesOfTokens(tokens: Float32Array, [rows, columns]: readonly [number, number]): Planes {
  return unpackLatents(tokens, { channels: tokens.length / (rows * columns * 4), height: 2 * rows, width: 2 * columns });
}

/** For red, green and blue a factor of each channel of the latents, then what is added; pixels are 0 to 255. */
export type Colours = readonly (readonly number[])[];

/**
 * How a picture's colours follow from its latents, as well as straight lines can tell: least squares over all latents,
 * each held against the mean of the pixels that it stands for. So it fits whatever autoencoder the checkpoint has.
 */
export function coloursOf({ channels, height, width, values }: Planes, picture: Picture): Colours {
  const means = meansOf(picture, width, height);
  const size = channels + 1;
  const count = width * height;
  const products = Array.from({ length: size }, () => new Float64Array(size));
  const targets = Array.from({ length: 3 }, () => new Float64Array(size));
  const features = new Float64Array(size).fill(1);
  for (let index = 0; index < count; index++) {
    for (let channel = 0; channel < channels; channel++) features[channel] = values[channel * count + index] ?? 0;
    for (let row = 0; row < size; row++) {
      const feature = features[row] ?? 0;
      for (let column = 0; column < size; column++) add(products[row], column, feature * (features[column] ?? 0));
      for (let colour = 0; colour < 3; colour++) add(targets[colour], row, feature * (means[3 * index + colour] ?? 0));
    }
  }
  // A little is added to the diagonal, lest channels that always say the same have no answer.
  for (let row = 0; row < channels; row++) add(products[row], row, 1e-3 * count);
  return targets.map((target) => solved(products, target));
}

/** The picture that latents stand for, a pixel each. */
export function colouredPicture({ channels, height, width, values }: Planes, colours: Colours): Picture {
  const count = width * height;
  const pixels = new Uint8Array(3 * count);
  for (let index = 0; index < count; index++) {
    for (const [colour, factors] of colours.entries()) {
      let value = factors[channels] ?? 0;
      for (let channel = 0; channel < channels; channel++) value += (factors[channel] ?? 0) * (values[channel * count + index] ?? 0);
      pixels[3 * index + colour] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
  return { width, height, pixels };
}

/** The picture shrunk to `width` x `height` by means, red, green and blue of a pixel beside each other. */
function meansOf(picture: Picture, width: number, height: number): Float64Array {
  const [across, down] = [picture.width / width, picture.height / height];
  const means = new Float64Array(3 * width * height);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < picture.width; x++) {
      const cell = 3 * (Math.floor(y / down) * width + Math.floor(x / across));
      for (let colour = 0; colour < 3; colour++) add(means, cell + colour, (picture.pixels[3 * (y * picture.width + x) + colour] ?? 0) / (across * down));
    }
  }
  return means;
}

/** Gaussian elimination with the largest pivot first. */
function solved(matrix: readonly Float64Array[], target: Float64Array): readonly number[] {
  const rows = matrix.map((row, index) => [...row, target[index] ?? 0]);
  for (let pivot = 0; pivot < rows.length; pivot++) {
    const largest = rows.slice(pivot).reduce((best, row, index) => (Math.abs(row[pivot] ?? 0) > Math.abs(rows[best]?.[pivot] ?? 0) ? pivot + index : best), pivot);
    const [chosen = [], other = []] = [rows[largest], rows[pivot]];
    rows[pivot] = chosen;
    rows[largest] = other;
    for (const [index, row] of rows.entries()) {
      if (index === pivot) continue;
      const factor = (row[pivot] ?? 0) / (chosen[pivot] ?? 1);
      for (let column = pivot; column < row.length; column++) row[column] = (row[column] ?? 0) - factor * (chosen[column] ?? 0);
    }
  }
  return rows.map((row, index) => (row[rows.length] ?? 0) / (row[index] ?? 1));
}

function add(values: Float64Array | undefined, index: number, value: number): void {
  if (values) values[index] = (values[index] ?? 0) + value;
}
