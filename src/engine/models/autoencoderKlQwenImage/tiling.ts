/** Channels of one picture or of its latents, one after the other, each row by row. */
export interface Planes {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

export interface Tiling {
  /** Side of a tile of the input. */
  readonly tile: number;
  /** Distance from tile to tile; they overlap by what is left. */
  readonly stride: number;
  /** Side of the output for a side of the input: 8 where latents become pixels, 1/8 the other way. */
  readonly scale: number;
}

/**
 * Computes a large picture piece by piece. Neighbours overlap, and there one fades into the other
 * (diffusers, `AutoencoderKLQwenImage.tiled_decode`): each tile is blended with the one above, then with the one to the left,
 * both already blended themselves.
 */
export async function computeTiled(input: Planes, { tile, stride, scale }: Tiling, compute: (tile: Planes) => Promise<Planes>): Promise<Planes> {
  const step = stride * scale;
  const overlap = (tile - stride) * scale;
  let output: Planes | undefined;
  let above: readonly Planes[] = [];
  for (let top = 0; top < input.height; top += stride) {
    const row: Planes[] = [];
    for (let left = 0; left < input.width; left += stride) {
      const computed = await compute(cut(input, top, left, tile));
      const upper = above[row.length];
      if (upper) blendDown(upper, computed, overlap);
      const before = row.at(-1);
      if (before) blendRight(before, computed, overlap);
      output ??= blank(computed.channels, Math.floor(input.height * scale), Math.floor(input.width * scale));
      paste(computed, output, top * scale, left * scale, step);
      row.push(computed);
    }
    above = row;
  }
  if (!output) throw new Error('There is nothing to compute in a picture without pixels.');
  return output;
}

function blank(channels: number, height: number, width: number): Planes {
  return { channels, height, width, values: new Float32Array(channels * height * width) };
}

/** At most `side` rows and columns from there on. */
function cut(from: Planes, top: number, left: number, side: number): Planes {
  const piece = blank(from.channels, Math.min(side, from.height - top), Math.min(side, from.width - left));
  for (let channel = 0; channel < piece.channels; channel++) {
    for (let y = 0; y < piece.height; y++) {
      const start = (channel * from.height + top + y) * from.width + left;
      piece.values.set(from.values.subarray(start, start + piece.width), (channel * piece.height + y) * piece.width);
    }
  }
  return piece;
}

/** The first `side` rows and columns of a tile, as far as the output reaches. */
function paste(tile: Planes, output: Planes, top: number, left: number, side: number): void {
  const height = Math.min(side, tile.height, output.height - top);
  const width = Math.min(side, tile.width, output.width - left);
  for (let channel = 0; channel < output.channels; channel++) {
    for (let y = 0; y < height; y++) {
      const start = (channel * tile.height + y) * tile.width;
      output.values.set(tile.values.subarray(start, start + width), (channel * output.height + top + y) * output.width + left);
    }
  }
}

function blendDown(above: Planes, tile: Planes, overlap: number): void {
  const rows = Math.min(above.height, tile.height, overlap);
  for (let channel = 0; channel < tile.channels; channel++) {
    for (let y = 0; y < rows; y++) {
      const from = (channel * above.height + above.height - rows + y) * above.width;
      const to = (channel * tile.height + y) * tile.width;
      for (let x = 0; x < tile.width; x++) fade(above.values, from + x, tile.values, to + x, y / rows);
    }
  }
}

function blendRight(before: Planes, tile: Planes, overlap: number): void {
  const columns = Math.min(before.width, tile.width, overlap);
  for (let line = 0; line < tile.channels * tile.height; line++) {
    const from = (line + 1) * before.width - columns;
    for (let x = 0; x < columns; x++) fade(before.values, from + x, tile.values, line * tile.width + x, x / columns);
  }
}

function fade(old: Float32Array, from: number, values: Float32Array, to: number, share: number): void {
  values[to] = (old[from] ?? 0) * (1 - share) + (values[to] ?? 0) * share;
}
