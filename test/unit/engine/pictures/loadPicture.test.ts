import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPicture } from '../../../../src/engine/pictures/loadPicture';
import { temporaryFolder } from '../../actionContext';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(temporaryFolder);
});
afterEach(() => rm(folder, { recursive: true }));

const file = () => path.join(folder, 'picture');

async function pixelsOf(bytes: Uint8Array): Promise<readonly (readonly number[])[]> {
  await writeFile(file(), bytes);
  const picture = await loadPicture(file());
  if (!picture.ok) throw new Error(picture.failure.message);
  const { width, height, pixels } = picture.value;
  expect(pixels.length).toBe(width * height * 3);
  return Array.from({ length: width * height }, (_, index) => [...pixels.subarray(index * 3, index * 3 + 3)]);
}

async function refusalOf(bytes: Uint8Array): Promise<{ readonly code: string; readonly message: string }> {
  await writeFile(file(), bytes);
  const picture = await loadPicture(file());
  if (picture.ok) throw new Error('It was read.');
  return picture.failure;
}

/** Red, green and blue pixels beside one another. */
function coloured(): Sharp {
  return sharp(Buffer.from([200, 10, 20, 10, 200, 20, 10, 20, 200]), { raw: { width: 3, height: 1, channels: 3 } });
}

const colours = [[200, 10, 20], [10, 200, 20], [10, 20, 200]];

describe('a picture of any kind becomes 8-bit sRGB', () => {
  it('one pixel', async () => {
    expect(await pixelsOf(await sharp(Buffer.from([1, 2, 3]), { raw: { width: 1, height: 1, channels: 3 } }).png().toBuffer())).toEqual([[1, 2, 3]]);
  });

  it('with transparency, on white', async () => {
    const bytes = await sharp(Buffer.from([200, 10, 20, 255, 200, 10, 20, 0, 0, 0, 0, 128]), { raw: { width: 3, height: 1, channels: 4 } }).png().toBuffer();
    expect(await pixelsOf(bytes)).toEqual([[200, 10, 20], [255, 255, 255], [127, 127, 127]]);
  });

  it('with 16 bits, in colour and in grey, with and without transparency', async () => {
    const levels = Uint16Array.of(0, 257 * 100, 257 * 255, 257 * 200, 257 * 10, 257 * 20);
    const colour = sharp(levels, { raw: { width: 2, height: 1, channels: 3 } }).toColourspace('rgb16').png();
    expect(await pixelsOf(await colour.toBuffer())).toEqual([[0, 100, 255], [200, 10, 20]]);
    const grey = sharp(levels, { raw: { width: 6, height: 1, channels: 1 } }).toColourspace('grey16').png();
    expect(await pixelsOf(await grey.toBuffer())).toEqual([0, 100, 255, 200, 10, 20].map((level) => [level, level, level]));
    const clear = sharp(Uint16Array.of(65535, 0, 0, 0, 65535, 0, 0, 65535), { raw: { width: 2, height: 1, channels: 4 } }).toColourspace('rgb16').png();
    expect(await pixelsOf(await clear.toBuffer())).toEqual([[255, 255, 255], [255, 0, 0]]);
  });

  it('in grey with transparency', async () => {
    const bytes = await sharp(Buffer.from([90, 255, 90, 0]), { raw: { width: 2, height: 1, channels: 2 } }).png().toBuffer();
    expect(await pixelsOf(bytes)).toEqual([[90, 90, 90], [255, 255, 255]]);
  });

  it('with a palette', async () => {
    expect(await pixelsOf(await coloured().png({ palette: true }).toBuffer())).toEqual(colours);
  });

  it.each(['tiff', 'jpeg'] as const)('in the four colours of print, from %s', async (format) => {
    const wide = coloured().resize(48, 16, { kernel: 'nearest', fit: 'fill' }).toColourspace('cmyk');
    const bytes = await (format === 'tiff' ? wide.tiff({ compression: 'lzw' }) : wide.jpeg({ quality: 100, chromaSubsampling: '4:4:4' })).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe('cmyk');
    const pixels = await pixelsOf(bytes);
    const middles = [8, 24, 40].map((x) => pixels[8 * 48 + x] ?? []);
    // Print has fewer colours: each is only near, but the strongest channel stays the strongest by far.
    for (const [index, colour] of middles.entries()) {
      const others = colour.filter((_, channel) => channel !== index);
      expect((colour[index] ?? 0) - Math.max(...others), `colour ${index}: ${colour.join()}`).toBeGreaterThan(60);
    }
  });

  it('turned as its camera says', async () => {
    const lying = await coloured().resize(48, 16, { kernel: 'nearest', fit: 'fill' }).withMetadata({ orientation: 6 }).png().toBuffer();
    const pixels = await pixelsOf(lying);
    expect([pixels[0], pixels[47 * 16]]).toEqual([colours[0], colours[2]]);
  });

  it('that moves, by its first frame', async () => {
    const frames = await sharp(Buffer.from([255, 0, 0, 0, 0, 255]), { raw: { width: 1, height: 2, channels: 3, pageHeight: 1 } }).gif({ delay: [100, 100], loop: 0 }).toBuffer();
    expect((await sharp(frames, { pages: -1 }).metadata()).pages).toBe(2);
    expect(await pixelsOf(frames)).toEqual([[255, 0, 0]]);
  });

  it('with a profile of its own, in the colours that it means', async () => {
    const [[red = 0, green = 0] = []] = await pixelsOf(await sharp(Buffer.from([200, 120, 40]), { raw: { width: 1, height: 1, channels: 3 } }).withIccProfile('p3', { attach: true }).png().toBuffer());
    expect(Math.abs(red - 200)).toBeLessThan(4);
    expect(Math.abs(green - 120)).toBeLessThan(4);
  });
});

