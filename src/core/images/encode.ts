import { readFile } from 'node:fs/promises';
import type { Sharp } from 'sharp';
import { fail, ok, type Result } from '../outcome';
import { isBare } from './bareFile';
import { decoder } from './decode';
import { corruptPicture, readPicture, type Picture } from './picture';
import type { NamePattern } from './pictureName';

export interface CleanPicture {
  readonly content: Buffer;
  /** Whether the bytes are the file's own. */
  readonly unchanged: boolean;
  readonly picture: Picture;
}

/**
 * The picture as it goes into an evaluation: upright, sRGB, without metadata, in the format of the ending. A file that
 * is all that already keeps its bytes; others are encoded anew (JPEG and WebP at quality 95).
 */
export async function cleanPicture(file: string, extension: NamePattern['extension']): Promise<Result<CleanPicture>> {
  const picture = await readPicture(file);
  if (!picture.ok) return picture;
  const { format, orientation, space, depth } = picture.value;
  try {
    const source = await readFile(file);
    // Decoded in any case: a damaged picture is not copied.
    const decoded = await decoder(source);
    const plain = format === formats[extension] && orientation === 1 && depth === 'uchar' && (space === 'srgb' || space === 'b-w');
    if (plain && isBare(source, format)) {
      await decoded.stats();
      return ok({ content: source, unchanged: true, picture: picture.value });
    }
    return ok({ content: await encodeAs(decoded, extension), unchanged: false, picture: picture.value });
  } catch (error) {
    return fail(corruptPicture(file, error));
  }
}

/** Any decoded picture in the format of an ending, as pictures of an evaluation are written. */
export function encodeAs(picture: Sharp, extension: NamePattern['extension']): Promise<Buffer> {
  return encodings[formats[extension]](picture);
}

const formats = { '.jpg': 'jpeg', '.jpeg': 'jpeg', '.png': 'png', '.webp': 'webp' } as const;

const encodings = {
  jpeg: (picture: Sharp) => picture.flatten({ background: '#ffffff' }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer(),
  png: (picture: Sharp) => picture.png({ compressionLevel: 9 }).toBuffer(),
  webp: (picture: Sharp) => picture.webp({ quality: 95 }).toBuffer(),
} as const;
