import sharp from 'sharp';

/** Structured enough to be sharp, different for each seed. */
export async function scene(width: number, height: number, seed: number, tone = 128): Promise<Buffer> {
  let state = seed * 2654435761;
  const next = () => ((state = (Math.imul(state, 1103515245) + 12345) >>> 0) / 0x100000000);
  const shapes = Array.from({ length: 110 }, () => {
    const color = [0, 0, 0].map(() => Math.round(Math.max(0, Math.min(255, tone + (next() - 0.5) * 180)))).join(',');
    return `<rect x="${next() * 100}%" y="${next() * 100}%" width="${3 + next() * 22}%" height="${3 + next() * 22}%" fill="rgb(${color})" transform="rotate(${Math.round(next() * 40 - 20)})"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="rgb(${tone},${tone},${tone})"/>${shapes.join('')}</svg>`;
  return sharp(Buffer.from(svg)).flatten().png().toBuffer();
}

/** A photograph with a place in it: JPEG, lying on its side, EXIF with GPS. */
export async function photograph(width: number, height: number, seed: number, orientation = 6): Promise<Buffer> {
  return sharp(await scene(width, height, seed))
    .withExif({ IFD0: { Make: 'Camera', ImageDescription: 'Mira at the window' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '52/1 31/1 0/1' } })
    .withMetadata({ orientation })
    .jpeg({ quality: 92 })
    .toBuffer();
}
