import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../src/engine/pictures/loadPicture';
import { pilResize, torchResize, type ResizeFilter } from '../../../../src/engine/pictures/pilResize';

/** The same picture as the script had that asked Pillow 13.0.0 and torch 2.15.0. */
function testCard(width: number, height: number): Picture {
  const level = (x: number, y: number, channel: number) => (x * x * 7 + y * 13 + channel * 101 + x * y * 3) % 256;
  const at = (index: number) => level(Math.floor(index / 3) % width, Math.floor(index / 3 / width), index % 3);
  return { width, height, pixels: Uint8Array.from({ length: width * height * 3 }, (_, index) => at(index)) };
}

function digest({ pixels }: Picture): string {
  return createHash('sha256').update(pixels).digest('hex').slice(0, 16);
}

/** SHA-256 of what Pillow and torch made of it. Larger and smaller, one side only, columns first (50x70 to 60x30) and rows first. */
const references: readonly (readonly [filter: ResizeFilter, from: readonly [number, number], to: readonly [number, number], pillow: string, torch: string])[] = [
  ['lanczos', [37, 23], [16, 16], 'bcf20d609f8dc128', '701ba95590c059f8'],
  ['bicubic', [37, 23], [16, 16], '2d08a7b9028a0035', 'e96f7f22783c0293'],
  ['lanczos', [23, 37], [64, 48], '7876bf1f754a2224', '7485d10807ebad5b'],
  ['bicubic', [23, 37], [64, 48], '6e562eb88925a45f', '34c74833f84ed49c'],
  ['lanczos', [50, 70], [60, 30], '7f6c4d7933346092', '4da34f667488e9ef'],
  ['bicubic', [50, 70], [60, 30], 'b0dc03a1a4a8456e', 'd25dfcbd5ce75956'],
  ['lanczos', [60, 80], [30, 20], '997a14d7d53ec390', 'ccad1e05e652d353'],
  ['bicubic', [60, 80], [30, 20], '22e67f0309e302d2', '22e67f0309e302d2'],
  ['lanczos', [300, 200], [64, 48], '1d57abf4ad000bb1', 'f726180af639d2e3'],
  ['bicubic', [300, 200], [64, 48], '5d6fd0c9e54948b7', '145ac4c4bca73630'],
  ['lanczos', [1, 1], [9, 7], 'e8ae160cfb225b3c', 'e8ae160cfb225b3c'],
  ['bicubic', [384, 384], [392, 392], '129397cc55a59070', '8913fcd74f5ab7d5'],
  ['lanczos', [40, 40], [40, 80], '2d397c3524e77282', 'd8cf25e8d0263023'],
  ['bicubic', [40, 40], [40, 80], '046150879b53b1c6', '046150879b53b1c6'],
];

describe('resizing as the reference does', () => {
  it('gives the pixels of Pillow, shown by a small one', () => {
    expect([...pilResize(testCard(4, 3), 3, 2, 'lanczos').pixels]).toEqual([4, 105, 200, 21, 122, 249, 62, 163, 77, 24, 125, 240, 46, 147, 170, 94, 195, 44]);
  });

  it.each(references)('is exact: %s %j to %j', (filter, from, to, pillow, torch) => {
    const resized = pilResize(testCard(...from), ...to, filter);
    expect([resized.width, resized.height]).toEqual(to);
    expect(digest(resized)).toBe(pillow);
    expect(digest(torchResize(testCard(...from), ...to, filter))).toBe(torch);
  });

  it('leaves a picture of the wanted size alone', () => {
    const card = testCard(8, 5);
    expect(pilResize(card, 8, 5, 'lanczos').pixels).toEqual(card.pixels);
  });
});
