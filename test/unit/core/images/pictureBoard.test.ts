import { mkdir, mkdtemp, readFile, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listPictures } from '../../../../src/core/images/listPictures';
import { PictureBoard } from '../../../../src/core/images/pictureBoard';
import { readChoice } from '../../../../src/core/images/pictureChoice';
import { parseNamePattern } from '../../../../src/core/images/pictureName';
import { judgePicture } from '../../../../src/core/images/quality';
import { mendsFor } from '../../../../src/core/images/mendPicture';
import { settings, temporaryFolder } from '../../actionContext';
import { scene } from './samplePictures';

let root: string;
let folder: string;
let storage: string;
let board: PictureBoard;

beforeEach(async () => {
  root = await realpath(await mkdtemp(temporaryFolder));
  folder = path.join(root, 'source');
  storage = path.join(root, 'storage');
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  board = new PictureBoard({ folder, storage, inFolder: () => listPictures(folder) }, { log, signal: new AbortController().signal, wrote() {}, progress() {} });
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function picture(name: string, seed: number): Promise<string> {
  const file = path.join(root, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, await scene(640, 640, seed));
  return file;
}

async function names(): Promise<readonly string[]> {
  return (await board.read()).map(({ file, inFolder }) => `${inFolder ? 'in ' : ''}${path.basename(file)}`);
}

const pattern = (() => {
  const parsed = parseNamePattern('test_01.png');
  if (!parsed.ok) throw new Error('no pattern');
  return parsed.value;
})();

describe('the source pictures as a person arranges them', () => {
  test('files and content come in, what is no picture is refused, nothing comes twice', async () => {
    const one = await picture('a.png', 1);
    expect(await board.add([one, path.join(root, 'nothing.png')])).toMatchObject({ ok: false, failure: { code: 'picture-missing' } });
    expect(await board.add([one])).toEqual({ ok: true, value: 'They are here already.' });
    expect(await board.addContent('../../evil name?.png', await scene(640, 640, 2))).toEqual({ ok: true, value: 'evil_name.png added.' });
    expect(await board.addContent('page.png', Buffer.from('<html>'))).toMatchObject({ ok: false, failure: { code: 'no-picture' } });
    expect(await names()).toEqual(['a.png', 'evil_name.png']);
    expect((await readdir(path.join(storage, 'added'), { recursive: true })).filter((name) => name.includes('page'))).toEqual([]);
  });

  test('are numbered in their order, copied without what does not belong, and taken back', async () => {
    await board.add([await picture('b.png', 1), await picture('a.png', 2)]);
    expect(await board.move(path.join(root, 'a.png'), -1)).toEqual({ ok: true, value: 'a.png moved forward.' });
    expect(await names()).toEqual(['a.png', 'b.png']);
    expect(await board.copyIn(pattern)).toEqual({ ok: true, value: '2 pictures copied.' });
    expect(await names()).toEqual(['in test_01.png', 'in test_02.png']);
    expect((await readChoice(storage))?.files.map(({ file, imported = '' }) => [path.basename(file), path.basename(imported)])).toEqual([['a.png', 'test_01.png'], ['b.png', 'test_02.png']]);
    await board.undo();
    expect(await names()).toEqual(['a.png', 'b.png']);
    expect(await readdir(folder)).toEqual([]);
    await board.undo();
    expect(await names()).toEqual(['b.png', 'a.png']);
  });

  test('one in the folder is put away, not deleted, and comes back', async () => {
    const file = await picture('source/mine.png', 3);
    const content = await readFile(file);
    expect(await board.remove(file)).toEqual({ ok: true, value: 'mine.png taken out.' });
    expect(await names()).toEqual([]);
    expect(await readdir(path.join(storage, 'originals'))).toEqual([expect.stringMatching(/^[0-9a-f]{8}-mine\.png$/)]);
    await board.undo();
    expect((await readFile(file)).equals(content)).toBe(true);
  });

  test('another one takes its place in the order', async () => {
    await board.add([await picture('a.png', 1), await picture('b.png', 2)]);
    expect(await board.replace(path.join(root, 'a.png'), await picture('c.png', 3))).toEqual({ ok: true, value: 'a.png replaced by c.png.' });
    expect(await names()).toEqual(['c.png', 'b.png']);
  });

  test('words stay with their picture, through the copy', async () => {
    const file = await picture('a.png', 1);
    await board.add([file]);
    await board.describe(file, ' from the left, evening ');
    await board.copyIn(undefined);
    expect((await board.read()).map(({ words }) => words)).toEqual(['from the left, evening']);
    await board.describe(path.join(folder, 'a.png'), '');
    expect((await board.read()).map(({ words }) => words)).toEqual([undefined]);
  });

  test('those in the folder get the plan’s names', async () => {
    await picture('source/holiday.png', 1);
    await picture('source/test_01.png', 2);
    expect(await board.rename(pattern)).toEqual({ ok: true, value: '1 picture renamed.' });
    expect(await names()).toEqual(['in test_01.png', 'in test_02.png']);
  });

  test('draws as many as miss, each one once', async () => {
    await board.draw(1);
    await board.draw(2);
    expect(await names()).toEqual(['character_01.png', 'character_02.png', 'character_03.png']);
  });
});

describe('mending', () => {
  async function judged(file: string) {
    const found = await judgePicture(file, settings);
    if (!found.ok) throw new Error(found.failure.message);
    return found.value;
  }

  test.each([
    ['dark'],
    ['bright'],
  ] as const)('a picture that is too %s passes afterwards, and its original is untouched', async (kind) => {
    const file = path.join(root, 'photo.png');
    const level = kind === 'dark' ? sharp(await scene(640, 640, 4)).linear(0.1, 2) : sharp(await scene(640, 640, 4)).linear(0.14, 218);
    await level.png().toFile(file);
    const before = await readFile(file);
    expect((await judged(file)).faults.map((fault) => fault.kind)).toContain(kind);
    expect(mendsFor(await judged(file))).toEqual(['light']);
    await board.add([file]);
    expect(await board.mend(file, 'light')).toMatchObject({ ok: true });
    const [mended] = await board.read();
    expect(mended?.file).not.toBe(file);
    const after = await judged(mended?.file ?? '');
    expect(after.faults.map((fault) => fault.kind)).not.toContain(kind);
    expect((await readFile(file)).equals(before)).toBe(true);
    await board.undo();
    expect((await board.read()).map((one) => one.file)).toEqual([file]);
  });

  test('metadata goes out of a picture in the folder; the one with it is kept beside', async () => {
    const file = path.join(folder, 'place.jpg');
    await mkdir(folder);
    await sharp(await scene(640, 640, 5)).withExif({ IFD3: { GPSLatitudeRef: 'N' }, IFD0: { ImageDescription: 'at home' } }).jpeg({ quality: 95 }).toFile(file);
    expect(mendsFor(await judged(file))).toEqual(['bare']);
    await board.mend(file, 'bare');
    expect((await judged(file)).picture.metadata).toBe(false);
    await board.undo();
    expect((await judged(file)).picture.metadata).toBe(true);
  });

  test('of an animation the first frame is taken', async () => {
    const file = path.join(root, 'moving.gif');
    const frames = await Promise.all([1, 2].map(async (seed) => sharp(await scene(640, 640, seed)).toBuffer()));
    await sharp(frames, { join: { animated: true } }).gif().toFile(file);
    expect((await judged(file)).faults.map(({ kind }) => kind)).toContain('frames');
    await board.add([file]);
    await board.mend(file, 'frame');
    const [mended] = await board.read();
    expect(path.basename(mended?.file ?? '')).toBe('moving.png');
    expect((await judged(mended?.file ?? '')).picture.pages).toBe(1);
  });
});
