import type { PictureFormat } from './picture';

/**
 * Whether a file holds a picture and nothing else: no EXIF, XMP, comments, colour profiles, previews, or data behind its
 * end, in all of which a place, a name or a film can hide. Such a file can be copied byte by byte.
 */
export function isBare(content: Buffer, format: PictureFormat): boolean {
  switch (format) {
    case 'jpeg':
      return isBareJpeg(content);
    case 'png':
      return isBarePng(content);
    case 'webp':
      return ['VP8 ', 'VP8L'].includes(content.toString('latin1', 12, 16)) && content.length <= even(20 + content.readUInt32LE(16)) + 1;
    default:
      return false;
  }
}

/** Only JFIF and Adobe's colour marker beside what decodes the picture, up to the one end marker. */
function isBareJpeg(content: Buffer): boolean {
  let at = 2;
  while (at + 4 <= content.length && content[at] === 0xff) {
    const marker = content[at + 1] ?? 0;
    if (marker === 0xda) return content.indexOf(endOfJpeg, at) === content.length - 2;
    const allowed = marker === 0xe0 || marker === 0xee || (marker >= 0xc0 && marker <= 0xcf) || marker === 0xdb || marker === 0xdd;
    if (!allowed || (marker === 0xe0 && content.toString('latin1', at + 4, at + 8) !== 'JFIF')) return false;
    at += 2 + content.readUInt16BE(at + 2);
  }
  return false;
}

const endOfJpeg = Buffer.from([0xff, 0xd9]);
const bareChunks = new Set(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'sRGB', 'pHYs', 'sBIT', 'bKGD']);

function isBarePng(content: Buffer): boolean {
  let at = 8;
  while (at + 12 <= content.length) {
    const type = content.toString('latin1', at + 4, at + 8);
    if (!bareChunks.has(type)) return false;
    at += 12 + content.readUInt32BE(at);
    if (type === 'IEND') return at === content.length;
  }
  return false;
}

function even(value: number): number {
  return value + (value % 2);
}
