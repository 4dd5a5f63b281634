import { readFile } from 'node:fs/promises';
import { fail, ok, type Result } from '../outcome';
import { decoder } from './decode';
import { encodeAs } from './encode';
import { corruptPicture } from './picture';
import type { NamePattern } from './pictureName';
import type { JudgedPicture } from './quality';

/**
 * What can be put right without a better picture: `light` brightens or darkens, `frame` takes the first of an animation,
 * `bare` drops metadata. Softness and missing pixels cannot be added afterwards.
 */
export type Mend = 'light' | 'frame' | 'bare';

/** Which of them a picture needs. */
export function mendsFor({ picture, faults }: Pick<JudgedPicture, 'picture' | 'faults'>): readonly Mend[] {
  const kinds = new Set(faults.map(({ kind }) => kind));
  return [
    ...(kinds.has('frames') ? (['frame'] as const) : []),
    ...(kinds.has('dark') || kinds.has('bright') ? (['light'] as const) : []),
    ...(picture.metadata && !kinds.has('frames') && !kinds.has('dark') && !kinds.has('bright') ? (['bare'] as const) : []),
  ];
}

/** The mended picture's bytes, upright, in sRGB and without metadata. */
export async function mendPicture(file: string, mend: Mend, extension: NamePattern['extension']): Promise<Result<Buffer>> {
  try {
    const picture = await decoder(await readFile(file));
    return ok(await encodeAs(mend === 'light' ? await relit(picture) : picture, extension));
  } catch (error) {
    return fail(corruptPicture(file, error));
  }
}

/** Mean luma that a mended picture gets: the middle of what counts as well exposed. */
const aim = 118;
/** Beyond these exponents noise or flat areas would show. */
const gammas = { least: 0.35, most: 2.6 } as const;

/** One curve on every channel: darkest and brightest are drawn apart to the ends, then a gamma brings the mean luma to `aim`. */
async function relit(picture: Awaited<ReturnType<typeof decoder>>): Promise<Awaited<ReturnType<typeof decoder>>> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await picture.toFormat('raw').toBuffer({ resolveWithObject: true });
  const colours = info.channels >= 3 ? 3 : 1;
  const histogram = new Float64Array(256);
  for (let at = 0; at < data.length; at += info.channels) {
    const luma = colours === 1 ? (data[at] ?? 0) : 0.2126 * (data[at] ?? 0) + 0.7152 * (data[at + 1] ?? 0) + 0.0722 * (data[at + 2] ?? 0);
    const level = Math.round(luma);
    histogram[level] = (histogram[level] ?? 0) + 1;
  }
  const pixels = data.length / info.channels;
  const ends = endsOf(histogram, pixels);
  const curve = curveOf(ends, gammaFor(histogram, pixels, ends));
  for (let at = 0; at < data.length; at += info.channels) {
    for (let channel = 0; channel < colours; channel++) data[at + channel] = curve[data[at + channel] ?? 0] ?? 0;
  }
  return sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
}

/** By halving: the mean falls as the exponent grows. */
function gammaFor(histogram: Float64Array, pixels: number, ends: Ends): number {
  let { least, most }: { least: number; most: number } = gammas;
  for (let round = 0; round < 24; round++) {
    const middle = Math.sqrt(least * most);
    const mean = curveOf(ends, middle).reduce((sum, level, index) => sum + level * (histogram[index] ?? 0), 0) / pixels;
    if (mean > aim) least = middle;
    else most = middle;
  }
  return Math.sqrt(least * most);
}

interface Ends {
  readonly black: number;
  readonly white: number;
}

/** Levels that all but a few stray pixels lie between. */
function endsOf(histogram: Float64Array, pixels: number): Ends {
  const level = (order: readonly number[]): number => {
    let passed = 0;
    return order.find((at) => (passed += histogram[at] ?? 0) > pixels * stray) ?? 0;
  };
  const levels = Array.from(histogram.keys());
  const [black, white] = [level(levels), level(levels.toReversed())];
  return white - black < narrowest ? { black: 0, white: 255 } : { black, white };
}

/** Share of pixels at either end that may be clipped. */
const stray = 0.002;
/** Levels; what spans fewer is flat, and drawing it apart would only show noise. */
const narrowest = 24;

function curveOf({ black, white }: Ends, gamma: number): readonly number[] {
  return Array.from({ length: 256 }, (_, level) => Math.round(255 * Math.min(1, Math.max(0, (level - black) / (white - black))) ** gamma));
}
