/** L*, a* and b* of each pixel, one after the other. */
export type LabPixels = Float64Array;

/** sRGB (IEC 61966-2-1) to CIE L*a*b* under D65, with the matrix that scikit-image uses. */
export function labPixels(rgb: Uint8Array): LabPixels {
  const lab = new Float64Array(rgb.length);
  for (let at = 0; at < rgb.length; at += 3) {
    const [r, g, b] = [linear[rgb[at] ?? 0] ?? 0, linear[rgb[at + 1] ?? 0] ?? 0, linear[rgb[at + 2] ?? 0] ?? 0];
    const x = curve((0.412453 * r + 0.35758 * g + 0.180423 * b) / 0.95047);
    const y = curve(0.212671 * r + 0.71516 * g + 0.072169 * b);
    const z = curve((0.019334 * r + 0.119193 * g + 0.950227 * b) / 1.08883);
    lab[at] = 116 * y - 16;
    lab[at + 1] = 500 * (x - y);
    lab[at + 2] = 200 * (y - z);
  }
  return lab;
}

/**
 * Mean CIEDE2000 over the pixels.
 * @param every 7 takes each seventh pixel: the formula is slow, and its mean hardly moves
 */
export function meanColourDifference(first: LabPixels, second: LabPixels, every = 1): number {
  let [sum, count] = [0, 0];
  for (let at = 0; at < first.length; at += 3 * every) {
    sum += ciede2000(first, second, at);
    count++;
  }
  return sum / count;
}

/** CIEDE2000 (Sharma, Wu and Dalal 2005, Color Research and Application 30:21) of the colours at one place of both. */
export function ciede2000(first: ArrayLike<number>, second: ArrayLike<number>, at = 0): number {
  const [l1 = 0, a1 = 0, b1 = 0] = [first[at], first[at + 1], first[at + 2]];
  const [l2 = 0, a2 = 0, b2 = 0] = [second[at], second[at + 1], second[at + 2]];
  if (l1 === l2 && a1 === a2 && b1 === b2) return 0;
  const chroma7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const g = 0.5 * (1 - Math.sqrt(chroma7 / (chroma7 + twentyFive7)));
  const [x1, x2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const [h1, h2] = [hue(b1, x1), hue(b2, x2)];
  const isGrey = c1 * c2 === 0;
  const turn = isGrey ? 0 : wrapped(h2 - h1);
  const middle = isGrey ? h1 + h2 : Math.abs(h1 - h2) <= 180 ? (h1 + h2) / 2 : h1 + h2 < 360 ? (h1 + h2 + 360) / 2 : (h1 + h2 - 360) / 2;
  const [lightness, chroma] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t = 1 - 0.17 * cosine(middle - 30) + 0.24 * cosine(2 * middle) + 0.32 * cosine(3 * middle + 6) - 0.2 * cosine(4 * middle - 63);
  const bend = (lightness - 50) ** 2;
  const dL = (l2 - l1) / (1 + (0.015 * bend) / Math.sqrt(20 + bend));
  const dC = (c2 - c1) / (1 + 0.045 * chroma);
  const dH = (2 * Math.sqrt(c1 * c2) * sine(turn / 2)) / (1 + 0.015 * chroma * t);
  const rotation = -2 * Math.sqrt(chroma ** 7 / (chroma ** 7 + twentyFive7)) * sine(60 * Math.exp(-(((middle - 275) / 25) ** 2)));
  return Math.sqrt(Math.max(0, dL * dL + dC * dC + dH * dH + rotation * dC * dH));
}

const twentyFive7 = 25 ** 7;

const linear = Float64Array.from({ length: 256 }, (_, value) => {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
});

function curve(value: number): number {
  return value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116;
}

function hue(b: number, a: number): number {
  if (a === 0 && b === 0) return 0;
  const angle = (Math.atan2(b, a) * 180) / Math.PI;
  return angle < 0 ? angle + 360 : angle;
}

function wrapped(turn: number): number {
  return turn > 180 ? turn - 360 : turn < -180 ? turn + 360 : turn;
}

function cosine(degrees: number): number {
  return Math.cos((degrees * Math.PI) / 180);
}

function sine(degrees: number): number {
  return Math.sin((degrees * Math.PI) / 180);
}
