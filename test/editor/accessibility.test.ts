import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { ComparePage } from './comparePage';
import { DecidePage } from './decidePage';
import { MatrixPage } from './matrixPage';
import { browserPath } from './panelInBrowser';
import { themes, type Theme } from './panelThemes';
import { mixedPictures, PicturesPage } from './picturesPage';
import { SurveyPage } from './surveyPage';
import { studyRepositories, studySurvey } from './surveyStudy';

const study = { models: ['base', 'face-keep', 'relight'], edits: [{ id: 'left', kind: 'angle', prompt: 'Turn the camera to the left' }, { id: 'dusk', kind: 'lighting', prompt: 'Warm evening light' }], pictures: 2, width: 128, height: 160 } as const;

interface OpenPanel {
  readonly page: Page;
  close(): Promise<void>;
}

/** Each panel in the state in which it is worked with. */
const panels: Readonly<Record<string, (theme: Theme) => Promise<OpenPanel>>> = {
  compare: async (theme) => {
    const panel = await ComparePage.open(study, { theme });
    await panel.page.locator('[aria-current=true]').first().waitFor();
    return panel;
  },
  decide: async (theme) => {
    const panel = await DecidePage.open({ theme });
    await panel.page.getByRole('radio').first().click();
    return panel;
  },
  'decide, with its preview': async (theme) => {
    const panel = await DecidePage.open({ theme });
    await panel.page.getByRole('radio').first().click();
    await panel.page.keyboard.press('2');
    await panel.page.locator('.file').first().waitFor({ timeout: 30_000 });
    return panel;
  },
  matrix: (theme) => MatrixPage.open({ study, theme, answers: () => ({ identity: 4, edit: 3, same: true, artifacts: 1 }) }),
  pictures: async (theme) => {
    const panel = await PicturesPage.open({ pictures: mixedPictures, theme });
    await panel.page.locator('.card img').nth(4).waitFor();
    return panel;
  },
  survey: async (theme) => {
    const panel = await SurveyPage.open({ survey: studySurvey('2026-11-02T09:00:00Z'), repositories: await studyRepositories(), theme });
    await panel.page.locator('[role=row]').nth(2).waitFor();
    return panel;
  },
};

describe.runIf(browserPath).each(Object.keys(themes) as Theme[])('in the %s theme', (theme) => {
  test.each(Object.keys(panels))('the %s panel breaks none of the rules that a screen reader needs', async (name) => {
    const panel = await panels[name]!(theme);
    try {
      expect(await violations(panel.page)).toEqual([]);
    } finally {
      await panel.close();
    }
  }, 60_000);
});

describe.runIf(browserPath)('enlarged to 200 %, for someone who wants no motion', () => {
  test.each(Object.keys(panels))('the %s panel has every control in reach, nothing moves, and no rule is broken', async (name) => {
    const panel = await panels[name]!('dark');
    try {
      await panel.page.emulateMedia({ reducedMotion: 'reduce' });
      // What is left of a window of 1440 × 900 pixels.
      await panel.page.setViewportSize({ width: 720, height: 450 });
      expect(await panel.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(720);
      expect(await panel.page.evaluate(() => document.getAnimations().filter(({ playState, effect }) => playState === 'running' && Number(effect?.getComputedTiming().duration) > 10).length)).toBe(0);
      expect(await violations(panel.page)).toEqual([]);
    } finally {
      await panel.close();
    }
  }, 60_000);
});

/** What axe finds wrong, each with the elements that it is about. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  // The page is a frame's document inside the editor, whose own document has landmarks and a heading.
  const options: axe.RunOptions = { rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } } };
  const results = await page.evaluate(async (given) => (window as unknown as { axe: typeof axe }).axe.run(document, given), options);
  const found = results.violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => ({ id, html, text: `${id}: ${help}: ${html.slice(0, 200)} ${failureSummary ?? ''}` })));
  // A picture's button is named after the picture; the scores that stand on it are said by the form beside it.
  return found.filter(({ id, html }) => !(id === 'label-content-name-mismatch' && html.includes('class="card out"'))).map(({ text }) => text);
}
