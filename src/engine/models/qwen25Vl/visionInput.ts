import type { NumberTensor } from '../../graph/graphSession';
import type { Picture } from '../../pictures/loadPicture';
import type { VisionConfig } from './config';
import type { ImageProcessorConfig } from './imageProcessor';

/** What the vision tower is fed with. Patches lie in the order of its windows, so that the graph need not move them. */
export interface VisionInput {
  /** `[patches, 3 · frames · patch²]` */
  readonly patches: NumberTensor;
  /** `[1, patches, features of a head / 2]` */
  readonly cos: NumberTensor;
  readonly sin: NumberTensor;
  /** Number of each patch's picture, and of its window: patches with the same number see each other. */
  readonly picture: NumberTensor;
  readonly window: NumberTensor;
  /** For each merged token that comes out, its place when all are read picture by picture, row by row. */
  readonly places: readonly number[];
  /** Merged rows and columns of each picture. */
  readonly grids: readonly MergedGrid[];
}

export interface MergedGrid {
  readonly rows: number;
  readonly columns: number;
}

interface Patch {
  readonly picture: number;
  readonly window: number;
  readonly row: number;
  readonly column: number;
}

/** @param pictures with sides that are whole merged tokens, see `fitPicture` */
export function visionInput(pictures: readonly Picture[], config: VisionConfig, processor: ImageProcessorConfig): VisionInput {
  const side = config.patch * config.merge;
  const grids = pictures.map(({ width, height }) => ({ rows: height / side, columns: width / side }));
  const tokens = mergedTokens(grids, config.window);
  const patches = tokens.flatMap((token) => patchesOf(token, config.merge));
  return {
    patches: patchTensor(pictures, patches, config, processor),
    ...rotaryTables(patches, config),
    picture: numbersOf(patches, ({ picture }) => picture),
    window: numbersOf(patches, ({ window }) => window),
    places: tokens.map(({ place }) => place),
    grids,
  };
}

interface MergedToken extends Patch {
  readonly place: number;
}

/** Merged tokens window by window, those row by row (transformers, `get_vision_window_index`). */
function mergedTokens(grids: readonly MergedGrid[], side: number): readonly MergedToken[] {
  const tokens: MergedToken[] = [];
  let window = 0;
  let before = 0;
  for (const [picture, { rows, columns }] of grids.entries()) {
    for (let top = 0; top < rows; top += side) {
      for (let left = 0; left < columns; left += side, window++) {
        for (let row = top; row < Math.min(rows, top + side); row++) {
          for (let column = left; column < Math.min(columns, left + side); column++) tokens.push({ picture, window, row, column, place: before + row * columns + column });
        }
      }
    }
    before += rows * columns;
  }
  return tokens;
}

function patchesOf({ picture, window, row, column }: MergedToken, merge: number): readonly Patch[] {
  return Array.from({ length: merge * merge }, (_, index) => ({ picture, window, row: row * merge + Math.floor(index / merge), column: column * merge + (index % merge) }));
}

function patchTensor(pictures: readonly Picture[], patches: readonly Patch[], { patch: side, frames }: VisionConfig, { mean, deviation }: ImageProcessorConfig): NumberTensor {
  const features = 3 * frames * side * side;
  const data = new Float32Array(patches.length * features);
  let at = 0;
  for (const { picture: index, row, column } of patches) {
    const { width = 0, pixels = new Uint8Array() } = pictures[index] ?? {};
    for (let channel = 0; channel < 3; channel++) {
      // All frames are the one picture.
      for (let frame = 0; frame < frames; frame++) {
        for (let y = row * side; y < (row + 1) * side; y++) {
          for (let x = column * side; x < (column + 1) * side; x++) data[at++] = ((pixels[(y * width + x) * 3 + channel] ?? 0) / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
        }
      }
    }
  }
  return { data, dims: [patches.length, features] };
}

/** The first half of a head's pairs turns with the row, the second with the column; in float32 step by step as there. */
function rotaryTables(patches: readonly Patch[], { width, heads }: VisionConfig): { readonly cos: NumberTensor; readonly sin: NumberTensor } {
  const pairs = width / heads / 2;
  const frequencies = Array.from({ length: pairs / 2 }, (_, index) => Math.fround(1 / Math.fround(10000 ** Math.fround((2 * index) / pairs))));
  const angles = patches.flatMap(({ row, column }) => [row, column].flatMap((place) => frequencies.map((frequency) => Math.fround(place * frequency))));
  const dims = [1, patches.length, pairs];
  return { cos: { data: Float32Array.from(angles, Math.cos), dims }, sin: { data: Float32Array.from(angles, Math.sin), dims } };
}

function numbersOf(patches: readonly Patch[], number: (patch: Patch) => number): NumberTensor {
  return { data: BigInt64Array.from(patches, (patch) => BigInt(number(patch))), dims: [patches.length] };
}
