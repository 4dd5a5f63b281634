import { describe, expect, test } from 'vitest';
import { levelFor, tilesSeen } from '../../../../src/webviews/compare/tiles';

const tiled = { width: 8192, height: 5000, tileSize: 512, levels: 5 };

describe('tiles that are seen', () => {
  test.each([[1, 4], [2.5, 4], [0.6, 4], [0.5, 3], [0.26, 3], [0.25, 2], [0.01, 0]])('at %f pixels of the screen for each of its own, size %i is looked at', (shown, level) => {
    expect(levelFor(tiled, shown)).toBe(level);
  });

  test('only those in sight, edge to edge on whole pixels of the screen', () => {
    const rect = { left: -3000.3, top: -1000.7, width: 8192, height: 5000 };
    const seen = { left: 0, top: 0, width: 900, height: 700 };
    const tiles = tilesSeen('p', tiled, 4, rect, seen, 2);
    expect(tiles.map(({ name: { column, row } }) => `${column},${row}`)).toEqual(['5,1', '6,1', '7,1', '5,2', '6,2', '7,2', '5,3', '6,3', '7,3']);
    for (const { name, rect: place } of tiles) {
      expect((place.left * 2) % 1).toBeCloseTo(0, 9);
      const right = tiles.find((other) => other.name.row === name.row && other.name.column === name.column + 1);
      if (right) expect(right.rect.left).toBeCloseTo(place.left + place.width, 9);
    }
  });

  test('the last row and column have what is left, at every size', () => {
    const whole = { left: 0, top: 0, width: 819.2, height: 500 };
    for (let level = 0; level < 5; level++) {
      const tiles = tilesSeen('p', tiled, level, whole, whole, 1);
      const last = tiles.at(-1)!.rect;
      expect([last.left + last.width, last.top + last.height]).toEqual([819, 500]);
      expect(tiles).toHaveLength(Math.ceil(8192 / 2 ** (4 - level) / 512) * Math.ceil(Math.ceil(5000 / 2 ** (4 - level)) / 512));
    }
  });
});
