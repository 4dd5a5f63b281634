/** One channel, row by row. */
export interface Plane {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Mean structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004, IEEE TIP 13:600): an 11 by 11 Gaussian window of
 * sigma 1.5, K 0.01 and 0.03, range 255, population covariance, the outer 5 pixels left out. Equals scikit-image's
 * `structural_similarity(gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255)`.
 * @returns NaN for pictures of less than 11 pixels on a side
 */
export function structuralSimilarity(first: Plane, second: Plane): number {
  return similarities(first, second, undefined).whole;
}

/**
 * The same over all of it and over the windows whose middle is in a region.
 * @param region a byte for each pixel, not 0 where it counts; `region` is NaN where none does
 */
export function similarities(first: Plane, second: Plane, region: Uint8Array | undefined): { readonly whole: number; readonly region: number } {
  const { width, height } = first;
  const inner = width - 2 * radius;
  if (inner < 1 || height <= 2 * radius) return { whole: Number.NaN, region: Number.NaN };
  // Rows that are filtered across wait here until eleven of them are there to be filtered downwards.
  const rows = Array.from({ length: window.length }, () => new Float64Array(inner * planes));
  const products = new Float64Array(width * planes);
  const column = new Float64Array(inner * planes);
  let [sum, count, regionSum, regionCount] = [0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    multiply(first.values, second.values, y * width, width, products);
    filterAcross(products, rows[y % window.length] ?? column);
    if (y < 2 * radius) continue;
    filterDown(rows, y - 2 * radius, column);
    const middle = (y - radius) * width + radius;
    for (let x = 0, at = 0; x < inner; x++, at += planes) {
      const [a, b, squares, product] = [column[at] ?? 0, column[at + 1] ?? 0, column[at + 2] ?? 0, column[at + 3] ?? 0];
      const means = a * a + b * b;
      const similarity = ((2 * a * b + c1) * (2 * (product - a * b) + c2)) / ((means + c1) * (squares - means + c2));
      sum += similarity;
      count++;
      if (region && region[middle + x] !== 0) {
        regionSum += similarity;
        regionCount++;
      }
    }
  }
  return { whole: sum / count, region: regionSum / regionCount };
}

/** Peak signal-to-noise ratio in dB of 8-bit values: 10 log10(255² / MSE); infinite for equal pictures. Over a region: see `similarities`. */
export function peakSignalToNoise(first: Uint8Array, second: Uint8Array, region?: Uint8Array): number {
  let [squares, count] = [0, 0];
  for (let index = 0; index < first.length; index++) {
    if (region && region[Math.floor(index / 3)] === 0) continue;
    const difference = (first[index] ?? 0) - (second[index] ?? 0);
    squares += difference * difference;
    count++;
  }
  return 10 * Math.log10((255 * 255) / (squares / count));
}

/** Luma as scikit-image's `rgb2gray` weighs it, 0 to 255. */
export function greyPlane(rgb: Uint8Array, width: number, height: number): Plane {
  const values = new Float32Array(width * height);
  for (let pixel = 0; pixel < values.length; pixel++) {
    const at = pixel * 3;
    values[pixel] = 0.2125 * (rgb[at] ?? 0) + 0.7154 * (rgb[at + 1] ?? 0) + 0.0721 * (rgb[at + 2] ?? 0);
  }
  return { width, height, values };
}

const radius = 5;
const planes = 4;
const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
const raw = Array.from({ length: 2 * radius + 1 }, (_, index) => Math.exp(-((index - radius) ** 2) / (2 * 1.5 * 1.5)));
const window = Float64Array.from(raw, (weight) => weight / raw.reduce((sum, value) => sum + value, 0));

/** Both pictures, the sum of their squares, and their product, side by side: one pass of memory for all four. */
function multiply(first: Float32Array, second: Float32Array, start: number, width: number, into: Float64Array): void {
  for (let x = 0, at = 0; x < width; x++, at += planes) {
    const one = first[start + x] ?? 0;
    const other = second[start + x] ?? 0;
    into[at] = one;
    into[at + 1] = other;
    into[at + 2] = one * one + other * other;
    into[at + 3] = one * other;
  }
}

/** The window is the same from both ends, so that each weight serves two. */
function filterAcross(products: Float64Array, into: Float64Array): void {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0] = window;
  for (let at = 0; at < into.length; at++) {
    into[at] =
      w0 * ((products[at] ?? 0) + (products[at + 40] ?? 0)) + w1 * ((products[at + 4] ?? 0) + (products[at + 36] ?? 0)) + w2 * ((products[at + 8] ?? 0) + (products[at + 32] ?? 0)) +
      w3 * ((products[at + 12] ?? 0) + (products[at + 28] ?? 0)) + w4 * ((products[at + 16] ?? 0) + (products[at + 24] ?? 0)) + w5 * (products[at + 20] ?? 0);
  }
}

/** @param rows a ring in which `top` is the first of eleven */
function filterDown(rows: readonly Float64Array[], top: number, into: Float64Array): void {
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0, w4 = 0, w5 = 0] = window;
  const row = (index: number): Float64Array => rows[(top + index) % window.length] ?? into;
  const [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10] = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7), row(8), row(9), row(10)];
  for (let at = 0; at < into.length; at++) {
    into[at] =
      w0 * ((r0[at] ?? 0) + (r10[at] ?? 0)) + w1 * ((r1[at] ?? 0) + (r9[at] ?? 0)) + w2 * ((r2[at] ?? 0) + (r8[at] ?? 0)) +
      w3 * ((r3[at] ?? 0) + (r7[at] ?? 0)) + w4 * ((r4[at] ?? 0) + (r6[at] ?? 0)) + w5 * (r5[at] ?? 0);
  }
}
