import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { HostMessage } from '../../src/webviews/survey/contract';
import { browserPath } from './panelInBrowser';
import type { Theme } from './panelThemes';
import { SurveyPage, type SurveyPageOptions } from './surveyPage';
import { largeSurvey, studyRepositories, studySurvey } from './surveyStudy';

const angles = 'dx8152/Qwen-Edit-2509-Multiple-angles';
const people = 'YaoJiefu/multiple-characters';
const liar = 'aurelle/QE-2509-FaceKeep';

let survey: SurveyPage | undefined;
afterEach(async () => {
  await survey?.close();
  survey = undefined;
});

async function open(options: Partial<SurveyPageOptions> = {}): Promise<SurveyPage> {
  survey = await SurveyPage.open({ survey: studySurvey('2025-11-05T10:00:00.000Z'), repositories: await studyRepositories(), ...options });
  await survey.page.locator('[data-part=table]').focus();
  return survey;
}

const line = (page: SurveyPage, name: string) => page.page.locator(`.line[aria-label^="${name}"]`);
const cell = (page: SurveyPage, name: string, column: string) => line(page, name).locator(`[data-column="${column}"]`);

describe.runIf(browserPath)('the survey panel in a browser', () => {
  test('scores by digits, criterion after criterion and row after row, and takes them back', async () => {
    const page = await open();
    await line(page, 'InstantX').click();
    await page.page.keyboard.type('412');
    await expect.poll(async () => (await page.candidate('InstantX/Qwen-Image-ControlNet-Union'))?.scores).toEqual({ 'character consistency': 4, 'angle changes': 1, 'lighting/complexion': 2 });
    await expect.poll(() => page.current()).not.toContain('InstantX');
    const next = (await page.current()).split(',')[0]!;
    await page.press('ArrowRight', '3', 'ArrowLeft', '0', 'u', 'u', 'u');
    await expect.poll(async () => (await page.candidate('InstantX/Qwen-Image-ControlNet-Union'))?.scores).toEqual({ 'character consistency': 4, 'angle changes': 1 });
    expect((await page.candidate(next))?.repository).toBe(next);
    expect(page.violations).toEqual([]);
  });

  test('keys typed faster than the host answers go to the candidates that they were meant for', async () => {
    const page = await open({ survey: largeSurvey(40), repositories: {}, hostDelay: 150 });
    await page.page.getByRole('columnheader', { name: 'Model' }).getByRole('button').click();
    await page.press('Home');
    const names = await page.page.locator('.line').evaluateAll((nodes) => nodes.slice(0, 3).map((node) => node.getAttribute('aria-label')!));
    await page.page.keyboard.type('111222333');
    await expect.poll(async () => Promise.all(names.map(async (name) => Object.values((await page.candidate(name))?.scores ?? {}).join('')))).toEqual(['111', '222', '333']);
  });

  test('selects one, a range and all, and tells what the plan lacks', async () => {
    const page = await open();
    await page.press('Home', ' ');
    await expect.poll(async () => (await page.candidate(angles))?.selected).toBe(false);
    await page.press('ArrowDown', 'ArrowDown', 'ArrowDown', 'Shift+ ');
    await expect.poll(async () => (await page.survey()).candidates.filter(({ selected }) => selected).length).toBe(6);
    await page.page.getByText('6 of 5-10').first().waitFor();
    await page.press('Control+a');
    await page.page.getByText('13 of 5-10').first().waitFor();
    await page.page.getByRole('button', { name: 'Review Selection' }).click();
    await page.page.getByText('The plan asks for 1 more.').first().waitFor();
    expect(page.violations).toEqual([]);
  });

  test('offers the next best for a place that the plan leaves open', async () => {
    const page = await open();
    await page.page.getByRole('button', { name: 'Review Selection' }).click();
    await page.page.locator('.slot', { hasText: 'Identity' }).getByRole('button', { name: 'qwen-image-edit-character-composition, 2.8' }).click();
    await expect.poll(async () => (await page.candidate('TsienDragon/qwen-image-edit-character-composition'))).toMatchObject({ selected: true, category: 'identity' });
    await page.page.locator('.slot[aria-label="Identity, 2 of 2-3"]').waitFor();
    await page.page.locator('.slot[aria-label="Angles, 1 of 1"]').waitFor();
  });

  test('leaves out with a reason, counts it, and brings it back', async () => {
    const page = await open();
    await line(page, people).click();
    await page.press('x');
    await page.page.getByText('25 more are hidden').waitFor();
    await page.page.getByRole('button', { name: 'Show with reasons' }).click();
    await line(page, people).getByText('not of use here').waitFor();
    await line(page, people).getByRole('button', { name: 'Bring back' }).click();
    await expect.poll(async () => (await page.candidate(people))?.excluded).toBeUndefined();
    await page.page.getByText('24 more are hidden').waitFor();
  });

  test('a verdict by key stands behind the plan’s line before it is forgotten', async () => {
    const page = await open();
    await line(page, people).click();
    await page.press('v');
    await page.page.locator('.segments [aria-checked=true]', { hasText: 'Misleading' }).waitFor();
    await page.press('3');
    await page.page.locator('#reason').pressSequentially('scene population, not angles');
    await page.page.getByText('- MISLEADING (scene population, not angles)').waitFor();
    await page.page.keyboard.press('Control+Enter');
    await expect.poll(() => page.planText()).toContain('- [x] YaoJiefu/multiple-characters - MISLEADING (scene population, not angles)\n');
    expect(await page.candidate(people)).toMatchObject({ verdict: { word: 'MISLEADING', reason: 'scene population, not angles' }, seen: true });
    await cell(page, people, 'compatible').getByText('by you: scene population, not angles').waitFor();
    await page.page.locator('.toast', { hasText: 'Written to line' }).waitFor();
  });

  test('shows what claims and files say, and refuses what contradicts', async () => {
    const page = await open();
    await cell(page, liar, 'compatible').getByText('weights say FLUX.1').waitFor();
    await line(page, liar).click();
    await page.press('Enter');
    await page.page.getByText('Card and weights name different models.').waitFor();
    const row = page.page.locator('.claims tr', { hasText: 'Base model' });
    expect(await row.innerText()).toMatch(/Qwen-Image-Edit-2509\s+FLUX\.1, 38 blocks/);
    await row.getByRole('img', { name: 'contradicts' }).waitFor();
    await cell(page, people, 'compatible').getByText('card: filling a scene with people').waitFor();
    await cell(page, 'InstantX', 'compatible').getByText('a ControlNet').waitFor();
    await cell(page, 'dx8152/Qwen-Edit-2509-Multi-Angle-Lighting', 'compatible').getByText('card: light').waitFor();
    expect(page.hub.sentBytes()).toBeLessThan(1_000_000);
  });

  test('nothing of a hostile card runs, loads or leads anywhere by itself', async () => {
    const page = await open();
    await line(page, people).click();
    await page.press('o');
    const card = page.page.locator('.card-place');
    await card.getByText('Fills a scene with several people.').waitFor();
    await card.locator('img[src^="blob:"]').first().waitFor();
    expect(await card.evaluate((element) => [...element.shadowRoot!.querySelectorAll('*')].map((node) => node.tagName).filter((name) => /SCRIPT|IFRAME|FORM|INPUT|STYLE|OBJECT|LINK/.test(name)))).toEqual([]);
    expect(await card.evaluate((element) => [...element.shadowRoot!.querySelectorAll('*')].flatMap((node) => node.getAttributeNames()).filter((name) => /^on|^href$|^style$|^srcset$/.test(name)))).toEqual([]);
    await card.getByText('click').click();
    await card.getByText('the paper').click();
    await expect.poll(() => page.opened).toEqual(['https://example.org/paper']);
    expect(await page.page.evaluate(() => (globalThis as Record<string, unknown>).pwned)).toBeUndefined();
    expect(page.requested.filter((url) => !/^(?:http:\/\/panel\.test\/|blob:)/.test(url))).toEqual([]);
    expect(page.hub.requests.some(({ url }) => url.includes('pixel'))).toBe(false);
    await page.press('Escape');
    await page.press('o', 'o');
    await expect.poll(() => page.opened.at(-1)).toBe(`${page.hub.endpoint}/${people}`);
  });

  test('filters, searches, groups and sorts, and says what is hidden by what', async () => {
    const page = await open();
    await page.page.getByRole('button', { name: 'Not gated' }).click();
    await page.page.getByText('12 of 37').waitFor();
    await page.page.getByText('1 gated').waitFor();
    await page.press('/');
    await page.page.keyboard.type('relight');
    await page.page.getByText('3 of 37').waitFor();
    await page.page.keyboard.type(' nothing at all');
    await page.page.locator('.empty').getByRole('button', { name: '“relight nothing at all”' }).click();
    await page.page.locator('.empty').waitFor({ state: 'detached' });
    await page.page.getByRole('button', { name: /^Group/ }).click();
    await page.page.getByRole('menuitemradio', { name: 'Author' }).click();
    await page.page.locator('.group', { hasText: 'dx8152' }).waitFor();
    await page.page.locator('[data-part=table]').focus();
    await page.page.getByRole('columnheader', { name: 'Compatible' }).getByRole('button').click();
    expect(await page.page.getByRole('columnheader', { name: 'Compatible' }).getAttribute('aria-sort')).toBe('ascending');
    await page.page.getByRole('button', { name: 'New since 28 Oct' }).click();
    await page.page.getByText('3 of 37').waitFor();
  });

  test('weights change the score and the order', async () => {
    const page = await open();
    const first = () => page.page.locator('.line').first().getAttribute('aria-label');
    expect(await first()).toContain(angles);
    await page.page.getByRole('button', { name: 'Criteria…' }).click();
    for (const [name, value] of [['Identity', '0'], ['Angles', '0'], ['Light', '5']] as const) {
      const field = page.page.getByRole('spinbutton', { name: `Weight of ${name}` });
      await field.fill(value);
      await field.press('Tab');
    }
    await expect.poll(async () => (await page.survey()).weights).toEqual({ 'character consistency': 0, 'angle changes': 0, 'lighting/complexion': 5 });
    await page.press('Escape');
    await expect.poll(first).toContain('Multi-Angle-Lighting');
  });

  test('thousands of candidates cost the page some dozens of lines, and a key one row', async () => {
    const posted: HostMessage[] = [];
    const page = await open({ survey: largeSurvey(5000), repositories: {} });
    await page.page.exposeFunction('seen', (message: HostMessage) => void posted.push(message));
    await page.page.evaluate(() => addEventListener('message', ({ data }) => (globalThis as unknown as { seen(message: unknown): void }).seen(data)));
    expect(await page.page.locator('[role=grid]').getAttribute('aria-rowcount')).toBe('5001');
    expect(await page.page.locator('.line').count()).toBeLessThan(60);
    await page.press('End');
    await page.page.locator('.line.current[aria-rowindex="5001"]').waitFor();
    expect(await page.page.locator('.line').count()).toBeLessThan(60);
    await page.press('Home', 'PageDown', '5');
    await expect.poll(() => posted.filter(({ kind }) => kind === 'rows').length).toBeGreaterThan(0);
    expect(posted.filter(({ kind }) => kind === 'state')).toEqual([]);
    for (const message of posted) if (message.kind === 'rows') expect(message.rows.length).toBeLessThanOrEqual(1);
    await page.press('/');
    await page.page.keyboard.type('04999');
    await page.page.getByText('1 of 5000').waitFor();
  });

  test('what cannot be saved is taken back and says so', async () => {
    const page = await open();
    const file = path.join(page.folder, 'survey.json');
    await page.model.settled();
    await rename(file, `${file}.away`);
    await mkdir(file);
    await line(page, liar).click();
    await page.press('5');
    await page.page.locator('.toast.error', { hasText: 'Not saved' }).waitFor();
    await rm(file, { recursive: true });
    await rename(`${file}.away`, file);
  });

  test('stays readable when narrow, and the page says when the list is old', async () => {
    const page = await open({ width: 640, host: { hub: async () => ({ ok: true, value: { endpoint: 'http://127.0.0.1:9', token: undefined, cacheFolder: '/nowhere', offline: true } }) } });
    await page.page.getByText('From survey.json, 12 min ago').waitFor();
    const heads = await page.page.locator('.columns .th button:not(.check)').allInnerTexts();
    expect(heads).toEqual(['Model', 'Base', 'Compatible', 'Score']);
    expect(await page.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  });

  test('is done by Ctrl+Enter, with everything written', async () => {
    const page = await open({ page: 'relevance' });
    await page.page.getByRole('button', { name: 'Done Scoring' }).waitFor();
    await line(page, liar).click();
    await page.page.keyboard.type('2');
    await page.press('Control+Enter');
    await expect.poll(() => page.finished).toBe(true);
    expect((await page.candidate(liar))?.scores).toEqual({ 'character consistency': 2 });
  });
});

describe.runIf(browserPath && process.env.EVALMARK_SCREENSHOTS === '1')('pictures of the survey panel', () => {
  test.each<Theme>(['dark', 'light', 'highContrast'])('in %s', async (theme) => {
    const page = await open({ theme });
    await cell(page, liar, 'compatible').getByText('weights say FLUX.1').waitFor();
    await page.press('Home', 'ArrowDown', 'ArrowDown', 'ArrowDown');
    await page.picture(`survey-list-${theme}`);
    await line(page, liar).dblclick();
    await page.page.locator('.claims').waitFor();
    await page.press('v', '4');
    await page.page.locator('#reason').fill('weights are FLUX.1, not Qwen-Image-Edit');
    await page.picture(`survey-detail-${theme}`);
    await page.press('Escape');
    await line(page, angles).click();
    await page.press('o');
    await page.page.locator('.card-place').waitFor();
    await page.picture(`survey-card-${theme}`);
    await page.page.getByRole('button', { name: 'Review Selection' }).click();
    await page.picture(`survey-selection-${theme}`);
    expect(page.violations).toEqual([]);
  });
});
