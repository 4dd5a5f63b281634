import { mkdir, mkdtemp, readFile, readdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isBare } from '../../../../src/core/images/bareFile';
import { cleanPicture } from '../../../../src/core/images/encode';
import { listPictures } from '../../../../src/core/images/listPictures';
import { hashDistance, laplacianVariance, measurePicture, type Measures } from '../../../../src/core/images/measure';
import { readPicture } from '../../../../src/core/images/picture';
import { thumbnail } from '../../../../src/core/images/thumbnail';
import { photograph, scene } from './samplePictures';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: Buffer | string): Promise<string> {
  const full = path.join(folder, name);
  await writeFile(full, content);
  return full;
}

async function measured(name: string, content: Buffer): Promise<Measures> {
  const measures = await measurePicture(await file(name, content));
  if (!measures.ok) throw new Error(measures.failure.message);
  return measures.value;
}

/** A header that claims a size, with hardly any data behind it. */
async function pngClaiming(width: number, height: number): Promise<Buffer> {
  const small = await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).png().toBuffer();
  const { crc32 } = await import('node:zlib').then((zlib) => zlib as unknown as { crc32?: (data: Buffer) => number });
  small.writeUInt32BE(width, 16);
  small.writeUInt32BE(height, 20);
  small.writeUInt32BE((crc32 ?? checksum)(small.subarray(12, 29)) >>> 0, 29);
  return small;
}

function checksum(data: Buffer): number {
  let crc = ~0;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc;
}

describe('reading a picture\'s header', () => {
  test('a turned photograph has the size that a person sees, its caption, and metadata', async () => {
    expect(await readPicture(await file('a.jpg', await photograph(400, 300, 1)))).toMatchObject({
      ok: true,
      value: { format: 'jpeg', width: 300, height: 400, orientation: 6, metadata: true, caption: 'Mira at the window', alpha: false, pages: 1 },
    });
  });

  test('format, alpha, depth and frames', async () => {
    const rgba = sharp({ create: { width: 20, height: 10, channels: 4, background: { r: 1, g: 2, b: 3, alpha: 0.5 } } });
    expect(await readPicture(await file('alpha.png', await rgba.png().toBuffer()))).toMatchObject({ ok: true, value: { format: 'png', alpha: true, width: 20, height: 10 } });
    const deep = await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).toColourspace('rgb16').png().toBuffer();
    expect(await readPicture(await file('deep.png', deep))).toMatchObject({ ok: true, value: { depth: 'ushort' } });
    const frames = Buffer.concat([...Array(3).keys()].map((frame) => Buffer.alloc(16 * 16 * 3, frame * 80)));
    const gif = await sharp(frames, { raw: { width: 16, height: 48, channels: 3, pageHeight: 16 } }).gif().toBuffer();
    expect(await readPicture(await file('moving.gif', gif))).toMatchObject({ ok: true, value: { format: 'gif', pages: 3, height: 16 } });
    expect(await readPicture(await file('one.webp', await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).webp().toBuffer()))).toMatchObject({ ok: true, value: { width: 1, height: 1 } });
  });

  test.each([
    ['text', 'not a picture', 'no-picture'],
    ['an empty file', '', 'no-picture'],
    ['SVG, which can fetch other files', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', 'no-picture'],
    ['a JPEG header alone', Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'picture-corrupt'],
  ])('%s is refused', async (_name, content, code) => {
    expect(await readPicture(await file('x.jpg', content as string))).toMatchObject({ ok: false, failure: { code } });
  });

  test('a missing file, a folder, and a bomb', async () => {
    expect(await readPicture(path.join(folder, 'gone.png'))).toMatchObject({ ok: false, failure: { code: 'picture-missing' } });
    expect(await readPicture(folder)).toMatchObject({ ok: false, failure: { code: 'no-picture' } });
    expect(await readPicture(await file('bomb.png', await pngClaiming(60_000, 60_000)))).toMatchObject({ ok: false, failure: { code: 'picture-too-large' } });
  });
});

