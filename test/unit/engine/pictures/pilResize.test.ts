import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../src/engine/pictures/loadPicture';
import { Golden } from '../golden';
import { pilResize, type ResizeFilter } from '../../../../src/engine/pictures/pilResize';

/** The same picture as the script had that asked Pillow 13.0.0. */
function testCard(width: number, height: number): Picture {
  const level = (x: number, y: number, channel: number) => (x * x * 7 + y * 13 + channel * 101 + x * y * 3) % 256;
  const at = (index: number) => level(Math.floor(index / 3) % width, Math.floor(index / 3 / width), index % 3);
  return { width, height, pixels: Uint8Array.from({ length: width * height * 3 }, (_, index) => at(index)) };
}

function digest({ pixels }: Picture): string {
  return createHash('sha256').update(pixels).digest('hex').slice(0, 16);
}

/** SHA-256 of what Pillow made of it. Larger and smaller, one side only, columns first (50x70 to 60x30) and rows first. */
const references: readonly (readonly [filter: ResizeFilter, from: readonly [number, number], to: readonly [number, number], pillow: string])[] = [
  ['lanczos', [37, 23], [16, 16], 'bcf20d609f8dc128'],
  ['bicubic', [37, 23], [16, 16], '2d08a7b9028a0035'],
  ['lanczos', [23, 37], [64, 48], '7876bf1f754a2224'],
  ['bicubic', [23, 37], [64, 48], '6e562eb88925a45f'],
  ['lanczos', [50, 70], [60, 30], '7f6c4d7933346092'],
  ['bicubic', [50, 70], [60, 30], 'b0dc03a1a4a8456e'],
  ['lanczos', [60, 80], [30, 20], '997a14d7d53ec390'],
  ['bicubic', [60, 80], [30, 20], '22e67f0309e302d2'],
  ['lanczos', [300, 200], [64, 48], '1d57abf4ad000bb1'],
  ['bicubic', [300, 200], [64, 48], '5d6fd0c9e54948b7'],
  ['lanczos', [1, 1], [9, 7], 'e8ae160cfb225b3c'],
  ['bicubic', [384, 384], [392, 392], '129397cc55a59070'],
  ['lanczos', [40, 40], [40, 80], '2d397c3524e77282'],
  ['bicubic', [40, 40], [40, 80], '046150879b53b1c6'],
];

describe('resizing as the reference does', () => {
  it('gives the pixels of Pillow, shown by a small one', () => {
    expect([...pilResize(testCard(4, 3), 3, 2, 'lanczos').pixels]).toEqual([4, 105, 200, 21, 122, 249, 62, 163, 77, 24, 125, 240, 46, 147, 170, 94, 195, 44]);
  });

  it.each(['smooth', 'noise', 'edges', 'single', 'strip'])('gives the pixels of the golden: %s', async (name) => {
    const golden = await Golden.read('resizing');
    const sizes = (golden.said('sizes') as Record<string, [number, number][]>)[name] ?? [];
    const [height = 0, width = 0] = golden.shape(name);
    for (const filter of ['lanczos', 'bicubic'] as const) {
      for (const size of sizes) {
        const resized = pilResize({ width, height, pixels: golden.bytes(name) }, ...size, filter);
        expect(resized.pixels, `${filter} ${size.join('x')}`).toEqual(golden.bytes(`${name}.${filter}.${size.join('x')}`));
      }
    }
    expect(sizes.length).toBeGreaterThan(1);
  });

  it.each(references)('is exact: %s %j to %j', (filter, from, to, pillow) => {
    const resized = pilResize(testCard(...from), ...to, filter);
    expect([resized.width, resized.height]).toEqual(to);
    expect(digest(resized)).toBe(pillow);
  });

  it('leaves a picture of the wanted size alone', () => {
    const card = testCard(8, 5);
    expect(pilResize(card, 8, 5, 'lanczos').pixels).toEqual(card.pixels);
  });
});
