/** How far two pictures lie apart, pixel by pixel, at a size that is quick to compute. */
export interface Difference {
  readonly width: number;
  readonly height: number;
  /** CIEDE2000 of each pixel, row by row. */
  readonly values: Float32Array;
  readonly mean: number;
}

const maximumSide = 512;

/** Compares relative places: the second picture is stretched over the first where sizes differ. */
export function compare(first: ImageBitmap, second: ImageBitmap): Difference {
  const shrink = Math.min(1, maximumSide / Math.max(first.width, first.height));
  const width = Math.max(1, Math.round(first.width * shrink));
  const height = Math.max(1, Math.round(first.height * shrink));
  const [left, right] = [pixels(first, width, height), pixels(second, width, height)];
  const values = new Float32Array(width * height);
  const a = new Float64Array(3);
  const b = new Float64Array(3);
  let sum = 0;
  for (let index = 0; index < values.length; index++) {
    const at = index * 4;
    if (left[at] === right[at] && left[at + 1] === right[at + 1] && left[at + 2] === right[at + 2]) continue;
    toLab(left[at] ?? 0, left[at + 1] ?? 0, left[at + 2] ?? 0, a);
    toLab(right[at] ?? 0, right[at + 1] ?? 0, right[at + 2] ?? 0, b);
    const value = deltaE2000(a, b);
    values[index] = value;
    sum += value;
  }
  return { width, height, values, mean: sum / values.length };
}

/** The difference as a picture: black is none, white-yellow is 40 divided by half the gain, or more. */
export function heat({ width, height, values }: Difference, gain: number): ImageData {
  const image = new ImageData(width, height);
  const data = new Uint32Array(image.data.buffer);
  const factor = (gain / 2) * (255 / 40);
  values.forEach((value, index) => (data[index] = palette[Math.min(255, Math.round(value * factor))] ?? 0));
  return image;
}

export const heatStops = ['#000004', '#420a68', '#932667', '#dd513a', '#fca50a', '#fcffa4'] as const;

/**
 * CIEDE2000 (Sharma, Wu and Dalal 2005, Color Research and Application 30:21) of two colours in L*a*b*.
 */
export function deltaE2000([l1 = 0, a1 = 0, b1 = 0]: ArrayLike<number> & Iterable<number>, [l2 = 0, a2 = 0, b2 = 0]: ArrayLike<number> & Iterable<number>): number {
  const chroma7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(chroma7 / (chroma7 + 6103515625)));
  const [x1, x2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const [h1, h2] = [hue(b1, x1), hue(b2, x2)];
  const grey = c1 * c2 === 0;
  const turn = grey ? 0 : h2 - h1 > Math.PI ? h2 - h1 - 2 * Math.PI : h2 - h1 < -Math.PI ? h2 - h1 + 2 * Math.PI : h2 - h1;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin(turn / 2);
  const [lightness, chroma] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const apart = Math.abs(h1 - h2) > Math.PI;
  const middle = grey ? h1 + h2 : apart ? (h1 + h2 < 2 * Math.PI ? (h1 + h2 + 2 * Math.PI) / 2 : (h1 + h2 - 2 * Math.PI) / 2) : (h1 + h2) / 2;
  const t = 1 - 0.17 * Math.cos(middle - radians(30)) + 0.24 * Math.cos(2 * middle) + 0.32 * Math.cos(3 * middle + radians(6)) - 0.2 * Math.cos(4 * middle - radians(63));
  const bend = (lightness - 50) ** 2;
  const sL = 1 + (0.015 * bend) / Math.sqrt(20 + bend);
  const sC = 1 + 0.045 * chroma;
  const sH = 1 + 0.015 * chroma * t;
  const rotation = radians(30) * Math.exp(-(((degrees(middle) - 275) / 25) ** 2));
  const rT = -2 * Math.sqrt(chroma ** 7 / (chroma ** 7 + 6103515625)) * Math.sin(2 * rotation);
  const [dL, dC, dHue] = [(l2 - l1) / sL, (c2 - c1) / sC, dH / sH];
  return Math.sqrt(dL * dL + dC * dC + dHue * dHue + rT * dC * dHue);
}

/** sRGB (0 to 255, IEC 61966-2-1) to CIE L*a*b* under D65. */
export function toLab(red: number, green: number, blue: number, into: Float64Array): void {
  const [r, g, b] = [linear[red] ?? 0, linear[green] ?? 0, linear[blue] ?? 0];
  const x = curve((0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047);
  const y = curve(0.2126729 * r + 0.7151522 * g + 0.072175 * b);
  const z = curve((0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883);
  into[0] = 116 * y - 16;
  into[1] = 500 * (x - y);
  into[2] = 200 * (y - z);
}

const linear = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

const palette = Uint32Array.from({ length: 256 }, (_, value) => {
  const position = (value / 255) * (heatStops.length - 1);
  const below = Math.min(heatStops.length - 2, Math.floor(position));
  const mix = (shift: number): number => {
    const [from, to] = [heatStops[below], heatStops[below + 1]].map((stop) => (Number.parseInt((stop ?? '#0').slice(1), 16) >> shift) & 255);
    return Math.round((from ?? 0) + ((to ?? 0) - (from ?? 0)) * (position - below));
  };
  return ((255 << 24) | (mix(0) << 16) | (mix(8) << 8) | mix(16)) >>> 0;
});

function pixels(bitmap: ImageBitmap, width: number, height: number): Uint8ClampedArray {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (!context) return new Uint8ClampedArray(width * height * 4);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  return context.getImageData(0, 0, width, height).data;
}

function curve(value: number): number {
  return value > 216 / 24389 ? Math.cbrt(value) : (24389 / 27 * value + 16) / 116;
}

function hue(b: number, a: number): number {
  if (a === 0 && b === 0) return 0;
  const angle = Math.atan2(b, a);
  return angle < 0 ? angle + 2 * Math.PI : angle;
}

function radians(degree: number): number {
  return (degree * Math.PI) / 180;
}

function degrees(radian: number): number {
  return (radian * 180) / Math.PI;
}
