import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { analyticCheckpoint } from '../../../test_data/make/checkpoints/analyticCheckpoint';
import { analyticLoras } from '../../../test_data/make/checkpoints/analyticLoras';
import { writeCheckpoint } from '../../../test_data/make/checkpoints/writeCheckpoint';
import type { EditProgress, EditRequest } from '../../../src/core/evaluation/inference';
import type { Picture } from '../../../src/engine/pictures/loadPicture';
import type { Pipeline } from '../../../src/engine/pipelines/pipeline';
import { pipelineFor } from '../../../src/engine/pipelines/pipelineFor';
import { temporaryFolder } from '../actionContext';

const width = 256;
const height = 320;
const source = paintedPicture();

let folder: string;
let pipeline: Pipeline;

beforeAll(async () => {
  folder = await mkdtemp(temporaryFolder);
  await writeCheckpoint(folder, analyticCheckpoint());
  for (const [name, content] of Object.entries(analyticLoras())) await writeCheckpoint(folder, { [`loras/${name}.safetensors`]: content });
  const loaded = await pipelineFor({ model: { path: folder, loras: [] }, engine: { device: 'cpu', precision: 'auto' } }, { cacheFolder: path.join(folder, 'cache') });
  if (!loaded.ok) throw new Error(loaded.failure.message);
  pipeline = loaded.value;
});
afterAll(async () => {
  await pipeline.dispose();
  await rm(folder, { recursive: true });
});

describe('the checkpoint without learned weights', () => {
  it('gives back the picture, a little blurred, when nothing is asked for', async () => {
    expect(signalToNoise(await edit('Keep everything as it is'), source)).toBeGreaterThan(24);
  });

  it('ends at the same picture by any schedule', async () => {
    const few = await edit('Keep it', { steps: 2, scheduler: 'lightning' });
    expect(signalToNoise(await edit('Keep it', { steps: 6, scheduler: 'checkpoint' }), few)).toBeGreaterThan(30);
  });

  it('leaves another grain for another seed', async () => {
    const other = await edit('Keep it', { seed: 8 });
    const difference = signalToNoise(other, await edit('Keep it', { seed: 7 }));
    expect(difference).toBeGreaterThan(25);
    expect(difference).toBeLessThan(60);
  });

  it('warms a sunset, cools daylight, darkens a night', async () => {
    const [red, , blue] = means(await edit('Keep it'));
    const sunset = means(await edit('Light the scene by a warm sunset'));
    expect(sunset[0] - sunset[2]).toBeGreaterThan(red - blue + 30);
    const daylight = means(await edit('Light the scene by cool daylight'));
    expect(daylight[0] - daylight[2]).toBeLessThan(red - blue - 15);
    expect(means(await edit('Make it night'))[1]).toBeLessThan(means(source)[1] - 40);
  });

  it('puts a forest at the sides and leaves the middle', async () => {
    const forest = await edit('Put the person into a forest');
    const [red, green] = means(forest, [0, 0, 24, height]);
    expect(green).toBeGreaterThan(red + 15);
    const middle: Area = [120, 152, 16, 56];
    expect(signalToNoise(forest, await edit('Keep it'), middle)).toBeGreaterThan(30);
  });

  it('moves the picture to the right for a turn to the left, and back', async () => {
    const still = await edit('Keep it');
    expect(shiftOf(await edit('Turn the camera slightly to the left'), still)).toBe(32);
    expect(shiftOf(await edit('Turn the camera to the right'), still)).toBe(-32);
  });
});

describe('a preview', () => {
  it('after every second step shows the picture to come, an eighth as large, and changes nothing', async () => {
    const previews: Uint8Array[] = [];
    const prompt = 'Turn the camera slightly to the left';
    const made = await edit(prompt, { steps: 5, previewSteps: 2, progress: ({ preview }) => previews.push(...(preview ? [preview] : [])) });
    expect(previews).toHaveLength(2);
    const { data, info } = await sharp(previews[1]).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height, info.channels]).toEqual([width / 8, height / 8, 3]);
    const pixels = await sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } }).resize(width, height, { kernel: 'linear' }).raw().toBuffer();
    expect(signalToNoise({ width, height, pixels }, made)).toBeGreaterThan(18);
    expect((await edit(prompt, { steps: 5 })).pixels).toEqual(made.pixels);
  });
});

