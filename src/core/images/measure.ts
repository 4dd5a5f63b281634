import { fail, ok, type Result } from '../outcome';
import { decoder } from './decode';
import { corruptPicture } from './picture';

/** What can be said about a picture by its pixels alone. */
export interface Measures {
  /** Variance of the Laplacian of the 8-bit luma, at most 1024 pixels on the longer side. */
  readonly sharpness: number;
  /** Mean luma, 0 to 255. */
  readonly brightness: number;
  /** Standard deviation of the luma, 0 to 127.5. */
  readonly contrast: number;
  /** Shares, 0 to 1, of pixels at the black and at the white end (luma at most 2, at least 253). */
  readonly clippedDark: number;
  readonly clippedBright: number;
  /** Mean of the red-green and of the yellow-blue difference, -255 to 255: which light fell on it. */
  readonly tint: readonly [number, number];
  /** Difference hash, 64 bits: equal for pictures that look alike. */
  readonly hash: bigint;
}

/** Decodes the whole picture once; a damaged one is a failure. */
export async function measurePicture(file: string): Promise<Result<Measures>> {
  try {
    const picture = await decoder(file);
    const { data, info } = await picture
      .flatten({ background: '#808080' })
      .resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true, kernel: 'lanczos3' })
      .toFormat('raw')
      .toBuffer({ resolveWithObject: true });
    const { luma, tint } = lumaOf(data, info.channels);
    return ok({
      sharpness: laplacianVariance(luma, info.width, info.height),
      ...exposure(luma),
      tint,
      hash: await differenceHash(luma, info.width, info.height),
    });
  } catch (error) {
    return fail(corruptPicture(file, error));
  }
}

/** How many of the 64 bits differ; up to about 6 two pictures are taken for the same one. */
export function hashDistance(first: bigint, second: bigint): number {
  let bits = first ^ second;
  let count = 0;
  for (; bits > 0n; bits &= bits - 1n) count++;
  return count;
}

const longestSide = 1024;

/** Rec. 709 luma. */
function lumaOf(data: Buffer, channels: number): { readonly luma: Uint8Array; readonly tint: readonly [number, number] } {
  const pixels = data.length / channels;
  const luma = new Uint8Array(pixels);
  let redGreen = 0;
  let yellowBlue = 0;
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * channels;
    const red = data[at] ?? 0;
    const green = channels < 3 ? red : (data[at + 1] ?? 0);
    const blue = channels < 3 ? red : (data[at + 2] ?? 0);
    luma[pixel] = Math.round(0.2126 * red + 0.7152 * green + 0.0722 * blue);
    redGreen += red - green;
    yellowBlue += (red + green) / 2 - blue;
  }
  return { luma, tint: [redGreen / pixels, yellowBlue / pixels] };
}

/** Kernel 0 1 0 / 1 -4 1 / 0 1 0 without the rim, as OpenCV's `Laplacian(…).var()`; 0 where nothing has four neighbours. */
export function laplacianVariance(luma: Uint8Array | Float32Array, width: number, height: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const value = (luma[at - width] ?? 0) + (luma[at - 1] ?? 0) - 4 * (luma[at] ?? 0) + (luma[at + 1] ?? 0) + (luma[at + width] ?? 0);
      sum += value;
      squares += value * value;
    }
  }
  const count = Math.max(0, width - 2) * Math.max(0, height - 2);
  return count === 0 ? 0 : squares / count - (sum / count) ** 2;
}

function exposure(luma: Uint8Array): Pick<Measures, 'brightness' | 'contrast' | 'clippedDark' | 'clippedBright'> {
  let sum = 0;
  let squares = 0;
  let dark = 0;
  let bright = 0;
  for (const value of luma) {
    sum += value;
    squares += value * value;
    if (value <= 2) dark++;
    if (value >= 253) bright++;
  }
  const brightness = sum / luma.length;
  return {
    brightness,
    contrast: Math.sqrt(Math.max(0, squares / luma.length - brightness ** 2)),
    clippedDark: dark / luma.length,
    clippedBright: bright / luma.length,
  };
}

/** dHash: 9 by 8 grey values, one bit for each that is darker than its right neighbour. */
async function differenceHash(luma: Uint8Array, width: number, height: number): Promise<bigint> {
  const { default: sharp } = await import('sharp');
  const small = await sharp(luma, { raw: { width, height, channels: 1 } })
    .resize(9, 8, { fit: 'fill', kernel: 'lanczos3' })
    .toColourspace('b-w')
    .toFormat('raw')
    .toBuffer();
  let hash = 0n;
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) {
      const at = row * 9 + column;
      hash = (hash << 1n) | ((small[at] ?? 0) < (small[at + 1] ?? 0) ? 1n : 0n);
    }
  }
  return hash;
}
