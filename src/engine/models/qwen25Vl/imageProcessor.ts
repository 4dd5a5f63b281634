import { fail, ok, type Failure, type Result } from '../../../core/outcome';
import type { Picture } from '../../pictures/loadPicture';
import { pilResize } from '../../pictures/pilResize';
import { roundHalfEven } from '../../pictures/roundHalfEven';
import type { ConfigFields } from '../readConfig';

/** What `processor/preprocessor_config.json` says of transformers' Qwen2VLImageProcessor. */
export interface ImageProcessorConfig {
  /** A picture is scaled to have at least and at most so many pixels: 3136 and 12,845,056. */
  readonly leastPixels: number;
  readonly mostPixels: number;
  /** Subtracted from, then dividing levels of 0..1, for red, green and blue. */
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** For `readConfig`. */
export function imageProcessorConfig(fields: ConfigFields): ImageProcessorConfig {
  for (const step of ['do_resize', 'do_rescale', 'do_normalize']) if (fields.raw(step) === false) throw fields.refuse(`${step} is off`);
  if (fields.number('resample', 3) !== 3) throw fields.refuse('it does not scale by the bicubic filter');
  if (Math.abs(fields.number('rescale_factor', 1 / 255) * 255 - 1) > 1e-6) throw fields.refuse('rescale_factor is not 1/255');
  const size = fields.object('size');
  const mean = fields.numbers('image_mean', clipMean);
  const deviation = fields.numbers('image_std', clipDeviation);
  if (mean.length !== 3 || deviation.length !== 3 || !deviation.every((value) => value > 0)) throw fields.refuse('image_mean or image_std is not three numbers');
  return {
    leastPixels: fields.count('min_pixels', { standard: size.count('shortest_edge', { standard: 56 * 56, most: largestLeast }), most: largestLeast }),
    mostPixels: fields.count('max_pixels', { standard: size.count('longest_edge', { standard: 28 * 28 * 1280, most: 1e9 }), most: 1e9 }),
    mean,
    deviation,
  };
}

/** Every picture is scaled up to the least, and the memory for looking at it grows with the square. */
const largestLeast = 1_000_000;

/** Those of CLIP. */
const clipMean = [0.48145466, 0.4578275, 0.40821073];
const clipDeviation = [0.26862954, 0.26130258, 0.27577711];

/** Scales a picture so that its sides are multiples of `side` pixels (`smart_resize`). */
export function fitPicture(picture: Picture, side: number, { leastPixels, mostPixels }: ImageProcessorConfig): Result<Picture> {
  const { width, height } = picture;
  if (Math.max(width, height) > 200 * Math.min(width, height)) return fail(tooNarrow(picture));
  let fitted = sides(picture, (length) => roundHalfEven(length / side) * side);
  if (fitted.width * fitted.height > mostPixels) {
    const shrink = Math.sqrt((width * height) / mostPixels);
    fitted = sides(picture, (length) => Math.max(side, Math.floor(length / shrink / side) * side));
  } else if (fitted.width * fitted.height < leastPixels) {
    const grow = Math.sqrt(leastPixels / (width * height));
    fitted = sides(picture, (length) => Math.ceil((length * grow) / side) * side);
  }
  return ok(pilResize(picture, fitted.width, fitted.height, 'bicubic'));
}

function sides({ width, height }: Picture, fit: (length: number) => number): { readonly width: number; readonly height: number } {
  return { width: fit(width), height: fit(height) };
}

function tooNarrow({ width, height }: Picture): Failure {
  return {
    code: 'picture-too-narrow',
    message: `A picture of ${width}x${height} pixels is more than 200 times as long as it is wide; the model cannot look at it.`,
    advice: 'Crop the picture.',
    short: 'too narrow',
  };
}
