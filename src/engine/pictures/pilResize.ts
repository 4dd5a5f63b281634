import type { Picture } from './loadPicture';

export type ResizeFilter = 'lanczos' | 'bicubic';

/**
 * Scales as Pillow's `Image.resize` does, pixel for pixel: a separable, antialiased filter with weights in
 * fixed point and rounding to 8 bits after each pass (Pillow, `src/libImaging/Resample.c`). Other libraries differ by a
 * few levels, which a model that was trained on Pillow's pictures sees.
 */
export function pilResize(picture: Picture, width: number, height: number, filter: ResizeFilter): Picture {
  const rows = (from: Picture) => (from.width === width ? from : resampleRows(from, weightsFor(from.width, width, filter)));
  const columns = (from: Picture) => (from.height === height ? from : resampleColumns(from, weightsFor(from.height, height, filter)));
  return columnsFirst(picture, { width, height }) ? rows(columns(picture)) : columns(rows(picture));
}

/** Since version 13 Pillow begins with the columns where they shrink by more than twice what the rows do. */
function columnsFirst(from: Size, to: Size): boolean {
  return to.height < from.height && from.height - to.height > 2 * (from.width - to.width);
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** For each output pixel of a line: where its input pixels start, how many there are, and their weights in fixed point. */
interface LineWeights {
  readonly size: number;
  readonly starts: Int32Array;
  readonly counts: Int32Array;
  readonly weights: Int32Array;
  /** Weights of one output pixel take this many places. */
  readonly stride: number;
}

/** Bits behind the point of a weight: 32 less 8 for the pixel and 2 against overflow. */
const bits = 22;
const half = 2 ** (bits - 1);

function weightsFor(from: number, to: number, filter: ResizeFilter): LineWeights {
  const { support: radius, weight } = filters[filter];
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const support = radius * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(to);
  const counts = new Int32Array(to);
  const exact = new Float64Array(to * stride);
  for (let index = 0; index < to; index++) {
    const center = (index + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - start;
    const line = exact.subarray(index * stride, index * stride + count);
    for (let tap = 0; tap < count; tap++) line[tap] = weight((tap + start - center + 0.5) * (1 / stretch));
    // Added one by one from the left as Pillow does: the last bit decides some roundings.
    const sum = line.reduce((total, value) => total + value, 0);
    if (sum !== 0) line.forEach((value, tap) => (line[tap] = value / sum));
    starts[index] = start;
    counts[index] = count;
  }
  const weights = Int32Array.from(exact, (value) => Math.trunc(value * 2 ** bits + (value < 0 ? -0.5 : 0.5)));
  return { size: to, starts, counts, weights, stride };
}

function resampleRows({ width, height, pixels }: Picture, line: LineWeights): Picture {
  const scaled = new Uint8Array(line.size * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < line.size; x++) mix(pixels, (y * width + (line.starts[x] ?? 0)) * 3, 3, line, x, scaled, (y * line.size + x) * 3);
  }
  return { width: line.size, height, pixels: scaled };
}

function resampleColumns({ width, pixels }: Picture, line: LineWeights): Picture {
  const scaled = new Uint8Array(width * line.size * 3);
  for (let y = 0; y < line.size; y++) {
    for (let x = 0; x < width; x++) mix(pixels, ((line.starts[y] ?? 0) * width + x) * 3, width * 3, line, y, scaled, (y * width + x) * 3);
  }
  return { width, height: line.size, pixels: scaled };
}

/** One output pixel, the `index`-th of its line: the weighted sum of input pixels `step` bytes apart, rounded and clipped to 8 bits. */
function mix(pixels: Uint8Array, from: number, step: number, { weights, counts, stride }: LineWeights, index: number, scaled: Uint8Array, to: number): void {
  let red = half;
  let green = half;
  let blue = half;
  const first = index * stride;
  const end = first + (counts[index] ?? 0);
  for (let tap = first, at = from; tap < end; tap++, at += step) {
    const weight = weights[tap] ?? 0;
    red += (pixels[at] ?? 0) * weight;
    green += (pixels[at + 1] ?? 0) * weight;
    blue += (pixels[at + 2] ?? 0) * weight;
  }
  scaled[to] = clip(red >> bits);
  scaled[to + 1] = clip(green >> bits);
  scaled[to + 2] = clip(blue >> bits);
}

function clip(level: number): number {
  return level < 0 ? 0 : level > 255 ? 255 : level;
}

/** `support` is how far a filter reaches, in pixels of the coarser picture. */
const filters: Readonly<Record<ResizeFilter, { readonly support: number; readonly weight: (distance: number) => number }>> = {
  lanczos: { support: 3, weight: (distance) => (distance >= -3 && distance < 3 ? sinc(distance) * sinc(distance / 3) : 0) },
  bicubic: { support: 2, weight: bicubic },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys' cubic with a = -0.5. */
function bicubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}
