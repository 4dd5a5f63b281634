import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { levelsOf, TileCache, tileSize } from '../../../../src/core/images/tilePyramid';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Each pixel says where it is. */
function map(width: number, height: number): Sharp {
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) pixels.set([x % 251, y % 241, ((x >> 8) + (y >> 8) * 16) % 256], (y * width + x) * 3);
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

const counted = (picture: Sharp) => {
  const made = { times: 0, picture: async () => (made.times++, picture.clone()) };
  return made;
};

describe('tiles', () => {
  test('the finest are the picture, pixel by pixel; the first level is one tile; sizes round up as they are halved', async () => {
    const [width, height] = [1300, 700];
    const cache = new TileCache(folder);
    expect(await cache.pyramid('a', async () => map(width, height))).toEqual({ width, height });
    const levels = levelsOf(width, height);
    expect(levels).toBe(3);
    expect((await readdir(path.join(folder, 'a', 'tiles_files'))).sort()).toEqual(['0', '1', '2']);
    const last = await cache.tile('a', levels - 1, 2, 1);
    const { data, info } = await sharp(last).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width - 2 * tileSize, height - tileSize]);
    const expected = await map(width, height).extract({ left: 2 * tileSize, top: tileSize, width: info.width, height: info.height }).removeAlpha().raw().toBuffer();
    expect(Buffer.compare(data, expected)).toBe(0);
    const first = await sharp(await cache.tile('a', 0, 0, 0)).metadata();
    expect([first.width, first.height]).toEqual([Math.ceil(width / 4), Math.ceil(height / 4)]);
    expect(await cache.tile('a', 0, 1, 0)).toBeUndefined();
  });

  test.each([[512, 512, 1], [513, 100, 2], [1025, 10, 3], [4097, 4097, 5], [8192, 8192, 5]])('a picture of %i × %i has %i levels, as the tiles on the disk', (width, height, levels) => {
    expect(levelsOf(width, height)).toBe(levels);
  });

  test('a pyramid is made once: for all who ask at the same time, and for the next window', async () => {
    const made = counted(map(600, 600));
    const cache = new TileCache(folder);
    await Promise.all([cache.pyramid('a', made.picture), cache.pyramid('a', made.picture)]);
    await new TileCache(folder).pyramid('a', made.picture);
    expect(made.times).toBe(1);
    await cache.overview('a', made.picture);
    await new TileCache(folder).overview('a', made.picture);
    expect(made.times).toBe(2);
  });

  test('what a crash left half made is none', async () => {
    const made = counted(map(600, 600));
    await new TileCache(folder).pyramid('a', made.picture);
    await rm(path.join(folder, 'a', 'pyramid.json'));
    await new TileCache(folder).pyramid('a', made.picture);
    expect(made.times).toBe(2);
  });

  test('a picture that cannot be decoded leaves nothing, and may be tried again', async () => {
    const cache = new TileCache(folder);
    const broken = path.join(folder, 'broken.png');
    await writeFile(broken, (await map(900, 900).png().toBuffer()).subarray(0, 4000));
    await expect(cache.pyramid('a', async () => sharp(broken, { failOn: 'warning' }))).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['broken.png']);
    expect(await cache.pyramid('a', async () => map(900, 900))).toEqual({ width: 900, height: 900 });
  });

  test('names that lead elsewhere lead nowhere', async () => {
    const cache = new TileCache(folder);
    await cache.pyramid('a', async () => map(600, 600));
    for (const [level, column, row] of [['../..', 0, 0], [1.5, 0, 0], [-1, 0, 0], [0, NaN, 0]] as unknown as [number, number, number][]) expect(await cache.tile('a', level, column, row)).toBeUndefined();
    expect(await cache.tile('b', 0, 0, 0)).toBeUndefined();
  });

  test('the longest unused go when there is no room', async () => {
    // Noise cannot be pressed: each takes a little over 120 kB.
    const noise = async () => sharp(randomBytes(200 * 200 * 3), { raw: { width: 200, height: 200, channels: 3 } });
    const cache = new TileCache(folder, 400_000);
    for (const [index, key] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      await cache.pyramid(key, noise);
      await utimes(path.join(folder, key), 1000 + index, 1000 + index);
    }
    expect((await readdir(folder)).sort()).toEqual(['c', 'd', 'e']);
    expect(await cache.tile('a', 0, 0, 0)).toBeUndefined();
  });
});
