import type { Sharp } from 'sharp';
import { decoder } from './decode';

/** How a picture is shown: whole unless it is a small copy. */
export interface PlainView {
  /** Cut to fill a place of this many pixels, from the top. */
  readonly small?: { readonly width: number; readonly height: number };
  /** Made worse on purpose, as a hidden check of who looks. */
  readonly degraded?: boolean;
}

/**
 * A picture as pixels only: upright, in sRGB, 8 bits a channel, without anything that is embedded in the file. Values beyond
 * the range of sRGB are clipped; `dynamicRange` tells when.
 */
export async function plainPicture(file: string | Buffer, { small, degraded }: PlainView = {}): Promise<Sharp> {
  const upright = await decoder(file);
  if (small) return upright.resize({ ...small, fit: 'cover', position: 'top' });
  return degraded ? spoil(upright) : upright;
}

/** Lossless and quick rather than small: it goes to a panel on the same machine, or into a cache. */
export const plainFormat = { compressionLevel: 1 } as const;

/** Soft, blocky and washed out: whoever looks at all scores it low. */
async function spoil(picture: Sharp): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await picture.clone().raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const coarse = await sharp(data, { raw: { width, height, channels } }).resize({ width: Math.max(8, Math.round(width / 12)) }).modulate({ saturation: 0.45 }).jpeg({ quality: 8 }).toBuffer();
  return sharp(coarse).resize(width, height, { fit: 'fill', kernel: 'cubic' });
}
