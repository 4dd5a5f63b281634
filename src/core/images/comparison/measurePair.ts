import { hashDistance, laplacianVariance, measurePicture } from '../measure';
import { decoder } from '../decode';
import { labPixels, meanColourDifference } from './colourDifference';
import { blockiness, clippedShare, noiseLevel } from './defects';
import type { KeptBlocks } from '../../evaluation/networkMeasures';
import { keptBlocks, keptPixels } from './keptBlocks';
import { colourOverlap, edgeAgreement, lightSlope } from './light';
import { greyPlane, peakSignalToNoise, similarities, type Plane } from './structuralSimilarity';

/** What can be measured of an output beside its source without any weights. Flags and hints, never part of a rank. */
export interface PairMeasures {
  /** Of 64 bits of the difference hash: 0 to 2 is a near copy. */
  readonly hashDistance: number;
  /** Width by height against the source's, as a ratio less 1. */
  readonly aspectDrift: number;
  /** Variance of the Laplacian, against the source's. */
  readonly detailRatio: number;
  /** Grey levels. */
  readonly noise: number;
  readonly sourceNoise: number;
  readonly blockiness: number;
  readonly clipped: number;
  readonly sourceClipped: number;
  /** Mean CIEDE2000. */
  readonly colourDifference: number;
  /** Mean L* of the output less that of the source. */
  readonly lightness: number;
  /** Degrees by which the slope of the light turned; 0 where either has hardly any. */
  readonly lightTurn: number;
  readonly colourOverlap: number;
  readonly edgeAgreement: number;
  /** Share of pixels of which a channel differs by more than 8. */
  readonly changedShare: number;
  /** Share of the picture that the edit left alone. */
  readonly keptShare: number;
  /** On what the edit left alone; absent where that is less than a twentieth of the picture. */
  readonly ssim?: number;
  /** The same, in dB; 100 stands for equal. */
  readonly psnr?: number;
  readonly kept: KeptBlocks;
}

/** Of those, the ones that are numbers. */
export type PixelMeasure = Exclude<keyof PairMeasures, 'kept'>;

/** Names of the measures that can be held against ratings. */
export const measureNames: Readonly<Record<PixelMeasure, string>> = {
  hashDistance: 'Look-alike bits', aspectDrift: 'Aspect drift', detailRatio: 'Detail kept', noise: 'Noise', sourceNoise: 'Noise of the source', blockiness: 'Blockiness', clipped: 'Clipped',
  sourceClipped: 'Clipped in the source', colourDifference: 'Colour difference (CIEDE2000)', lightness: 'Lightness change', lightTurn: 'Turn of the light', colourOverlap: 'Colour overlap',
  edgeAgreement: 'Edge agreement', changedShare: 'Changed pixels', keptShare: 'Left alone', ssim: 'SSIM where left alone', psnr: 'PSNR where left alone',
};

const longestSide = 1024;

/**
 * Decodes both and measures them at the source's size, at most 1024 pixels on the longer side.
 * @throws when either cannot be decoded
 */
export async function measurePair(source: string, output: string): Promise<PairMeasures> {
  const [one, other] = await Promise.all([measurePicture(source), measurePicture(output)]);
  if (!one.ok) throw new Error(one.failure.message);
  if (!other.ok) throw new Error(other.failure.message);
  const size = await fittedSize(source);
  const shape = await (await decoder(output)).metadata();
  const [first, second] = await Promise.all([pixels(source, size), pixels(output, size)]);
  const [greyFirst, greySecond] = [greyPlane(first, size.width, size.height), greyPlane(second, size.width, size.height)];
  const [labFirst, labSecond] = [labPixels(first), labPixels(second)];
  const upright = (shape.orientation ?? 1) >= 5 ? { width: shape.height, height: shape.width } : shape;
  const kept = keptBlocks(labFirst, labSecond, size.width, size.height);
  const { region, share } = keptPixels(kept, size.width, size.height);
  return {
    hashDistance: hashDistance(one.value.hash, other.value.hash),
    aspectDrift: upright.width / upright.height / (size.width / size.height) - 1,
    detailRatio: (laplacianVariance(greySecond.values, size.width, size.height) + 1) / (laplacianVariance(greyFirst.values, size.width, size.height) + 1),
    noise: noiseLevel(greySecond),
    sourceNoise: noiseLevel(greyFirst),
    blockiness: blockiness(greySecond),
    clipped: clippedShare(second),
    sourceClipped: clippedShare(first),
    colourDifference: meanColourDifference(labFirst, labSecond, labFirst.length > 3 * 200_000 ? 7 : 1),
    lightness: meanLightness(labSecond) - meanLightness(labFirst),
    lightTurn: turn(lightSlope(labFirst, size.width, size.height), lightSlope(labSecond, size.width, size.height)),
    colourOverlap: colourOverlap(labFirst, labSecond),
    edgeAgreement: edgeAgreement(greyFirst, greySecond),
    changedShare: changedShare(first, second),
    keptShare: share,
    ...(share >= leastKept && likeness({ first, second, greyFirst, greySecond, region })),
    kept,
  };
}

const leastKept = 0.05;

interface Compared {
  readonly first: Uint8Array;
  readonly second: Uint8Array;
  readonly greyFirst: Plane;
  readonly greySecond: Plane;
  readonly region: Uint8Array;
}

function likeness({ first, second, greyFirst, greySecond, region }: Compared): Pick<PairMeasures, 'ssim' | 'psnr'> {
  const ssim = similarities(greyFirst, greySecond, region).region;
  return { ...(!Number.isNaN(ssim) && { ssim }), psnr: Math.min(100, peakSignalToNoise(first, second, region)) };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

async function fittedSize(file: string): Promise<Size> {
  const { info } = await (await decoder(file)).resize(longestSide, longestSide, { fit: 'inside', withoutEnlargement: true }).toFormat('raw').toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height };
}

async function pixels(file: string, { width, height }: Size): Promise<Uint8Array> {
  return (await decoder(file)).flatten({ background: '#808080' }).resize(width, height, { fit: 'fill' }).removeAlpha().toColourspace('srgb').toFormat('raw').toBuffer();
}

function changedShare(first: Uint8Array, second: Uint8Array): number {
  let changed = 0;
  for (let at = 0; at < first.length; at += 3) {
    const apart = (channel: number): number => Math.abs((first[at + channel] ?? 0) - (second[at + channel] ?? 0));
    if (Math.max(apart(0), apart(1), apart(2)) > 8) changed++;
  }
  return changed / (first.length / 3);
}

function meanLightness(lab: Float64Array): number {
  let sum = 0;
  for (let at = 0; at < lab.length; at += 3) sum += lab[at] ?? 0;
  return sum / (lab.length / 3);
}

function turn([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): number {
  if (Math.hypot(x1, y1) < 3 || Math.hypot(x2, y2) < 3) return 0;
  const angle = ((Math.atan2(y2, x2) - Math.atan2(y1, x1)) * 180) / Math.PI;
  return Math.abs(angle > 180 ? angle - 360 : angle < -180 ? angle + 360 : angle);
}
