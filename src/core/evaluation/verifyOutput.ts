import path from 'node:path';
import type { Sampler } from './evaluation';
import { readGeneration, sha256Of, sidecarOf, type StoredGeneration } from './generations';
import { referencePictures } from './referencePictures';
import type { PlannedGeneration } from './runMatrix';
import { hasAskedSize, whyOther } from './sameRequest';

export interface OutputQuestion {
  readonly planned: PlannedGeneration;
  readonly sampler: Sampler;
  /** Absolute. */
  readonly pictureFolder: string;
  readonly resultsFolder: string;
}

/** What is wrong with one expected output, as words that follow its name; `undefined` when it is right. */
export async function verifyOutput({ planned, sampler, pictureFolder, resultsFolder }: OutputQuestion): Promise<string | undefined> {
  const output = path.join(resultsFolder, planned.file);
  const sha256 = await sha256Of(output);
  if (sha256 === undefined) return 'is missing';
  const stored = await readGeneration(sidecarOf(output));
  if (!stored) return 'has no readable sidecar';
  if (stored.generation.output.sha256 !== sha256) return 'was changed after it was made (its sidecar has another hash)';
  const source = path.join(pictureFolder, planned.picture);
  const pictureSha256 = await sha256Of(source);
  const references = await referencePictures(planned.edit, (file) => sha256Of(path.join(pictureFolder, file)));
  if (pictureSha256 !== undefined && references.ok) {
    const other = whyOther(stored.generation, { planned, pictureSha256, references: references.value, sampler });
    if (other !== undefined) return `was made for another request (${other} changed since)`;
  }
  return whatIsWrongWithPixels(stored, source, sampler);
}

async function whatIsWrongWithPixels({ generation, picture }: StoredGeneration, source: string, sampler: Sampler): Promise<string | undefined> {
  const made = await pixelsOf(picture).catch(() => undefined);
  if (!made) return 'cannot be decoded';
  const { width, height } = made;
  if (width !== generation.output.width || height !== generation.output.height) return `is ${width}x${height}, but its sidecar says ${generation.output.width}x${generation.output.height}`;
  if (!hasAskedSize(generation, sampler)) return `is ${width}x${height}, but ${sampler.width ?? 'any'}x${sampler.height ?? 'any'} was asked for`;
  if (spread(made.pixels) < 2) return 'is blank';
  const original = await pixelsOf(source, { width, height }).catch(() => undefined);
  if (original && meanDifference(made.pixels, original.pixels) < 0.2) return 'is identical to its source';
  return undefined;
}

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 8-bit sRGB, three channels. */
  readonly pixels: Uint8Array;
}

async function pixelsOf(file: string, size?: { readonly width: number; readonly height: number }): Promise<Pixels> {
  const { default: sharp } = await import('sharp');
  const upright = sharp(file, { failOn: 'error' }).autoOrient().flatten({ background: '#ffffff' }).toColourspace('srgb');
  const sized = size ? upright.resize(size.width, size.height, { fit: 'fill' }) : upright;
  const { data, info } = await sized.removeAlpha().raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: data };
}

/** Difference between the brightest and the darkest value, without the outermost thousandth at both ends. */
function spread(pixels: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const value of pixels) counts[value] = (counts[value] ?? 0) + 1;
  const few = pixels.length / 1000;
  const edge = (from: number, step: number): number => {
    let seen = 0;
    let level = from;
    while (level >= 0 && level <= 255 && (seen += counts[level] ?? 0) <= few) level += step;
    return level;
  };
  return edge(255, -1) - edge(0, 1);
}

/** In levels of 255; pictures of different sizes count as different. */
function meanDifference(first: Uint8Array, second: Uint8Array): number {
  if (first.length !== second.length || first.length === 0) return Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let index = 0; index < first.length; index++) sum += Math.abs((first[index] ?? 0) - (second[index] ?? 0));
  return sum / first.length;
}