describe('what cannot be edited is refused', () => {
  /** A PNG that claims a size and holds nothing. */
  function claiming(width: number, height: number): Buffer {
    const chunk = (type: string, content: Buffer) => {
      const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
      const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(content.length);
      sum.writeUInt32BE(crc(body));
      return Buffer.concat([length, body, sum]);
    };
    const header = Buffer.alloc(13);
    header.writeUInt32BE(width, 0);
    header.writeUInt32BE(height, 4);
    header.set([8, 2, 0, 0, 0], 8);
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', Buffer.from('789c030000000001', 'hex')), chunk('IEND', Buffer.alloc(0))]);
  }

  it('for its size, before anything is unpacked', async () => {
    expect(await refusalOf(claiming(20_000, 20_000))).toMatchObject({ code: 'picture-too-large', message: 'picture is 20000x20000 pixels; at most 64 million can be edited.' });
    expect(await refusalOf(claiming(65_000_000, 1))).toMatchObject({ code: 'picture-too-large' });
  });

  it('for being cut off', async () => {
    const noise = Buffer.from(Array.from({ length: 64 * 64 * 3 }, (_, index) => (index * index * 31) % 251));
    const whole = sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
    for (const bytes of [await whole.clone().png().toBuffer(), await whole.clone().jpeg().toBuffer(), await whole.clone().webp({ lossless: true }).toBuffer()]) {
      expect((await refusalOf(bytes.subarray(0, bytes.length / 2))).code).toBe('picture-unreadable');
    }
    expect((await refusalOf(claiming(64, 64))).code).toBe('picture-unreadable');
  });

  it('for being no picture, empty, a folder or gone', async () => {
    expect((await refusalOf(Buffer.from('not a picture'))).code).toBe('picture-unreadable');
    expect((await refusalOf(Buffer.alloc(0))).code).toBe('picture-unreadable');
    expect(await loadPicture(folder)).toMatchObject({ ok: false, failure: { code: 'picture-unreadable' } });
    expect(await loadPicture(path.join(folder, 'gone.png'))).toMatchObject({ ok: false, failure: { code: 'picture-missing' } });
  });
});

function crc(bytes: Buffer): number {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum >>> 0;
}
