import type { Plane } from './structuralSimilarity';

/**
 * Standard deviation of the noise in grey levels (Immerkær 1996, Computer Vision and Image Understanding 64:300): the
 * mean absolute answer of a mask that edges hardly excite.
 */
export function noiseLevel({ values, width, height }: Plane): number {
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const at = y * width + x;
      const cross = (values[at - width] ?? 0) + (values[at + width] ?? 0) + (values[at - 1] ?? 0) + (values[at + 1] ?? 0);
      const corners = (values[at - width - 1] ?? 0) + (values[at - width + 1] ?? 0) + (values[at + width - 1] ?? 0) + (values[at + width + 1] ?? 0);
      sum += Math.abs(corners - 2 * cross + 4 * (values[at] ?? 0));
    }
  }
  const inner = (width - 2) * (height - 2);
  return inner > 0 ? (Math.sqrt(Math.PI / 2) * sum) / (6 * inner) : 0;
}

/**
 * How much larger steps across the 8 by 8 grid of JPEG are than all others (after Wang, Bovik and Evans 2000, ICIP):
 * 1 is no grid.
 */
export function blockiness({ values, width, height }: Plane): number {
  let [onGrid, onCount, offGrid, offCount] = [0, 0, 0, 0];
  const add = (step: number, isOn: boolean): void => {
    if (isOn) {
      onGrid += step;
      onCount++;
    } else {
      offGrid += step;
      offCount++;
    }
  };
  for (let y = 0; y < height; y++) for (let x = 1; x < width; x++) add(Math.abs((values[y * width + x] ?? 0) - (values[y * width + x - 1] ?? 0)), x % 8 === 0);
  for (let y = 1; y < height; y++) for (let x = 0; x < width; x++) add(Math.abs((values[y * width + x] ?? 0) - (values[(y - 1) * width + x] ?? 0)), y % 8 === 0);
  if (onCount === 0 || offCount === 0) return 1;
  // A picture without any steps has no grid either.
  return (onGrid / onCount + 0.5) / (offGrid / offCount + 0.5);
}

/** Share of pixels with a channel at 0 or 255. */
export function clippedShare(rgb: Uint8Array): number {
  let clipped = 0;
  for (let at = 0; at < rgb.length; at += 3) {
    const [r = 0, g = 0, b = 0] = [rgb[at], rgb[at + 1], rgb[at + 2]];
    if (Math.max(r, g, b) === 255 || Math.min(r, g, b) === 0) clipped++;
  }
  return clipped / (rgb.length / 3);
}
