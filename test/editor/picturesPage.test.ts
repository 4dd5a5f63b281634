import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import { scene } from '../unit/core/images/samplePictures';
import { browserPath } from './panelInBrowser';
import type { Theme } from './panelThemes';
import { mixedPictures, PicturesPage, type PicturesPageOptions } from './picturesPage';

const pages: PicturesPage[] = [];
afterEach(async () => {
  for (const page of pages.splice(0)) await page.close();
});

async function open(options: PicturesPageOptions = {}): Promise<PicturesPage> {
  const page = await PicturesPage.open(options);
  pages.push(page);
  return page;
}

describe.runIf(browserPath)('the picture panel', () => {
  test('shows each picture with what was measured, passed or failed and why', async () => {
    const page = await open({ pictures: mixedPictures });
    const card = (name: string) => page.page.locator('.card').filter({ has: page.page.locator(`.name[title="${name}"]`) });
    expect(await card('character_02.png').getAttribute('aria-label')).toBe('character_02.png, passes');
    expect(await card('night.png').getAttribute('aria-label')).toMatch(/^night\.png, fails: .*Brightness: \d+/);
    expect(await card('soft.jpg').locator('.checks .bad').allInnerTexts()).toEqual([expect.stringMatching(/Shorter side\s+400 px\s+at least 512/), expect.stringMatching(/Sharpness\s+\d+\s+at least 60/)]);
    expect(await card('again.jpg').locator('.checks .bad').innerText()).toMatch(/New to the set\s+like character_01\.png\s+\d of 64 bits differ/);
    await page.page.locator('.card img').nth(4).waitFor();
    expect(await page.page.locator('.tray').innerText()).toMatch(/5 of 5\s*pictures[\s\S]*2 of 5\s*pass/);
    expect(page.violations).toEqual([]);
  });

  test('a key mends, replaces, takes out, and takes back', async () => {
    const page = await open({ pictures: mixedPictures });
    const dark = page.page.locator('.card').filter({ hasText: 'night.png' });
    await dark.click({ position: { x: 5, y: 5 } });
    await page.press('f');
    await page.page.locator('.card[aria-label="night.png, passes"]').waitFor();
    await page.press('u');
    await page.page.locator('.card[aria-label^="night.png, fails"]').waitFor();
    await page.press('f', 'End', 'Delete');
    await expect.poll(() => page.names()).toEqual(['character_01.png', 'character_02.png', 'night.png', 'soft.jpg']);
    page.chosen = [path.join(page.folder, 'given', 'character_03.png')];
    await page.page.locator('.card.current .name', { hasText: 'soft.jpg' }).waitFor();
    await page.press('f');
    await page.page.locator('.toast', { hasText: 'Nothing here can be mended' }).waitFor();
    await page.press('r');
    await expect.poll(() => page.names()).toEqual(['character_01.png', 'character_02.png', 'night.png', 'character_03.png']);
    await page.press('Home', 'Alt+ArrowRight', 'Enter');
    await expect.poll(() => page.names()).toEqual(['character_02.png', 'character_01.png', 'night.png', 'character_03.png']);
    await expect.poll(() => page.opened).toEqual([path.join(page.folder, 'given', 'character_01.png')]);
  });

  test('pictures are dropped in, refused when they are none, described, copied with the plan’s names', async () => {
    const page = await open({ wanted: 2 });
    await page.page.getByText('The plan asks for 2 source pictures.').waitFor();
    await page.drop('holiday photo.png', await scene(640, 640, 1));
    await page.page.locator('.card .name', { hasText: 'holiday_photo.png' }).waitFor();
    await page.drop('notes.png', Buffer.from('not a picture'));
    await page.page.locator('.toast.error', { hasText: 'is no picture of a kind that can be read' }).waitFor();
    await page.press('d');
    await expect.poll(() => page.names()).toEqual(['holiday_photo.png', 'character_01.png']);
    await page.page.getByText('becomes test_02.png').waitFor();
    await page.press('Home', 'w');
    await page.page.keyboard.type('seen from the left, d a f u');
    await page.press('Enter', 'c');
    await expect.poll(() => page.names()).toEqual(['test_01.png', 'test_02.png']);
    expect(await readdir(path.join(page.folder, 'test_data', 'source'))).toEqual(['test_01.png', 'test_02.png']);
    expect(await page.page.locator('.words').first().inputValue()).toBe('seen from the left, d a f u');
    await page.press('Control+Enter');
    await expect.poll(() => page.finished).toBe(true);
    expect(page.violations).toEqual([]);
  });

  test('what lies in the folder is named by the plan and loses its metadata', async () => {
    const page = await open({
      pictures: async (folder) => {
        const file = path.join(folder, 'test_data', 'source', 'IMG 77.jpg');
        await mkdir(path.dirname(file), { recursive: true });
        await writeFile(file, await sharp(await scene(640, 640, 2)).withExif({ IFD0: { Artist: 'someone' } }).jpeg({ quality: 95 }).toBuffer());
        return [file];
      },
    });
    await page.page.getByText('carries metadata, in which a place can stand').waitFor();
    await page.page.getByRole('button', { name: 'Drop Metadata' }).click();
    await page.page.getByText('carries metadata').waitFor({ state: 'detached' });
    await page.page.getByRole('button', { name: 'Name 1 Like test_01.png' }).click();
    await expect.poll(() => page.names()).toEqual(['test_01.png']);
  });

  test('is read at 200 % zoom and when narrow, with all keys to be found', async () => {
    const page = await open({ pictures: mixedPictures, zoom: 2 });
    expect(await page.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await page.press('?');
    await page.page.getByRole('dialog', { name: 'All keys' }).waitFor();
    await page.press('Escape');
    await page.page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

describe.runIf(browserPath && process.env.EVALMARK_SCREENSHOTS === '1')('pictures of the picture panel', () => {
  test.each<Theme>(['dark', 'light', 'highContrast'])('in %s', async (theme) => {
    const page = await open({ pictures: mixedPictures, theme });
    await page.page.locator('.card img').nth(4).waitFor();
    await page.press('ArrowRight', 'ArrowRight');
    await page.picture(`pictures-${theme}`);
    expect(page.violations).toEqual([]);
  });
  test('empty', async () => {
    const page = await open();
    await page.picture('pictures-empty-dark');
  });
});
