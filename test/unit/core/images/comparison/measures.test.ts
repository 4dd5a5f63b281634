import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ciede2000, labPixels, meanColourDifference } from '../../../../../src/core/images/comparison/colourDifference';
import { blockiness, clippedShare, noiseLevel } from '../../../../../src/core/images/comparison/defects';
import { flagsOf } from '../../../../../src/core/images/comparison/flags';
import { keptBlocks, keptPixels } from '../../../../../src/core/images/comparison/keptBlocks';
import { edgeAgreement } from '../../../../../src/core/images/comparison/light';
import { measurePair } from '../../../../../src/core/images/comparison/measurePair';
import { greyPlane, peakSignalToNoise, similarities, structuralSimilarity } from '../../../../../src/core/images/comparison/structuralSimilarity';

const [width, height] = [96, 80];

function draw(value: (x: number, y: number, channel: number) => number): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) rgb[(y * width + x) * 3 + c] = Math.max(0, Math.min(255, Math.floor(value(x, y, c))));
  return rgb;
}

const base = (x: number, y: number, c: number) => 128 + 60 * Math.sin(x * 0.11 + c) + 50 * Math.cos(y * 0.07 * (c + 1)) + (17 * (((x * 7 + y * 13 + c * 29) % 16) - 8)) / 8;
const source = draw(base);
const changed = {
  bright: draw((x, y, c) => base(x, y, c) * 1.2 + 5),
  shift: draw((x, y, c) => base((x + 3) % width, y, c)),
  noise: draw((x, y, c) => base(x, y, c) + ((x * 31337 + y * 7919 + c * 104729) % 41) - 20),
  half: draw((x, y, c) => (x >= 48 ? base(x, y, c) : [30, 120, 40][c]!)),
} as const;

// scikit-image 0.26.0 on the same pixels: structural_similarity (gaussian, sigma 1.5, population) of rgb2gray, peak_signal_noise_ratio, mean deltaE_ciede2000.
describe.each([
  ['bright', 0.94224652, 18.58251669, 9.44042633],
  ['shift', 0.44724558, 20.09183407, 10.51753839],
  ['noise', 0.83558467, 26.69154143, 7.07852197],
  ['half', 0.66087177, 12.12653293, 21.22406059],
] as const)('as scikit-image: %s', (name, ssim, psnr, difference) => {
  test('SSIM', () => expect(structuralSimilarity(greyPlane(source, width, height), greyPlane(changed[name], width, height))).toBeCloseTo(ssim, 4));
  test('PSNR', () => expect(peakSignalToNoise(source, changed[name])).toBeCloseTo(psnr, 6));
  test('CIEDE2000', () => expect(meanColourDifference(labPixels(source), labPixels(changed[name]))).toBeCloseTo(difference, 4));
});

test('equal pictures, and pictures too small for a window', () => {
  expect(structuralSimilarity(greyPlane(source, width, height), greyPlane(source, width, height))).toBeCloseTo(1, 12);
  expect(peakSignalToNoise(source, source)).toBe(Number.POSITIVE_INFINITY);
  expect(structuralSimilarity({ width: 8, height: 8, values: new Float32Array(64) }, { width: 8, height: 8, values: new Float32Array(64) })).toBeNaN();
});

test.each([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425], [[50, 3.1571, -77.2803], [50, 0, -82.7485], 2.8615], [[50, 2.8361, -74.02], [50, 0, -82.7485], 3.4412],
  [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1], [[50, 0, 0], [50, -1, 2], 2.3669], [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
  [[50, 2.5, 0], [73, 25, -18], 27.1492], [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644], [[63.0109, -31.0961, -5.8663], [62.8187, -29.7946, -4.0864], 1.263],
  [[90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447], 1.4441], [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
])("CIEDE2000 of Sharma, Wu and Dalal's table: %j and %j", (first, second, difference) => {
  expect(ciede2000(first, second)).toBeCloseTo(difference, 4);
  expect(ciede2000(second, first)).toBeCloseTo(difference, 4);
});

test('noise of a known strength is found, a grid of blocks is seen, and clipping is counted', () => {
  const flat = { width: 200, height: 200, values: new Float32Array(40_000) };
  let state = 1;
  const uniform = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const noisy = flat.values.map(() => 128 + 5 * Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()));
  expect(noiseLevel({ ...flat, values: noisy })).toBeCloseTo(5, 0);
  const blocks = flat.values.map((_, index) => ((Math.floor((index % 200) / 8) * 37 + Math.floor(index / 1600) * 53) % 64) + 90);
  expect(blockiness({ ...flat, values: blocks })).toBeGreaterThan(3);
  expect(blockiness({ ...flat, values: noisy })).toBeCloseTo(1, 1);
  expect(clippedShare(Uint8Array.from([255, 3, 4, 9, 9, 9, 1, 0, 8, 9, 9, 9]))).toBe(0.5);
});

