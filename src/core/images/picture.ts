import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Metadata } from 'sharp';
import { fail, ok, type Failure, type Result } from '../outcome';
import { exifDescription } from './exifText';

/** What the header of a picture says; its pixels are not read. */
export interface Picture {
  /** Absolute path. */
  readonly file: string;
  readonly bytes: number;
  readonly format: PictureFormat;
  /** As a person sees it, EXIF orientation applied. */
  readonly width: number;
  readonly height: number;
  /** EXIF orientation, 1 to 8; 1 is upright. */
  readonly orientation: number;
  readonly alpha: boolean;
  /** More than 1 in an animation or a document of several pages. */
  readonly pages: number;
  /** `uchar`, `ushort`, …: how a channel is stored. */
  readonly depth: string;
  /** `srgb`, `cmyk`, `b-w`, … */
  readonly space: string;
  /** Whether it carries EXIF, XMP or IPTC, in which a place can stand. */
  readonly metadata: boolean;
  /** The caption that stands in its EXIF. */
  readonly caption?: string;
}

export type PictureFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'tiff' | 'avif';

/** File endings of pictures that can be read. */
export const pictureEndings = ['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif'] as const;

const maximumBytes = 500_000_000;

/** Larger ones are refused before they are decoded: a small file can claim billions of pixels. */
export const maximumPixels = 200_000_000;

/** Reads a picture's header; whatever is no picture, or one that nobody should open, comes back as a failure. */
export async function readPicture(file: string): Promise<Result<Picture>> {
  const name = path.basename(file);
  let bytes: number;
  try {
    const found = await stat(file);
    if (!found.isFile()) return fail(failure('no-picture', `${name} is no file.`, 'no file'));
    bytes = found.size;
  } catch (error) {
    return fail(failure('picture-missing', `${name} cannot be read.`, 'missing', String(error)));
  }
  if (bytes > maximumBytes) return fail(failure('picture-too-large', `${name} has ${Math.round(bytes / 1e6)} MB; pictures up to ${maximumBytes / 1e6} MB are read.`, 'too large'));
  const kind = await pictureFormat(file);
  if (kind === undefined) return fail(failure('no-picture', `${name} is no picture of a kind that can be read.`, 'no picture'));
  const { default: sharp } = await import('sharp');
  try {
    return checked(file, bytes, kind, await sharp(file, { limitInputPixels: false }).metadata());
  } catch (error) {
    return fail(corruptPicture(file, error));
  }
}

/** The format by the file's first bytes, whatever its ending says; `undefined` for everything else, SVG included. */
export async function pictureFormat(file: string): Promise<PictureFormat | undefined> {
  const head = Buffer.alloc(16);
  try {
    const handle = await open(file, 'r');
    try {
      await handle.read(head, 0, head.length, 0);
    } finally {
      await handle.close();
    }
  } catch {
    return undefined;
  }
  return signatures.find(({ fits }) => fits(head))?.format;
}

export function corruptPicture(file: string, error: unknown): Failure {
  const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return failure('picture-corrupt', `${path.basename(file)} is damaged and cannot be read whole.`, 'damaged', why);
}

function checked(file: string, bytes: number, format: PictureFormat, found: Metadata): Result<Picture> {
  const { width, height: fullHeight, pages = 1, pageHeight, orientation = 1 } = found;
  const height = pageHeight ?? fullHeight;
  const name = path.basename(file);
  if (width < 1 || height < 1) return fail(failure('picture-corrupt', `${name} has no size.`, 'damaged'));
  if (width * height > maximumPixels) {
    return fail(failure('picture-too-large', `${name} claims ${width} × ${height} pixels; up to ${maximumPixels / 1e6} million are read.`, 'too large'));
  }
  const turned = orientation >= 5;
  const caption = exifDescription(found.exif);
  return ok({
    file,
    bytes,
    format,
    width: turned ? height : width,
    height: turned ? width : height,
    orientation,
    alpha: found.hasAlpha,
    pages,
    depth: found.depth ?? 'uchar',
    space: found.space ?? 'srgb',
    metadata: found.exif !== undefined || found.xmp !== undefined || found.iptc !== undefined,
    ...(caption === undefined ? {} : { caption }),
  });
}

const signatures: readonly { readonly format: PictureFormat; fits(head: Buffer): boolean }[] = [
  { format: 'jpeg', fits: (head) => head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff])) },
  { format: 'png', fits: (head) => head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) },
  { format: 'webp', fits: (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP' },
  { format: 'gif', fits: (head) => /^GIF8[79]a/.test(head.toString('latin1', 0, 6)) },
  { format: 'tiff', fits: (head) => ['II*\0', 'MM\0*'].includes(head.toString('latin1', 0, 4)) },
  { format: 'avif', fits: (head) => head.toString('latin1', 4, 8) === 'ftyp' && /^avi[fs]$/.test(head.toString('latin1', 8, 12)) },
];

const advices: Readonly<Record<string, string>> = {
  'no-picture': 'Give a JPEG, PNG, WebP, GIF, TIFF or AVIF picture (convert HEIC to JPEG first).',
  'picture-missing': 'Put the picture back, or choose another one.',
  'picture-too-large': 'Save a smaller copy and use that.',
  'picture-corrupt': 'Replace it by a whole copy.',
};

function failure(code: string, message: string, short: string, detail?: string): Failure {
  return { code, message, advice: advices[code] ?? '', short, ...(detail ? { detail } : {}) };
}
