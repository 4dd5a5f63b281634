import type { LabPixels } from './colourDifference';
import type { Plane } from './structuralSimilarity';

/**
 * Where the light comes from, as the slope of L* over a 3 by 3 grid: to the right and downwards, in L* from edge to edge.
 * The angle between two of them says whether a relighting turned the light.
 */
export function lightSlope(lab: LabPixels, width: number, height: number): readonly [number, number] {
  const cells = Array.from({ length: 9 }, () => ({ sum: 0, count: 0 }));
  for (let y = 0; y < height; y++) {
    const row = Math.min(2, Math.floor((y * 3) / height)) * 3;
    for (let x = 0; x < width; x++) {
      const cell = cells[row + Math.min(2, Math.floor((x * 3) / width))];
      if (!cell) continue;
      cell.sum += lab[(y * width + x) * 3] ?? 0;
      cell.count++;
    }
  }
  const mean = (index: number): number => (cells[index]?.sum ?? 0) / Math.max(1, cells[index]?.count ?? 0);
  const third = (indices: readonly number[]): number => indices.reduce((sum, index) => sum + mean(index), 0) / 3;
  return [third([2, 5, 8]) - third([0, 3, 6]), third([6, 7, 8]) - third([0, 1, 2])];
}

/** Overlap of the histograms of a* and b*, 16 by 16 bins of 16 each: 1 for the same colours wherever they lie. */
export function colourOverlap(first: LabPixels, second: LabPixels): number {
  const [one, other] = [chromaHistogram(first), chromaHistogram(second)];
  return one.reduce((sum, share, bin) => sum + Math.min(share, other[bin] ?? 0), 0);
}

/**
 * Whether edges run the same way, whatever the light: the mean cosine of the directions of Sobel gradients, weighted by
 * the smaller of both magnitudes. 1 is the same structure.
 */
export function edgeAgreement(first: Plane, second: Plane): number {
  const { width, height } = first;
  let [sum, weights] = [0, 0];
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const [x1, y1] = sobel(first.values, at, width);
      const [x2, y2] = sobel(second.values, at, width);
      const [one, other] = [Math.hypot(x1, y1), Math.hypot(x2, y2)];
      const weight = Math.max(one, other);
      if (weight < 8) continue;
      sum += one > 0 && other > 0 ? (weight * (x1 * x2 + y1 * y2)) / (one * other) : 0;
      weights += weight;
    }
  }
  return weights === 0 ? 1 : sum / weights;
}

function chromaHistogram(lab: LabPixels): Float64Array {
  const bins = new Float64Array(256);
  const step = 3 / lab.length;
  const bin = (value: number): number => Math.min(15, Math.max(0, Math.floor((value + 128) / 16)));
  for (let at = 0; at < lab.length; at += 3) {
    const place = bin(lab[at + 1] ?? 0) * 16 + bin(lab[at + 2] ?? 0);
    bins[place] = (bins[place] ?? 0) + step;
  }
  return bins;
}

function sobel(values: Float32Array, at: number, width: number): readonly [number, number] {
  const value = (offset: number): number => values[at + offset] ?? 0;
  const [nw, n, ne, w, e, sw, s, se] = [value(-width - 1), value(-width), value(-width + 1), value(-1), value(1), value(width - 1), value(width), value(width + 1)];
  return [ne + 2 * e + se - nw - 2 * w - sw, sw + 2 * s + se - nw - 2 * n - ne];
}