test('edges run the same way in another light, and not in another picture', () => {
  const [one, bright, shifted] = [source, changed.bright, draw((x, y, c) => base(y, x, c))].map((rgb) => greyPlane(rgb, width, height));
  expect(edgeAgreement(one!, bright!)).toBeGreaterThan(0.9);
  expect(edgeAgreement(one!, shifted!)).toBeLessThan(0.6);
});

describe('a pair of files', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'))));
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function measured(make: (picture: Sharp) => Sharp) {
    const [from, to] = [path.join(folder, 'source.png'), path.join(folder, 'output.png')];
    const large = () => sharp(source, { raw: { width, height, channels: 3 } }).resize(384, 320, { kernel: 'cubic' });
    await large().png().toFile(from);
    await make(sharp(await large().png().toBuffer())).png().toFile(to);
    return measurePair(from, to);
  }

  test('a copy that was saved anew is a near copy', async () => {
    expect(flagsOf(await measured((picture) => picture.jpeg({ quality: 95 }).png()))).toContain('Near copy');
  });

  test('a blurred one is soft, a stretched one has another shape, a bright one is clipped', async () => {
    expect(flagsOf(await measured((picture) => picture.blur(4)))).toContain('Soft');
    expect(flagsOf(await measured((picture) => picture.resize(500, 320, { fit: 'fill' })))).toContain('Other shape');
    expect(flagsOf(await measured((picture) => picture.linear(2, 20)))).toContain('Clipped');
  });

  test('light that turned from left to right is told from light that only rose', async () => {
    const gradient = (from: string, to: string) => `<svg width="384" height="320"><defs><linearGradient id="g"><stop offset="0" stop-color="${from}"/><stop offset="1" stop-color="${to}"/></linearGradient></defs><rect width="384" height="320" fill="url(#g)"/></svg>`;
    const pair = async (svg: string) => {
      const [from, to] = [path.join(folder, 'left.png'), path.join(folder, 'other.png')];
      await sharp(Buffer.from(gradient('#eee', '#333'))).png().toFile(from);
      await sharp(Buffer.from(svg)).png().toFile(to);
      return measurePair(from, to);
    };
    expect((await pair(gradient('#333', '#eee'))).lightTurn).toBeGreaterThan(150);
    const rose = await pair(gradient('#fff', '#666'));
    expect(rose.lightTurn).toBeLessThan(20);
    expect(rose.lightness).toBeGreaterThan(5);
  });

  test('a picture that cannot be decoded is an error, not a number', async () => {
    await expect(measurePair(path.join(folder, 'none.png'), path.join(folder, 'none.png'))).rejects.toThrow();
  });
});

describe('what an edit left alone', () => {
  const side = 256;
  const scene = (change: (value: number, x: number, y: number) => number): Uint8Array =>
    Uint8Array.from({ length: side * side * 3 }, (_, index) => {
      const [x, y] = [Math.floor(index / 3) % side, Math.floor(index / 3 / side)];
      return change(90 + 40 * Math.sin(x / 19) + 30 * Math.cos(y / 13), x, y);
    });
  const before = scene((value) => value);

  test('is the half that was not replaced, less a rim, and the likeness is that of this half', () => {
    const after = scene((value, x) => (x >= side / 2 ? 250 : value));
    const blocks = keptBlocks(labPixels(before), labPixels(after), side, side);
    const { region, share } = keptPixels(blocks, side, side);
    expect(share).toBe(3 / 8);
    expect(region.slice(0, 128)).toEqual(Uint8Array.from({ length: 128 }, (_, x) => (x < 96 ? 1 : 0)));
    const found = similarities(greyPlane(before, side, side), greyPlane(after, side, side), region);
    expect(found.region).toBeCloseTo(1, 9);
    expect(found.whole).toBeLessThan(0.8);
    expect(peakSignalToNoise(before, after, region)).toBe(Number.POSITIVE_INFINITY);
  });

  test('is all of it under noise, which is no edit, and nothing where the light changed', () => {
    let state = 7;
    const noisy = scene((value) => value + (((state = (state * 48271) % 2147483647) % 21) - 10));
    expect(keptPixels(keptBlocks(labPixels(before), labPixels(noisy), side, side), side, side).share).toBe(1);
    expect(keptPixels(keptBlocks(labPixels(before), labPixels(scene((value) => value * 0.6)), side, side), side, side).share).toBe(0);
  });
});
