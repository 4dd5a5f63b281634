import type { Sharp } from 'sharp';
import { maximumPixels } from './picture';

/**
 * Opens a picture for decoding as a person sees it: first frame, upright, in sRGB. A picture that ends too early or
 * breaks off in the middle is an error, not a grey half.
 */
export async function decoder(file: string | Buffer): Promise<Sharp> {
  const { default: sharp } = await import('sharp');
  return sharp(file, { limitInputPixels: maximumPixels, failOn: 'warning', sequentialRead: true }).autoOrient().toColourspace('srgb');
}
