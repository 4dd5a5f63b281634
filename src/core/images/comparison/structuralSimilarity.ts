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
  const { width, height } = first;
  const inner = width - 2 * radius;
  if (inner < 1 || height <= 2 * radius) return Number.NaN;
  // Rows that are filtered across wait here until eleven of them are there to be filtered downwards.
  const rows = Array.from({ length: window.length }, () => new Float64Array(inner * planes));
  let [sum, count] = [0, 0];
  const column = new Float64Array(inner * planes);
  for (let y = 0; y < height; y++) {
    filterAcross(first.values, second.values, y * width, inner, rows[y % window.length] ?? column);
    if (y < 2 * radius) continue;
    column.fill(0);
    for (let k = 0; k < window.length; k++) {
      const row = rows[(y - 2 * radius + k) % window.length] ?? column;
      const weight = window[k] ?? 0;
      for (let index = 0; index < column.length; index++) column[index] = (column[index] ?? 0) + weight * (row[index] ?? 0);
    }
    for (let at = 0; at < column.length; at += planes) {
      const [a = 0, b = 0, squares = 0, product = 0] = [column[at], column[at + 1], column[at + 2], column[at + 3]];
      const means = a * a + b * b;
      sum += ((2 * a * b + c1) * (2 * (product - a * b) + c2)) / ((means + c1) * (squares - means + c2));
      count++;
    }
  }
  return sum / count;
}

/** Peak signal-to-noise ratio in dB of 8-bit values: 10 log10(255² / MSE); infinite for equal pictures. */
export function peakSignalToNoise(first: Uint8Array, second: Uint8Array): number {
  let squares = 0;
  for (let index = 0; index < first.length; index++) {
    const difference = (first[index] ?? 0) - (second[index] ?? 0);
    squares += difference * difference;
  }
  return 10 * Math.log10((255 * 255) / (squares / first.length));
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
function filterAcross(first: Float32Array, second: Float32Array, start: number, inner: number, into: Float64Array): void {
  for (let x = 0; x < inner; x++) {
    let [a, b, squares, product] = [0, 0, 0, 0];
    for (let k = 0; k < 11; k++) {
      const weight = window[k] ?? 0;
      const one = first[start + x + k] ?? 0;
      const other = second[start + x + k] ?? 0;
      a += weight * one;
      b += weight * other;
      squares += weight * (one * one + other * other);
      product += weight * one * other;
    }
    const at = x * planes;
    into[at] = a;
    into[at + 1] = b;
    into[at + 2] = squares;
    into[at + 3] = product;
  }
}
