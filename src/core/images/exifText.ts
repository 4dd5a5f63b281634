/** The caption (`ImageDescription`) in a block of EXIF; `undefined` when there is none or the block is broken. */
export function exifDescription(exif: Buffer | undefined): string | undefined {
  if (!exif) return undefined;
  const tiff = exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
  const order = tiff.toString('latin1', 0, 2);
  if (tiff.length < 14 || (order !== 'II' && order !== 'MM')) return undefined;
  const short = (at: number) => (order === 'II' ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at));
  const long = (at: number) => (order === 'II' ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at));
  try {
    const directory = long(4);
    for (let entry = directory + 2; entry < directory + 2 + 12 * Math.min(short(directory), 500); entry += 12) {
      if (short(entry) !== descriptionTag || short(entry + 2) !== asciiType) continue;
      const length = Math.min(long(entry + 4), 2000);
      const start = length <= 4 ? entry + 8 : long(entry + 8);
      const text = tiff.subarray(start, start + length).toString('utf8').split('\0')[0]?.trim();
      return text === undefined || text === '' ? undefined : text;
    }
  } catch {
    // Offsets that point behind the end.
  }
  return undefined;
}

const descriptionTag = 0x010e;
const asciiType = 2;
