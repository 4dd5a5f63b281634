import { isKept, type KeptBlocks } from '../../evaluation/networkMeasures';
import type { LabPixels } from './colourDifference';

/**
 * Which blocks of about 32 pixels an edit left alone; they divide the picture evenly. A block is edited where more than a tenth of its cells of 8 pixels changed
 * their mean colour visibly (more than 6 in L*a*b*, CIE 1976); its neighbours count as edited too, since edits end softly.
 * Means, so that noise and what an autoencoder does to texture is no edit: that is what is measured on the rest.
 */
export function keptBlocks(first: LabPixels, second: LabPixels, width: number, height: number): KeptBlocks {
  const [columns, rows] = [Math.max(1, Math.round(width / blockSide)), Math.max(1, Math.round(height / blockSide))];
  const edited = Array.from({ length: columns * rows }, (_, index) => isEdited(first, second, width, blockAt(index, columns, rows, width, height)));
  const near = (index: number): boolean =>
    [-1, 0, 1].some((down) => [-1, 0, 1].some((right) => {
      const [column, row] = [(index % columns) + right, Math.floor(index / columns) + down];
      return column >= 0 && column < columns && row >= 0 && row < rows && (edited[row * columns + column] ?? false);
    }));
  return { columns, rows, kept: hexadecimal(edited.map((_, index) => !near(index))) };
}

function hexadecimal(bits: readonly boolean[]): string {
  return Array.from({ length: Math.ceil(bits.length / 4) }, (_, digit) => [0, 1, 2, 3].reduce((value, bit) => value * 2 + (bits[digit * 4 + bit] ? 1 : 0), 0).toString(16)).join('');
}

/** A byte for each pixel, 1 where it was left alone; with the share of those. */
export function keptPixels(blocks: KeptBlocks, width: number, height: number): { readonly region: Uint8Array; readonly share: number } {
  const { columns, rows } = blocks;
  const whole = Array.from({ length: columns * rows }, (_, index) => isKept(blocks, index));
  const region = new Uint8Array(width * height);
  let count = 0;
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y * rows) / height) * columns;
    for (let x = 0; x < width; x++) {
      if (!whole[row + Math.floor((x * columns) / width)]) continue;
      region[y * width + x] = 1;
      count++;
    }
  }
  return { region, share: count / region.length };
}

const blockSide = 32;
const cellSide = 8;
const visible = 6;
const mostChanged = 0.1;

interface Block {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function blockAt(index: number, columns: number, rows: number, width: number, height: number): Block {
  const [column, row] = [index % columns, Math.floor(index / columns)];
  const edge = (place: number, count: number, size: number): number => Math.ceil((place * size) / count);
  return { left: edge(column, columns, width), right: edge(column + 1, columns, width), top: edge(row, rows, height), bottom: edge(row + 1, rows, height) };
}

function isEdited(first: LabPixels, second: LabPixels, width: number, { left, top, right, bottom }: Block): boolean {
  let [cells, changed] = [0, 0];
  for (let y = top; y < bottom; y += cellSide) {
    for (let x = left; x < right; x += cellSide) {
      cells++;
      if (meanDistance(first, second, width, { left: x, top: y, right: Math.min(x + cellSide, right), bottom: Math.min(y + cellSide, bottom) }) > visible) changed++;
    }
  }
  return changed > mostChanged * cells;
}

function meanDistance(first: LabPixels, second: LabPixels, width: number, { left, top, right, bottom }: Block): number {
  let [l, a, b] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 3; at < (y * width + right) * 3; at += 3) {
      l += (second[at] ?? 0) - (first[at] ?? 0);
      a += (second[at + 1] ?? 0) - (first[at + 1] ?? 0);
      b += (second[at + 2] ?? 0) - (first[at + 2] ?? 0);
    }
  }
  return Math.hypot(l, a, b) / ((right - left) * (bottom - top));
}