describe('its LoRAs', () => {
  it('turn further', async () => {
    const still = await edit('Keep it');
    expect(shiftOf(await edit('Turn the camera slightly to the left', { loras: ['angles'] }), still)).toBe(80);
  });

  it('make light stronger or weaker', async () => {
    const prompt = 'Light the scene by a warm sunset';
    const warmth = async (...loras: string[]) => {
      const [red, , blue] = means(await edit(prompt, { loras }));
      return red - blue;
    };
    const base = await warmth();
    expect(await warmth('relight')).toBeGreaterThan(base + 10);
    expect(await warmth('face-keep')).toBeLessThan(base - 10);
    expect(await warmth()).toBe(base);
  });

  it('work together', async () => {
    const both = await edit('Turn the camera slightly to the left at sunset', { loras: ['angles', 'relight'] });
    expect(signalToNoise(both, await edit('Turn the camera slightly to the left at sunset', { loras: ['angles'] }))).toBeLessThan(35);
  });
});

async function edit(
  prompt: string,
  { loras = [], progress = () => {}, ...changes }: Partial<EditRequest> & { readonly loras?: readonly string[]; readonly progress?: (report: EditProgress) => void } = {},
): Promise<Picture> {
  const request: EditRequest = {
    model: { path: folder, loras: loras.map((name) => ({ path: path.join(folder, 'loras', `${name}.safetensors`), scale: 1 })) },
    pictures: ['/in.png'], prompt, seed: 7, steps: 2, guidance: 1, width, height, referenceResolution: 286,
    engine: { device: 'cpu', precision: 'auto' }, output: '/out.png', ...changes,
  };
  const output = await pipeline.edit({ request, pictures: [source], signal: new AbortController().signal, progress });
  if (!output.ok) throw new Error(`${output.failure.message} ${output.failure.detail ?? ''}`);
  return output.value.picture;
}

/** A smooth background and two coloured discs. */
function paintedPicture(): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const face = Math.hypot(x - 128, y - 120) < 60;
      const shirt = Math.hypot(x - 100, y - 280) < 70;
      pixels.set(face ? [225, 170, 140] : shirt ? [50, 90, 130] : [150 + x / 8, 160, 190 - y / 8], (y * width + x) * 3);
    }
  }
  return { width, height, pixels };
}

/** Left, top, width, height. */
type Area = readonly [number, number, number, number];
const whole: Area = [0, 0, width, height];

/** In decibels. */
function signalToNoise(actual: Picture, expected: Picture, area = whole): number {
  let sum = 0;
  let count = 0;
  eachValue(area, (index) => {
    sum += (actual.pixels[index]! - expected.pixels[index]!) ** 2;
    count++;
  });
  return 10 * Math.log10(255 ** 2 / (sum / count));
}

function means(picture: Picture, area = whole): readonly [number, number, number] {
  const sums: [number, number, number] = [0, 0, 0];
  eachValue(area, (index) => (sums[(index % 3) as 0 | 1 | 2] += picture.pixels[index]! / (area[2] * area[3])));
  return sums;
}

function eachValue([left, top, wide, high]: Area, use: (index: number) => void): void {
  for (let y = top; y < top + high; y++) for (let index = (y * width + left) * 3; index < (y * width + left + wide) * 3; index++) use(index);
}

/** By how many pixels, of those that are whole tokens, the middle rows fit best. */
function shiftOf(moved: Picture, still: Picture): number {
  const shifts = [-96, -80, -64, -48, -32, -16, 0, 16, 32, 48, 64, 80, 96];
  const errors = shifts.map((shift) => {
    let error = 0;
    for (let y = 60; y < 180; y++) for (let x = 100; x < 156; x++) error += Math.abs(moved.pixels[(y * width + x) * 3 + 2]! - still.pixels[(y * width + x - shift) * 3 + 2]!);
    return error;
  });
  return shifts[errors.indexOf(Math.min(...errors))]!;
}
