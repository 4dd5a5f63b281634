import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { dynamicRange } from '../../../../src/core/images/dynamicRange';
import { plainFormat, plainPicture } from '../../../../src/core/images/plainPicture';

const red = { create: { width: 40, height: 20, channels: 3 as const, background: { r: 200, g: 40, b: 30 } } };

/** Red on the left half, blue on the right. */
async function halves(): Promise<Buffer> {
  const blue = await sharp({ create: { width: 20, height: 20, channels: 3, background: { r: 20, g: 40, b: 220 } } }).png().toBuffer();
  return sharp(red).composite([{ input: blue, left: 20, top: 0 }]).png().toBuffer();
}

async function shown(file: Buffer, view = {}) {
  const bytes = await (await plainPicture(file, view)).png(plainFormat).toBuffer();
  const { data, info } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
  return { ...info, metadata: await sharp(bytes).metadata(), at: (x: number, y: number) => [...data.subarray((y * info.width + x) * info.channels, (y * info.width + x + 1) * info.channels)] };
}

describe('a picture as it is shown', () => {
  test('stands upright, whichever way the camera was held, and says nothing of where it was', async () => {
    const turned = await sharp(await halves()).jpeg({ quality: 100, chromaSubsampling: '4:4:4' }).withMetadata({ orientation: 6 }).withExifMerge({ IFD0: { ImageDescription: 'secret-place' } }).toBuffer();
    const picture = await shown(turned);
    expect([picture.width, picture.height]).toEqual([20, 40]);
    expect(picture.at(10, 5)[0]).toBeGreaterThan(150);
    expect(picture.at(10, 35)[2]).toBeGreaterThan(150);
    expect(picture.metadata.exif).toBeUndefined();
  });

  test('a wide gamut becomes sRGB: the numbers change so that the colour does not', async () => {
    const wide = await sharp(red).withIccProfile('p3').png().toBuffer();
    expect((await sharp(wide).metadata()).icc).toBeDefined();
    // Without its profile it has the smaller numbers that this colour has in Display P3.
    const stripped = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    expect(stripped[0]).toBeLessThan(190);
    const picture = await shown(wide);
    expect(picture.metadata.icc).toBeUndefined();
    for (const [channel, value] of [200, 40, 30].entries()) expect(Math.abs((picture.at(3, 3)[channel] ?? 0) - value)).toBeLessThanOrEqual(3);
  });

  test('16 bits a channel, CMYK and grey come as 8 bits of sRGB', async () => {
    const deep = await shown(await sharp(red).toColourspace('rgb16').png().toBuffer());
    expect([deep.at(3, 3), deep.metadata.depth]).toEqual([[200, 40, 30], 'uchar']);
    const cmyk = await shown(await sharp(red).toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer());
    expect(cmyk.metadata.space).toBe('srgb');
    const grey = await shown(await sharp(red).greyscale().png().toBuffer());
    expect(new Set(grey.at(3, 3).slice(0, 3)).size).toBe(1);
  });

  test('transparency stays, for the panel to show what is under it', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: { r: 10, g: 20, b: 30, alpha: 0.5 } } }).png().toBuffer();
    expect((await shown(clear)).at(1, 1)).toEqual([10, 20, 30, 128]);
  });

  test('a small copy fills its place from the top; a spoilt one keeps the size', async () => {
    const small = await shown(await halves(), { small: { width: 10, height: 20 } });
    expect([small.width, small.height]).toEqual([10, 20]);
    const spoilt = await shown(await halves(), { degraded: true });
    expect([spoilt.width, spoilt.height]).toEqual([40, 20]);
    expect(spoilt.at(3, 3)[0]).toBeLessThan(190);
  });

  test('a picture that breaks off is refused', async () => {
    const whole = await sharp({ create: { width: 600, height: 600, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 100, sigma: 40 } } }).png().toBuffer();
    await expect(shown(whole.subarray(0, whole.length / 2))).rejects.toThrow();
  });
});

describe('dynamic range', () => {
  /** A PNG with a `cICP` chunk (coding-independent code points) behind its header. */
  function withCodePoints(png: Buffer, transfer: number): Buffer {
    const chunk = Buffer.concat([Buffer.from([0, 0, 0, 4]), Buffer.from('cICP'), Buffer.from([9, transfer, 0, 1]), Buffer.alloc(4)]);
    return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
  }

  test.each([[16, 'high'], [18, 'high'], [13, 'standard']])('a PNG of transfer function %i is %s', async (transfer, range) => {
    expect(await dynamicRange(withCodePoints(await sharp(red).png().toBuffer(), transfer))).toBe(range);
  });

  test('pictures of every day are standard; floating point and gain maps are not', async () => {
    for (const file of [await sharp(red).png().toBuffer(), await sharp(red).jpeg().toBuffer(), await sharp(red).avif().toBuffer(), await sharp(red).toColourspace('rgb16').png().toBuffer()]) expect(await dynamicRange(file)).toBe('standard');
    const floats = await sharp(red).toColourspace('scrgb').tiff({ compression: 'none' }).toBuffer();
    expect((await sharp(floats).metadata()).depth).toBe('float');
    expect(await dynamicRange(floats)).toBe('high');
    const gain = await sharp(red).withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"/></rdf:RDF></x:xmpmeta>').jpeg().toBuffer();
    expect(await dynamicRange(gain)).toBe('high');
    expect(await dynamicRange(await readFile(import.meta.filename)).catch(() => 'refused')).toBe('refused');
  });
});
