import type { TiledView, TileName } from './contract';
import type { Rect } from './viewport';

/** Where a tile lies, in pixels of the surface. */
export interface PlacedTile {
  readonly name: TileName;
  readonly rect: Rect;
}

export function tileKey({ id, level, column, row }: TileName): string {
  return `${id}/${level}/${column}/${row}`;
}

/**
 * The size to look at: the smallest with at least one of its pixels for each of the screen's.
 * @param shown pixels of the screen for each pixel of the picture
 */
export function levelFor({ levels }: TiledView, shown: number): number {
  return Math.min(levels - 1, Math.max(0, levels - 1 + Math.ceil(Math.log2(shown) - 1e-6)));
}

/**
 * The tiles of one size that can be seen.
 * @param rect where the whole picture lies
 * @param seen the part of the surface in which the picture is seen
 * @param ratio pixels of the screen for each of the surface: edges lie on whole ones, or seams would show
 */
export function tilesSeen(id: string, tiled: TiledView, level: number, rect: Rect, seen: Rect, ratio: number): readonly PlacedTile[] {
  const { width, height, tileSize, levels } = tiled;
  const half = 2 ** (levels - 1 - level);
  const size = { width: Math.ceil(width / half), height: Math.ceil(height / half) };
  const [scaleX, scaleY] = [rect.width / size.width, rect.height / size.height];
  const range = (from: number, length: number, scale: number, end: number): readonly [number, number] => [Math.max(0, Math.floor(from / scale / tileSize)), Math.min(Math.ceil(end / tileSize) - 1, Math.floor((from + length) / scale / tileSize))];
  const [firstColumn, lastColumn] = range(seen.left - rect.left, seen.width, scaleX, size.width);
  const [firstRow, lastRow] = range(seen.top - rect.top, seen.height, scaleY, size.height);
  const snapped = (value: number): number => Math.round(value * ratio) / ratio;
  const tiles: PlacedTile[] = [];
  for (let row = firstRow; row <= lastRow; row++) {
    for (let column = firstColumn; column <= lastColumn; column++) {
      const [left, top] = [snapped(rect.left + column * tileSize * scaleX), snapped(rect.top + row * tileSize * scaleY)];
      const right = snapped(rect.left + Math.min(size.width, (column + 1) * tileSize) * scaleX);
      const bottom = snapped(rect.top + Math.min(size.height, (row + 1) * tileSize) * scaleY);
      tiles.push({ name: { id, level, column, row }, rect: { left, top, width: right - left, height: bottom - top } });
    }
  }
  return tiles;
}