describe('measuring', () => {
  test('blur lowers sharpness, at any size', async () => {
    const sharpScene = await scene(900, 700, 1);
    const crisp = await measured('a.png', sharpScene);
    const soft = await measured('b.png', await sharp(sharpScene).blur(4).png().toBuffer());
    expect(soft.sharpness).toBeLessThan(crisp.sharpness / 10);
    const large = await measured('c.png', await sharp(sharpScene).resize(2700, 2100, { kernel: 'nearest' }).png().toBuffer());
    expect(large.sharpness / crisp.sharpness).toBeGreaterThan(0.5);
    expect(large.sharpness / crisp.sharpness).toBeLessThan(2);
  });

  test('the variance of the Laplacian, by hand', () => {
    expect(laplacianVariance(Uint8Array.from([0, 0, 0, 0, 9, 0, 0, 0, 0]), 3, 3)).toBe(0);
    // -4·9 and +9 next to each other: mean -13.5, variance 22.5².
    expect(laplacianVariance(Uint8Array.from([0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0]), 4, 3)).toBe(22.5 ** 2);
  });

  test('black, white and grey', async () => {
    const flat = (background: string) => sharp({ create: { width: 64, height: 64, channels: 3, background } }).png().toBuffer();
    expect(await measured('black.png', await flat('#000'))).toMatchObject({ brightness: 0, clippedDark: 1, clippedBright: 0, sharpness: 0 });
    expect(await measured('white.png', await flat('#fff'))).toMatchObject({ brightness: 255, clippedDark: 0, clippedBright: 1 });
    expect(await measured('orange.png', await flat('#c86432'))).toMatchObject({ tint: [100, 100] });
  });

  test('16 bit, CMYK, grey, transparent and one pixel are all measured alike', async () => {
    const base = await scene(300, 300, 5);
    const reference = await measured('rgb.png', base);
    const deep = await measured('deep.png', await sharp(base).toColourspace('rgb16').png().toBuffer());
    const print = await measured('print.jpg', await sharp(base).toColourspace('cmyk').jpeg({ quality: 98, chromaSubsampling: '4:4:4' }).toBuffer());
    const alpha = await measured('alpha.png', await sharp(base).ensureAlpha(1).png().toBuffer());
    expect(Math.abs(deep.brightness - reference.brightness)).toBeLessThan(1);
    expect(Math.abs(print.brightness - reference.brightness)).toBeLessThan(15);
    expect(hashDistance(print.hash, reference.hash)).toBeLessThanOrEqual(6);
    expect(alpha).toEqual(reference);
    const grey = await measured('grey.png', await sharp(base).greyscale().toColourspace('b-w').png().toBuffer());
    expect(Math.abs(grey.tint[0])).toBe(0);
    expect(await measured('one.png', await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } }).png().toBuffer())).toMatchObject({ sharpness: 0 });
  });

  test('the hash survives scaling and compression and tells scenes apart', async () => {
    const first = await scene(800, 800, 2);
    const same = await measured('b.jpg', await sharp(first).resize(400).jpeg({ quality: 40 }).toBuffer());
    const { hash } = await measured('a.png', first);
    expect(hashDistance(hash, same.hash)).toBeLessThanOrEqual(4);
    expect(hashDistance(hash, (await measured('c.png', await scene(800, 800, 3))).hash)).toBeGreaterThan(10);
    expect(hashDistance(0n, 0xffffffffffffffffn)).toBe(64);
  });

  test('a picture that breaks off is damaged, not half grey', async () => {
    const jpeg = await sharp(await scene(800, 600, 4)).jpeg().toBuffer();
    const whole = await file('cut.jpg', jpeg);
    await truncate(whole, Math.floor(jpeg.length / 2));
    expect(await measurePicture(whole)).toMatchObject({ ok: false, failure: { code: 'picture-corrupt', message: 'cut.jpg is damaged and cannot be read whole.' } });
    const png = await file('cut.png', (await scene(800, 600, 4)).subarray(0, 3000));
    expect(await measurePicture(png)).toMatchObject({ ok: false, failure: { code: 'picture-corrupt' } });
    expect(await thumbnail(png, { size: 64 })).toMatchObject({ ok: false });
  });
});

