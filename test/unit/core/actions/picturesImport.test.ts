import { mkdir, mkdtemp, readFile, readdir, rm, stat, symlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import { picturesImport } from '../../../../src/core/actions/picturesImport';
import { readChoice, writeChoice } from '../../../../src/core/images/pictureChoice';
import { photograph, scene } from '../images/samplePictures';
import { openPictureWorkspace, pictureStep, type PictureWorkspace } from './picturesFixture';

const open: PictureWorkspace[] = [];
afterEach(() => Promise.all(open.splice(0).map((workspace) => workspace.dispose())));

async function start(): Promise<PictureWorkspace> {
  const workspace = await openPictureWorkspace();
  open.push(workspace);
  return workspace;
}

const copying = { folder: 'test_data/source' };
const naming = { pattern: 'test_01.jpg' };
const namingText = 'Name consistently (test_01.jpg - test_05.jpg)';

function run(workspace: PictureWorkspace, args: Readonly<Record<string, string>>, others: readonly string[] = []) {
  const { step, plan } = pictureStep('pictures.import', args, others);
  return picturesImport.run(step, { ...workspace.context, plan });
}

async function choose(workspace: PictureWorkspace, contents: Readonly<Record<string, Buffer>>): Promise<void> {
  const files = [];
  for (const [name, content] of Object.entries(contents)) files.push({ file: await workspace.write(`originals/${name}`, content) });
  await writeChoice(workspace.context.paths.storage, files);
}

const names = (workspace: PictureWorkspace) => readdir(path.join(workspace.folder, 'test_data/source'));

describe('copying chosen pictures', () => {
  test('upright, without metadata, named by the pattern of the task, originals untouched', async () => {
    const workspace = await start();
    const photo = await photograph(700, 500, 1);
    const deep = await sharp(await scene(600, 600, 2)).toColourspace('rgb16').png().toBuffer();
    const print = await sharp(await scene(600, 600, 3)).toColourspace('cmyk').jpeg().toBuffer();
    await choose(workspace, { 'IMG 1.JPG': photo, 'b.png': deep, 'c.jpg': print });
    expect(await run(workspace, copying, [namingText])).toEqual({ kind: 'done', summary: '3 pictures copied to test_data/source' });
    expect(await names(workspace)).toEqual(['test_01.jpg', 'test_02.jpg', 'test_03.jpg']);
    for (const name of await names(workspace)) {
      const { space, depth, exif, icc, format } = await sharp(path.join(workspace.folder, 'test_data/source', name)).metadata();
      expect({ space, depth, exif, icc, format }).toEqual({ space: 'srgb', depth: 'uchar', exif: undefined, icc: undefined, format: 'jpeg' });
    }
    expect(await sharp(path.join(workspace.folder, 'test_data/source/test_01.jpg')).metadata()).toMatchObject({ width: 500, height: 700 });
    expect(await readFile(path.join(workspace.folder, 'originals/IMG 1.JPG'))).toEqual(photo);
    expect(workspace.context.written).toHaveLength(3);
    expect(workspace.logged).toContain('IMG 1.JPG: turned upright, metadata dropped.');
    expect((await readChoice(workspace.context.paths.storage))?.files[2]?.imported).toBe(path.join(workspace.folder, 'test_data/source/test_03.jpg'));
  });

  test('a second run changes nothing, also when the choice was made anew', async () => {
    const workspace = await start();
    const contents = { 'a.jpg': await photograph(600, 600, 1), 'b.png': await scene(600, 600, 2) };
    await choose(workspace, contents);
    await run(workspace, copying, [namingText]);
    const before = await Promise.all((await names(workspace)).map((name) => stat(path.join(workspace.folder, 'test_data/source', name))));
    expect(await run(workspace, naming)).toEqual({ kind: 'done', summary: '2 pictures named test_01.jpg to test_02.jpg' });
    await choose(workspace, contents);
    expect(await run(workspace, copying, [namingText])).toEqual({ kind: 'done', summary: '2 pictures are in test_data/source' });
    const after = await Promise.all((await names(workspace)).map((name) => stat(path.join(workspace.folder, 'test_data/source', name))));
    expect(after.map(({ ino, mtimeMs }) => [ino, mtimeMs])).toEqual(before.map(({ ino, mtimeMs }) => [ino, mtimeMs]));
  });

  test('never over a picture that is there', async () => {
    const workspace = await start();
    await workspace.write('test_data/source/test_01.jpg', 'somebody\'s own');
    await choose(workspace, { 'a.png': await scene(600, 600, 1), 'b.png': await scene(600, 600, 2) });
    await run(workspace, copying, [namingText]);
    expect(await names(workspace)).toEqual(['test_01.jpg', 'test_02.jpg', 'test_03.jpg']);
    expect(await readFile(path.join(workspace.folder, 'test_data/source/test_01.jpg'), 'utf8')).toBe("somebody's own");
  });

  test('own names, made safe, where no pattern is asked for', async () => {
    const workspace = await start();
    await choose(workspace, { 'Mira, at $(home).webp': await sharp(await scene(600, 600, 1)).webp().toBuffer(), 'film.gif': await sharp(await scene(60, 60, 2)).gif().toBuffer(), '-rf.png': await scene(600, 600, 3) });
    await run(workspace, copying);
    expect(await names(workspace)).toEqual(['Mira_at_home.webp', 'film.png', 'rf.png']);
  });

  test('damaged pictures stop it with their name; what was copied stays', async () => {
    const workspace = await start();
    await choose(workspace, { 'a.png': await scene(600, 600, 1), 'b.png': (await scene(600, 600, 2)).subarray(0, 1500) });
    expect(await run(workspace, copying)).toMatchObject({ kind: 'failed', failure: { code: 'picture-corrupt', message: expect.stringContaining('b.png') } });
    expect(await names(workspace)).toEqual(['a.png']);
  });

  test('cancelled between two pictures', async () => {
    const workspace = await start();
    await choose(workspace, { 'a.png': await scene(600, 600, 1) });
    const { step, plan } = pictureStep('pictures.import', copying);
    expect(await picturesImport.run(step, { ...workspace.context, plan, signal: AbortSignal.abort() })).toEqual({ kind: 'cancelled' });
  });

  test('nothing chosen, a wrong pattern, and a folder that leads out', async () => {
    const workspace = await start();
    expect(await run(workspace, copying)).toMatchObject({ kind: 'failed', failure: { code: 'no-pictures' } });
    expect(await run(workspace, { pattern: 'test.jpg' })).toMatchObject({ kind: 'failed', failure: { code: 'picture-pattern' } });
    const outside = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    await mkdir(path.join(workspace.folder, 'test_data'), { recursive: true });
    await symlink(outside, path.join(workspace.folder, 'test_data/source'));
    await choose(workspace, { 'a.png': await scene(600, 600, 1) });
    expect(await run(workspace, copying)).toMatchObject({ kind: 'failed', failure: { code: 'outside-workspace' } });
    expect(await readdir(outside)).toEqual([]);
    await rm(outside, { recursive: true });
  });
});

describe('naming pictures that lie there', () => {
  test('gives those a name that do not follow the pattern, and keeps the originals of converted ones', async () => {
    const workspace = await start();
    const photo = await photograph(600, 600, 2);
    await workspace.write('test_data/source/test_01.jpg', await sharp(await scene(600, 600, 1)).jpeg().toBuffer());
    await workspace.write('test_data/source/holiday.jpg', photo);
    await workspace.write('test_data/source/README.md', 'notes');
    expect(await run(workspace, naming)).toEqual({ kind: 'done', summary: '2 pictures named test_01.jpg to test_02.jpg' });
    expect(await names(workspace)).toEqual(['README.md', 'test_01.jpg', 'test_02.jpg']);
    const [kept = ''] = await readdir(path.join(workspace.context.paths.storage, 'originals'));
    expect(await readFile(path.join(workspace.context.paths.storage, 'originals', kept))).toEqual(photo);
  });

  test('a place in a picture that is left alone is warned of', async () => {
    const workspace = await start();
    await workspace.write('test_data/source/test_01.jpg', await photograph(600, 600, 1));
    expect(await run(workspace, naming)).toEqual({ kind: 'done', summary: '1 picture named test_01.jpg' });
    expect(workspace.logged.some((line) => line.startsWith('test_01.jpg carries metadata'))).toBe(true);
  });
});
