import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../../core/outcome';

/** Upright 8-bit sRGB without alpha, three bytes a pixel, row by row. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** More would need gigabytes in every step of an edit. */
const maximumPixels = 64_000_000;

/** Reads any picture that sharp knows: turned upright, flattened on white, 8 bits, sRGB, the first frame of several. */
export async function loadPicture(file: string): Promise<Result<Picture>> {
  const { default: sharp } = await import('sharp');
  try {
    // Only the header is read here: what it claims is to be said, whatever it is.
    const { width, height } = await sharp(file, { limitInputPixels: false }).metadata();
    if (width * height > maximumPixels) return fail(tooLarge(file, width, height));
    const { data, info } = await sharp(file, { failOn: 'error', limitInputPixels: maximumPixels })
      .autoOrient()
      .flatten({ background: '#ffffff' })
      .toColourspace('srgb')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return ok({ width: info.width, height: info.height, pixels: threeChannels(data, info.channels) });
  } catch (error) {
    return fail(unreadable(file, error instanceof Error ? error.message : String(error)));
  }
}

/** Grey pictures come with one channel (or two). */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = new Uint8Array((data.length / channels) * 3);
  for (let from = 0, to = 0; from < data.length; from += channels, to += 3) {
    const grey = channels < 3;
    pixels[to] = data[from] ?? 0;
    pixels[to + 1] = data[grey ? from : from + 1] ?? 0;
    pixels[to + 2] = data[grey ? from : from + 2] ?? 0;
  }
  return pixels;
}

function tooLarge(file: string, width: number, height: number): Failure {
  return {
    code: 'picture-too-large',
    message: `${path.basename(file)} is ${width}x${height} pixels; at most ${maximumPixels / 1e6} million can be edited.`,
    advice: 'Use a smaller copy of the picture.',
    short: 'too large',
  };
}

function unreadable(file: string, detail: string): Failure {
  const name = path.basename(file);
  if (/missing|no such file/i.test(detail)) {
    return { code: 'picture-missing', message: `${name} is not there any more.`, advice: 'Put it back, or run the step that imports pictures.', short: 'picture missing', detail };
  }
  return { code: 'picture-unreadable', message: `${name} is damaged or no picture that can be read.`, advice: 'Replace the file; PNG, JPEG, WebP, TIFF and AVIF work.', short: 'bad picture', detail };
}
