import { roundHalfEven } from '../../pictures/roundHalfEven';

/** Width and height in pixels. */
export type Size = readonly [number, number];

/**
 * The size of about `area` pixels in a picture's shape, both sides multiples of 32, rounded as Python rounds: halves to
 * the even side (diffusers, `calculate_dimensions`).
 */
export function sizeOfArea(area: number, width: number, height: number): Size {
  const ratio = width / height;
  const wide = Math.sqrt(area * ratio);
  return [roundHalfEven(wide / 32) * 32, roundHalfEven(wide / ratio / 32) * 32];
}

/** Whether nothing would be left of a picture's short side at one of the sizes that it is looked at. */
export function isTooNarrow({ width, height }: { readonly width: number; readonly height: number }, resolution: number): boolean {
  return [resolution, promptResolution].some((side) => sizeOfArea(side ** 2, width, height).includes(0));
}

/** Side of the square whose area the text encoder sees of each picture. */
export const promptResolution = 384;

/** Side of the square whose area a picture is made and, unless asked otherwise, read at. */
export const usualResolution = 1024;

/**
 * The size to make: what was asked for, else a megapixel in the shape of the last picture; a side that alone was asked
 * for keeps the other one's rule, as in diffusers. Both are cut down to what the model can make.
 *
 * @param multiple pixels that sides are multiples of
 */
export function outputSize(asked: { readonly width?: number; readonly height?: number }, last: { readonly width: number; readonly height: number }, multiple: number): Size {
  const [width, height] = sizeOfArea(usualResolution ** 2, last.width, last.height);
  const down = (side: number) => Math.max(1, Math.floor(side / multiple)) * multiple;
  return [down(asked.width ?? width), down(asked.height ?? height)];
}
