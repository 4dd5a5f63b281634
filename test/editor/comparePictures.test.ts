import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import type { ReviewOutput } from '../../src/core/review/session';
import { makeGeneration } from '../unit/core/review/study';
import { ComparePage, type CompareOptions } from './comparePage';
import type { StudyOptions } from './compareStudy';
import { browserPath } from './panelInBrowser';

let compare: ComparePage | undefined;
afterEach(async () => {
  await compare?.close();
  compare = undefined;
});

async function open(study: StudyOptions, options: CompareOptions = {}): Promise<ComparePage> {
  compare = await ComparePage.open(study, options);
  await compare.page.locator('[aria-current=true]').first().waitFor();
  return compare;
}

/** Colours (red, green, blue) on the canvas of a surface, in pixels of the screen from its upper left corner. */
function look(page: ComparePage, slot: string, points: readonly (readonly [number, number])[]): Promise<readonly (readonly number[])[]> {
  return page.page.locator(`.pic[data-slot=${slot}] canvas`).evaluate((canvas, wanted) => {
    const context = (canvas as HTMLCanvasElement).getContext('2d')!;
    return wanted.map(([x, y]) => [...context.getImageData(x, y, 1, 1).data.slice(0, 3)]);
  }, points as [number, number][]);
}

/** Of a big picture each pixel says where it is, and neighbours differ so much that nothing but the pixels themselves shows it. */
const side = 4096;
async function drawMaps(folder: string, { models }: StudyOptions): Promise<readonly ReviewOutput[]> {
  const draw = async (file: string, blue: number): Promise<string> => {
    const pixels = Buffer.alloc(side * side * 3);
    for (let y = 0, at = 0; y < side; y++) for (let x = 0; x < side; x++) {
      pixels[at++] = (x * 97) & 255;
      pixels[at++] = (y * 97) & 255;
      pixels[at++] = blue + (x >> 8);
    }
    await mkdir(path.dirname(file), { recursive: true });
    const bytes = await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).png({ compressionLevel: 1 }).toBuffer();
    await writeFile(file, bytes);
    return createHash('sha256').update(bytes).digest('hex');
  };
  const sourcePath = path.join(folder, 'pictures', 'map.png');
  const source = await draw(sourcePath, 200);
  return Promise.all(models.map(async (model, index) => {
    const outputPath = path.join(folder, 'results', model, 'map.png');
    const sha256 = await draw(outputPath, index * 60);
    return { sourcePath, outputPath, generation: makeGeneration(model, 'map.png', 'left', { picture: { file: 'map.png', sha256: source, width: side, height: side }, output: { file: 'map.png', sha256, width: side, height: side } }) };
  }));
}

