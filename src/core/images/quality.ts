import path from 'node:path';
import type { RunSettings } from '../actions/action';
import { fail, ok, type Failure, type Result } from '../outcome';
import { markdownTable, plainText } from '../report/table';
import { hashDistance, measurePicture, type Measures } from './measure';
import { readPicture, type Picture } from './picture';

/** What a good source picture has to have; beside the two of the settings. */
export const exposureLimits = {
  /** Mean luma, 0 to 255. */
  darkest: 35,
  brightest: 225,
  /** Share of pixels at either end. */
  clipped: 0.25,
} as const;

/** Hash bits in which two pictures may differ and still count as the same one. */
export const nearDuplicateBits = 6;

export interface JudgedPicture {
  readonly name: string;
  readonly picture: Picture;
  readonly measures: Measures;
  readonly faults: readonly PictureFault[];
}

/** What is not good enough. */
export interface PictureFault {
  readonly kind: 'size' | 'sharpness' | 'dark' | 'bright' | 'clipped' | 'frames';
  /** With the figure and the one wanted. */
  readonly text: string;
}

/** Header and pixels of a picture against the thresholds. An unreadable picture is a failure. */
export async function judgePicture(file: string, settings: Pick<RunSettings, 'minimumPictureSide' | 'minimumSharpness'>): Promise<Result<JudgedPicture>> {
  const picture = await readPicture(file);
  if (!picture.ok) return picture;
  const measures = await measurePicture(file);
  if (!measures.ok) return measures;
  return ok({ name: path.basename(file), picture: picture.value, measures: measures.value, faults: faultsOf(picture.value, measures.value, settings) });
}

/** All of them; the first that cannot be read is the failure. */
export async function judgePictures(files: readonly string[], settings: RunSettings, each: (done: number) => void): Promise<Result<readonly JudgedPicture[]>> {
  const judged: JudgedPicture[] = [];
  const broken: Failure[] = [];
  for (const [index, file] of files.entries()) {
    each(index);
    const one = await judgePicture(file, settings);
    if (one.ok) judged.push(one.value);
    else broken.push(one.failure);
  }
  const [first] = broken;
  if (!first) return ok(judged);
  return fail(broken.length === 1 ? first : { ...first, message: broken.map(({ message }) => message).join(' '), short: `${broken.length} unreadable` });
}

/** Thresholds in the header, a row for each picture, marked where it falls short. */
export function qualityTable(judged: readonly JudgedPicture[], { minimumPictureSide, minimumSharpness }: RunSettings): string {
  const { darkest, brightest, clipped } = exposureLimits;
  return markdownTable(
    ['Picture', `Pixels (≥ ${minimumPictureSide})`, `Sharpness (≥ ${minimumSharpness})`, `Brightness (${darkest}–${brightest})`, `Clipped (≤ ${percent(clipped)})`, 'Verdict'],
    judged.map(({ name, picture, measures, faults }) => [
      plainText(name),
      sizeText(picture),
      String(Math.round(measures.sharpness)),
      String(Math.round(measures.brightness)),
      percent(measures.clippedDark + measures.clippedBright),
      faults.length === 0 ? '✓' : `✗ ${faults.map(({ text }) => text).join(', ')}`,
    ]),
  );
}

export interface NearDuplicate {
  readonly pictures: readonly [JudgedPicture, JudgedPicture];
  readonly names: readonly [string, string];
  /** Of 64. */
  readonly bits: number;
}

export function nearDuplicates(judged: readonly JudgedPicture[]): readonly NearDuplicate[] {
  return judged.flatMap((first, index) =>
    judged.slice(index + 1).flatMap((second) => {
      const bits = hashDistance(first.measures.hash, second.measures.hash);
      return bits <= nearDuplicateBits ? [{ pictures: [first, second] as const, names: [first.name, second.name] as const, bits }] : [];
    }),
  );
}

export function sizeText({ width, height }: Pick<Picture, 'width' | 'height'>): string {
  return `${width} × ${height}`;
}

/** Neither brightness nor colour of the light spreads by more than the eye notices between shots of one series. */
export function litAlike(judged: readonly JudgedPicture[]): boolean {
  const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values);
  return (
    range(judged.map(({ measures }) => measures.brightness)) < 12 &&
    range(judged.map(({ measures }) => measures.tint[0])) < 8 &&
    range(judged.map(({ measures }) => measures.tint[1])) < 8
  );
}

/** "JPEG, 1.2 MB". */
export function formatText({ format, bytes, alpha }: Pick<Picture, 'format' | 'bytes' | 'alpha'>): string {
  const size = bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1000))} kB`;
  return `${format === 'webp' ? 'WebP' : format.toUpperCase()}${alpha ? ' with alpha' : ''}, ${size}`;
}

export function percent(share: number): string {
  return `${share > 0 && share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`;
}

function faultsOf(picture: Picture, measures: Measures, { minimumPictureSide, minimumSharpness }: Pick<RunSettings, 'minimumPictureSide' | 'minimumSharpness'>): readonly PictureFault[] {
  const { darkest, brightest, clipped } = exposureLimits;
  const side = Math.min(picture.width, picture.height);
  const brightness = Math.round(measures.brightness);
  const found: readonly (readonly [boolean, PictureFault['kind'], string])[] = [
    [side < minimumPictureSide, 'size', `${side} pixels on the shorter side, ${minimumPictureSide} wanted`],
    [measures.sharpness < minimumSharpness, 'sharpness', `sharpness ${Math.round(measures.sharpness)}, ${minimumSharpness} wanted`],
    [brightness < darkest, 'dark', `too dark: brightness ${brightness}, ${darkest} wanted`],
    [brightness > brightest, 'bright', `too bright: brightness ${brightness}, at most ${brightest} wanted`],
    [measures.clippedDark > clipped, 'clipped', `${percent(measures.clippedDark)} of it pure black`],
    [measures.clippedBright > clipped, 'clipped', `${percent(measures.clippedBright)} of it pure white`],
    [picture.pages > 1, 'frames', `an animation of ${picture.pages} frames`],
  ];
  return found.flatMap(([isFault, kind, text]) => (isFault ? [{ kind, text }] : []));
}
