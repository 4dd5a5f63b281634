import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Picture } from '../../../../src/engine/pictures/loadPicture';

/** The same picture as `picture()` of test/reference/measures.py makes, by whole numbers alone. */
export function measurePicture(width: number, height: number, kind: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) pixels[(y * width + x) * 3 + c] = (x * (3 + c) + y * (5 - c) + ((x * y) >> 6) * (kind + 1) + ((x * x + y * y * (c + 1)) >> 7)) & 255;
    }
  }
  return { width, height, pixels };
}

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'goldens', 'measures');

/** A network of test/goldens/measures. */
export function networkFile(name: string): string {
  return path.join(folder, name);
}