describe.runIf(browserPath)('pictures of the compare panel', () => {
  test('big pictures come as tiles: only those in sight, pixel by pixel at 1:1, without smoothing beyond 300 %', async () => {
    const page = await open({ models: ['base', 'relight'] }, { draw: drawMaps });
    await page.press('Enter');
    await expect.poll(async () => (await look(page, 'solo', [[400, 300]]))[0]?.some((value) => value > 0), { timeout: 20_000 }).toBe(true);
    const pictures = page.sent.flatMap((message) => (message.type === 'picture' && message.tiled ? [message] : []));
    expect(pictures.length).toBeGreaterThanOrEqual(2);
    for (const { tiled, bytes } of pictures) {
      expect(tiled).toEqual({ width: side, height: side, tileSize: 512, levels: 4 });
      expect((await sharp(bytes).metadata()).width).toBe(1024);
    }
    expect(page.sent.filter(({ type }) => type === 'tile')).toEqual([]);

    const stage = (await page.page.locator('.pic[data-slot=solo]').boundingBox())!;
    const pointer = [Math.round(stage.width * 0.6), Math.round(stage.height * 0.4)] as const;
    await page.page.mouse.move(stage.x + pointer[0], stage.y + pointer[1]);
    await page.press('z');
    await page.page.getByText('100 %', { exact: true }).waitFor();
    // Neighbours differ by exactly as much as in the file: every pixel is shown as it is.
    const neighbours = async (step: number) => {
      const [first, right, below] = await look(page, 'solo', [[300, 300], [300 + step, 300], [300, 300 + step]]);
      return [(right![0]! - first![0]! + 256) % 256, (below![1]! - first![1]! + 256) % 256];
    };
    await expect.poll(() => neighbours(1), { timeout: 30_000 }).toEqual([97, 97]);
    await expect.poll(() => neighbours(7)).toEqual([(7 * 97) % 256, (7 * 97) % 256]);
    const tiles = page.sent.flatMap((message) => (message.type === 'tile' ? [message] : []));
    expect(tiles.length).toBeGreaterThan(0);
    expect(tiles.length).toBeLessThan(20);

    for (let time = 0; time < 7; time++) await page.press('+');
    // At 477 % one pixel is more than four of the screen, in one colour with hard edges.
    const row = await look(page, 'solo', Array.from({ length: 60 }, (_, index) => [300 + index, 300] as const));
    expect(new Set(row.map(([red]) => red)).size).toBeLessThanOrEqual(14);

    // The other output is at the same place, and comes by tiles of its own.
    const before = await look(page, 'solo', [[300, 300]]);
    await page.press('Tab');
    await expect.poll(async () => (await look(page, 'solo', [[300, 300]]))[0]?.slice(0, 2), { timeout: 30_000 }).toEqual(before[0]!.slice(0, 2));
    await expect.poll(async () => Math.abs((await look(page, 'solo', [[300, 300]]))[0]![2]! - before[0]![2]!)).toBe(60);
    expect(page.violations).toEqual([]);
  }, 120_000);

  test('faces that were found are held in place, at one size, in pictures of other sizes; without any it says so', async () => {
    const models = ['base', 'face-keep', 'relight'];
    const sizes = new Map<string, { readonly face: { x: number; y: number; width: number; height: number } }>();
    /** A head as a red disc, at another place and size in each. */
    const heads = [[0.5, 0.5, 0.2, 600, 800], [0.3, 0.4, 0.1, 900, 700], [0.65, 0.6, 0.15, 400, 1000], [0.45, 0.3, 0.25, 800, 800]] as const;
    const draw = async (folder: string): Promise<readonly ReviewOutput[]> => {
      const made = await Promise.all(heads.map(async ([x, y, radius, width, height], index) => {
        const file = path.join(folder, index === 0 ? 'pictures' : `results/${models[index - 1]}`, 'head.png');
        const r = radius * height;
        const bytes = await sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#0a3020"/><circle cx="${x * width}" cy="${y * height}" r="${r}" fill="#f00000"/></svg>`)).png().toBuffer();
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, bytes);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        sizes.set(sha256, { face: { x: x - r / width, y: y - radius, width: (2 * r) / width, height: 2 * radius } });
        return { file, sha256, width, height };
      }));
      const [source, ...outputs] = made;
      return outputs.map(({ file, sha256, width, height }, index) => ({ sourcePath: source!.file, outputPath: file, generation: makeGeneration(models[index]!, 'head.png', 'left', { picture: { file: 'head.png', sha256: source!.sha256, width: source!.width, height: source!.height }, output: { file: 'head.png', sha256, width, height } }) }));
    };
    const page = await open({ models }, { draw, face: (sha256) => sizes.get(sha256)?.face });
    await page.press('Enter', 'a');
    /** Middle and height of the red disc, in pixels of the screen. */
    const disc = () => page.page.locator('.pic[data-slot=solo] canvas').evaluate((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      let [sumX, sumY, count, top, bottom] = [0, 0, 0, height, 0];
      for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (data[(y * width + x) * 4]! > 180 && data[(y * width + x) * 4 + 1]! < 40) {
        [sumX, sumY, count, top, bottom] = [sumX + x, sumY + y, count + 1, Math.min(top, y), Math.max(bottom, y)];
      }
      return { x: sumX / count / width, y: sumY / count / height, height: (bottom - top + 1) / height };
    });
    const held = { x: expect.closeTo(0.5, 2), y: expect.closeTo(0.5, 2), height: expect.closeTo(0.5, 1) };
    for (const letter of ['A', 'B', 'C']) {
      await page.page.locator('.solo .letter', { hasText: letter }).first().waitFor();
      await expect.poll(disc).toEqual(held);
      await page.press('Tab');
    }
    await page.page.keyboard.down('Space');
    await expect.poll(disc).toEqual(held);
    await page.page.keyboard.up('Space');
    // In the slider both sides lie with their own face in place.
    await page.press('s');
    await expect.poll(disc).toEqual(held);
    await page.press('a');
    await page.page.getByRole('button', { name: 'Fit F', pressed: true }).waitFor();
    await compare?.close();

    const none = await open({ models: ['base', 'relight'], pictures: 1, width: 64, height: 80 });
    expect(await none.page.getByRole('button', { name: 'Face A' }).count()).toBe(0);
    await none.press('a');
    await none.page.getByText('No face was found in these pictures.').waitFor({ state: 'attached' });
  }, 60_000);

  test('what is transparent lies on a checkerboard, and a source with more range than the screen says so', async () => {
    const draw = async (folder: string): Promise<readonly ReviewOutput[]> => {
      const clear = await sharp({ create: { width: 64, height: 64, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).png().toBuffer();
      const plain = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#123456' } }).png().toBuffer();
      // PQ by its code points (ITU-T H.273), behind the header.
      const chunk = Buffer.concat([Buffer.from([0, 0, 0, 4]), Buffer.from('cICP'), Buffer.from([9, 16, 0, 1]), Buffer.alloc(4)]);
      const wide = Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]);
      const put = async (file: string, bytes: Buffer) => {
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, bytes);
        return createHash('sha256').update(bytes).digest('hex');
      };
      const sourcePath = path.join(folder, 'pictures', 'p.png');
      const source = await put(sourcePath, wide);
      return Promise.all(['base', 'relight'].map(async (model, index) => {
        const outputPath = path.join(folder, 'results', model, 'p.png');
        const sha256 = await put(outputPath, index === 0 ? clear : plain);
        return { sourcePath, outputPath, generation: makeGeneration(model, 'p.png', 'left', { picture: { file: 'p.png', sha256: source, width: 64, height: 64 }, output: { file: 'p.png', sha256, width: 64, height: 64 } }) };
      }));
    };
    const page = await open({ models: ['base', 'relight'] }, { draw });
    await page.page.getByText('64 × 64, HDR clipped').waitFor();
    const colours = async (slot: string) => {
      const middle = await page.page.locator(`.pic[data-slot=${slot}] canvas`).evaluate((canvas) => [Math.round((canvas as HTMLCanvasElement).width / 2), Math.round((canvas as HTMLCanvasElement).height / 2)]);
      const row = await look(page, slot, Array.from({ length: 40 }, (_, index) => [middle[0]! + index, middle[1]!] as const));
      return [...new Set(row.map(([red]) => red!))].sort((left, right) => left - right);
    };
    const [a, b] = [await colours('A'), await colours('B')];
    expect([a, b].filter((found) => found.length === 2 && found[0] === 0xc8 && found[1] === 0xff)).toHaveLength(1);
    expect([a, b].filter((found) => found.length === 1 && found[0] === 0x12)).toHaveLength(1);
  });
});