describe('a clean copy', () => {
  test('stands upright, in sRGB, without the place where it was taken', async () => {
    const source = await file('a.jpg', await photograph(400, 300, 1));
    const clean = await cleanPicture(source, '.jpg');
    if (!clean.ok) throw new Error(clean.failure.message);
    const { width, height, exif, xmp, icc, orientation, space } = await sharp(clean.value.content).metadata();
    expect({ width, height, exif, xmp, icc, orientation, space }).toEqual({ width: 300, height: 400, exif: undefined, xmp: undefined, icc: undefined, orientation: undefined, space: 'srgb' });
    expect(clean.value.content.includes('GPS') || clean.value.content.includes('Camera') || clean.value.content.includes('Mira')).toBe(false);
    // The corner that was at the upper left is at the upper right now.
    const corner = async (content: Buffer, left: number) => (await sharp(content).extract({ left, top: 0, width: 8, height: 8 }).stats()).channels.map(({ mean }) => Math.round(mean / 16));
    expect(await corner(clean.value.content, 292)).toEqual(await corner(await readFile(source), 0));
  });

  test('a bare file keeps its bytes; anything hidden in it makes it be encoded anew', async () => {
    const bare = await sharp(await scene(64, 64, 1)).jpeg().toBuffer();
    const cleaned = async (content: Buffer) => {
      const clean = await cleanPicture(await file('x.jpg', content), '.jpg');
      return clean.ok && { unchanged: clean.value.unchanged, secret: clean.value.content.includes('secret') };
    };
    const comment = Buffer.from([0xff, 0xfe, 0, 8, ...Buffer.from('secret')]);
    expect(await cleaned(bare)).toEqual({ unchanged: true, secret: false });
    expect(await cleaned(Buffer.concat([bare.subarray(0, 2), comment, bare.subarray(2)]))).toEqual({ unchanged: false, secret: false });
    expect(await cleaned(Buffer.concat([bare, Buffer.from('secret film'), Buffer.from([0xff, 0xd9])]))).toEqual({ unchanged: false, secret: false });
    expect(isBare(await sharp(bare).png().withExif({ IFD0: { Make: 'x' } }).toBuffer(), 'png')).toBe(false);
    expect(isBare(await sharp(bare).png().toBuffer(), 'png')).toBe(true);
    expect(isBare(await sharp(bare).webp().toBuffer(), 'webp')).toBe(true);
    expect(isBare(Buffer.concat([await sharp(bare).webp().toBuffer(), Buffer.from('secret')]), 'webp')).toBe(false);
    expect(isBare(await sharp(bare).gif().toBuffer(), 'gif')).toBe(false);
  });

  test('transparency becomes white in a JPEG and stays in a PNG', async () => {
    const clear = await file('clear.png', await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toBuffer());
    const jpeg = await cleanPicture(clear, '.jpg');
    const png = await cleanPicture(clear, '.png');
    expect(jpeg.ok && (await sharp(jpeg.value.content).stats()).channels[0]?.mean).toBe(255);
    expect(png.ok && png.value.unchanged).toBe(true);
  });
});

describe('listing', () => {
  test('real pictures in natural order, and nothing else', async () => {
    const picture = await sharp({ create: { width: 2, height: 2, channels: 3, background: 'red' } }).png().toBuffer();
    const outside = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    await writeFile(path.join(outside, 'private.png'), picture);
    for (const name of ['test_10.png', 'test_2.png', 'Test_1.PNG', '.hidden.png', 'ä.webp']) await file(name, picture);
    await file('notes.png', 'no picture');
    await file('picture.txt', picture);
    await mkdir(path.join(folder, 'sub.png'));
    await symlink(path.join(outside, 'private.png'), path.join(folder, 'escape.png'));
    await symlink(path.join(folder, 'test_2.png'), path.join(folder, 'inside.png'));
    await symlink(path.join(folder, 'gone'), path.join(folder, 'dangling.png'));
    expect((await listPictures(folder)).map((found) => path.basename(found))).toEqual(['ä.webp', 'inside.png', 'Test_1.PNG', 'test_2.png', 'test_10.png']);
    expect(await listPictures(path.join(folder, 'nowhere'))).toEqual([]);
    await rm(outside, { recursive: true });
  });
});

describe('thumbnails', () => {
  test('are small, upright, without metadata, and made once', async () => {
    const source = await file('a.jpg', await photograph(800, 600, 1));
    const cacheFolder = path.join(folder, 'cache');
    const made = await thumbnail(source, { size: 128, cacheFolder });
    if (!made.ok) throw new Error(made.failure.message);
    expect(await sharp(made.value).metadata()).toMatchObject({ format: 'webp', width: 96, height: 128 });
    const [kept = ''] = await readdir(cacheFolder);
    await writeFile(path.join(cacheFolder, kept), 'from the cache');
    expect(await thumbnail(source, { size: 128, cacheFolder })).toEqual({ ok: true, value: Buffer.from('from the cache') });
    expect(await thumbnail(source, { size: 64, format: 'jpeg', cacheFolder })).toMatchObject({ ok: true });
    const small = await thumbnail(await file('s.png', await scene(10, 10, 1)), { size: 128 });
    expect(small.ok && (await sharp(small.value).metadata()).width).toBe(10);
  });
});
