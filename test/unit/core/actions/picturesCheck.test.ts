import { rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import type { Look } from '../../../../src/core/actions/action';
import { picturesCheck } from '../../../../src/core/actions/picturesCheck';
import { writeChoice } from '../../../../src/core/images/pictureChoice';
import { scene } from '../images/samplePictures';
import { openPictureWorkspace, pictureStep, type PictureWorkspace } from './picturesFixture';

const open: PictureWorkspace[] = [];
afterEach(() => Promise.all(open.splice(0).map((workspace) => workspace.dispose())));

async function start(...args: Parameters<typeof openPictureWorkspace>): Promise<PictureWorkspace> {
  const workspace = await openPictureWorkspace(...args);
  open.push(workspace);
  return workspace;
}

function run(workspace: PictureWorkspace, kind: 'quality' | 'variety') {
  return picturesCheck.run(pictureStep('pictures.check', { kind }).step, workspace.context);
}

describe('quality', () => {
  test('good pictures, with their figures in the log', async () => {
    const workspace = await start();
    await workspace.picture('test_data/source/a.png', 1);
    await workspace.picture('test_data/source/b.png', 2);
    expect(await run(workspace, 'quality')).toEqual({ kind: 'done', summary: expect.stringMatching(/^2 pictures sharp \(\d+–\d+\) and well exposed$/) });
    expect(workspace.logged[0]).toMatch(/\| Picture \| Pixels \(≥ 512\) \| Sharpness \(≥ 60\) .*\n.*\n\| a.png \| 640 × 640 \| \d+ \| \d+ \| .* \| ✓ \|/);
  });

  test('each fault is named with its picture', async () => {
    const workspace = await start();
    const whole = await scene(640, 640, 1);
    await workspace.write('test_data/source/soft.png', await sharp(whole).blur(12).png().toBuffer());
    await workspace.write('test_data/source/small.png', await scene(400, 800, 2));
    await workspace.write('test_data/source/dark.png', await sharp(whole).linear(0.1).png().toBuffer());
    await workspace.write('test_data/source/blown.png', await sharp(whole).linear(4).png().toBuffer());
    await workspace.write('test_data/source/fine.png', whole);
    const outcome = await run(workspace, 'quality');
    expect(outcome).toMatchObject({ kind: 'failed', failure: { code: 'picture-quality', short: '4 of 5 fail' } });
    const message = outcome.kind === 'failed' ? outcome.failure.message : '';
    expect(message).toMatch(/soft\.png \(sharpness \d+, 60 wanted\)/);
    expect(message).toContain('small.png (400 pixels on the shorter side, 512 wanted)');
    expect(message).toMatch(/dark\.png \(.*too dark: brightness \d+, 35 wanted/);
    expect(message).toMatch(/blown\.png \(.*pure white/);
    expect(message).not.toContain('fine.png');
  });

  test('the thresholds are those of the settings', async () => {
    const workspace = await start();
    await workspace.write('test_data/source/small.png', await scene(400, 800, 2));
    const context = { ...workspace.context, settings: { ...workspace.context.settings, minimumPictureSide: 300 } };
    expect(await picturesCheck.run(pictureStep('pictures.check', { kind: 'quality' }).step, context)).toMatchObject({ kind: 'done' });
  });

  test('damaged ones, and none at all', async () => {
    const workspace = await start();
    expect(await run(workspace, 'quality')).toMatchObject({ kind: 'failed', failure: { code: 'no-pictures' } });
    await workspace.picture('test_data/source/a.png', 1);
    await workspace.write('test_data/source/b.png', (await scene(640, 640, 2)).subarray(0, 2000));
    expect(await run(workspace, 'quality')).toMatchObject({ kind: 'failed', failure: { code: 'picture-corrupt', message: 'b.png is damaged and cannot be read whole.' } });
  });
});

describe('variety', () => {
  test('different pictures', async () => {
    const workspace = await start();
    for (const seed of [1, 2, 3]) await workspace.write(`test_data/source/${seed}.png`, await scene(640, 640, seed, 60 + seed * 40));
    expect(await run(workspace, 'variety')).toEqual({ kind: 'done', summary: expect.stringMatching(/^3 different pictures, brightness \d+–\d+$/) });
    expect(workspace.logged.some((line) => line.includes('lit alike'))).toBe(false);
  });

  test('the same scene twice, though scaled and compressed', async () => {
    const workspace = await start();
    await workspace.picture('test_data/source/a.png', 1);
    await workspace.picture('test_data/source/b.png', 2);
    await workspace.write('test_data/source/c.jpg', await sharp(await scene(640, 640, 1)).resize(600).modulate({ brightness: 1.05 }).jpeg({ quality: 60 }).toBuffer());
    expect(await run(workspace, 'variety')).toMatchObject({
      kind: 'failed',
      failure: { code: 'near-duplicates', message: expect.stringMatching(/^Two pictures are nearly the same: a\.png and c\.jpg \(\d of 64 bits differ\)\.$/), short: 'near duplicate' },
    });
  });

  test('pictures that are chosen but not yet copied are the ones in question', async () => {
    const workspace = await start();
    const chosen = await workspace.picture('elsewhere/a.png', 1);
    await workspace.picture('test_data/source/old.png', 2);
    await writeChoice(workspace.context.paths.storage, [{ file: chosen }]);
    expect(await run(workspace, 'variety')).toMatchObject({ summary: expect.stringContaining('only one picture') });
  });
});

describe('where a person can be shown the panel', () => {
  test('what fails is shown, and measured again once it is put right', async () => {
    const shown: Look[] = [];
    const workspace = await start({
      panels: true,
      look: async (what) => {
        shown.push(what);
        await rm(path.join(workspace.folder, 'test_data/source/b.png'));
        return true;
      },
    });
    await workspace.picture('test_data/source/a.png', 1);
    await workspace.picture('test_data/source/b.png', 1);
    const { step, plan } = pictureStep('pictures.check', { kind: 'variety' }, ['Select or create 5 character source images', 'Name consistently (test_01.jpg - test_05.jpg)']);
    expect(await picturesCheck.run(step, { ...workspace.context, plan })).toMatchObject({ kind: 'done' });
    expect(shown).toEqual([{ kind: 'pictures', planPath: workspace.context.paths.plan, folder: 'test_data/source', count: 5, pattern: 'test_01.jpg' }]);
  });

  test('what passes is not, and one who leaves it as it is gets the failure', async () => {
    let looks = 0;
    const workspace = await start({ panels: true, look: async () => (looks++, false) });
    await workspace.picture('test_data/source/a.png', 1);
    expect(await run(workspace, 'variety')).toMatchObject({ kind: 'done' });
    expect(looks).toBe(0);
    await workspace.picture('test_data/source/b.png', 1);
    expect(await run(workspace, 'variety')).toMatchObject({ kind: 'failed', failure: { code: 'near-duplicates' } });
    expect(looks).toBe(1);
  });
});
