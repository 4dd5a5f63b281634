import { mkdir, rename, rm } from 'node:fs/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { appendLines, readRatings } from '../../src/core/review/ratingsFile';
import { makeRating } from '../unit/core/review/study';
import { ComparePage } from './comparePage';
import type { StudyOptions } from './compareStudy';
import { browserPath } from './panelInBrowser';
import { themes, type Theme } from './panelThemes';

const models = ['base', 'face-keep', 'camera-angles', 'relight'];
const edits = [
  { id: 'left', kind: 'angle', prompt: 'Turn the camera to the left' },
  { id: 'dusk', kind: 'lighting', prompt: 'Warm evening light' },
];
const small: StudyOptions = { models, edits, pictures: 2, width: 256, height: 320 };

let compare: ComparePage | undefined;
afterEach(async () => {
  await compare?.close();
  compare = undefined;
});

async function open(study: StudyOptions = small, options: Parameters<typeof ComparePage.open>[1] = {}): Promise<ComparePage> {
  compare = await ComparePage.open(study, options);
  await compare.page.locator('[aria-current=true]').first().waitFor();
  return compare;
}

async function ratings(page: ComparePage) {
  const read = await readRatings(page.ratings);
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

/** Letter of the output that is marked, as a person sees it. */
const current = (page: ComparePage) => page.page.locator('aside h2').innerText();

describe.runIf(browserPath)('the compare panel in a browser', () => {
  test('a whole study is rated by keyboard, blind to the end', async () => {
    const page = await open();
    const looked: string[] = [];
    for (let output = 1; output <= 16; output++) {
      await page.press('4', '5', 'y', '0');
      await page.rated(output);
      looked.push(await page.page.content(), await page.page.evaluate(() => sessionStorage.getItem('state') ?? ''), await page.page.title());
      if (output < 16) await page.page.locator('.field.now h3', { hasText: 'Identity' }).waitFor();
    }
    await page.page.getByRole('heading', { name: 'All 16 outputs are rated' }).waitFor();
    looked.push(await page.page.content());

    const { ratings: lines, brokenLines } = await ratings(page);
    expect(brokenLines).toEqual([]);
    expect(new Set(lines.map(({ generationId }) => generationId)).size).toBe(16);
    expect(lines).toHaveLength(64);
    const told = page.sent.map((message) => (message.type === 'picture' ? Buffer.from(message.bytes).toString('latin1') : JSON.stringify(message)));
    for (const secret of [...models, 'secret-lab', 'results/']) {
      for (const text of [...looked, ...told]) expect(text.includes(secret), secret).toBe(false);
    }
    expect(page.violations).toEqual([]);

    await page.press('r');
    await page.page.getByRole('cell', { name: 'face-keep' }).waitFor();
    expect((await ratings(page)).reveals).toHaveLength(1);
  });

  test('keys typed faster than the disk answers go to the output they were meant for', async () => {
    const page = await open(small, { hostDelay: 120 });
    const letters = (await page.page.locator('[data-output]').evaluateAll((nodes) => nodes.map((node) => node.getAttribute('data-output')))) as string[];
    await page.page.keyboard.type('11n322y433n5');
    await page.rated(3);
    const outputs = page.model.state().cell!.outputs;
    expect(letters).toEqual(['A', 'B', 'C', 'D']);
    expect(outputs.map(({ answers }) => [answers.identity, answers.edit, answers.same, answers.artifacts])).toEqual([
      [1, 1, false, 3], [2, 2, true, 4], [3, 3, false, 5], [undefined, undefined, undefined, undefined],
    ]);
  });

  test('what cannot be saved is not shown as saved, and says so', async () => {
    const page = await open();
    await rename(page.ratings, `${page.ratings}.away`);
    await mkdir(page.ratings);
    await page.press('4');
    await page.page.locator('.field .unsaved', { hasText: 'Press the key again' }).waitFor();
    expect(await page.page.getByRole('alert').innerText()).toContain('Not saved: not a file');
    expect(await page.page.locator('[role=radio][aria-checked=true]:not([data-mode])').count()).toBe(0);
    await rm(page.ratings, { recursive: true });
    await rename(`${page.ratings}.away`, page.ratings);
    await page.press('4');
    await page.page.locator('.saved').waitFor();
    expect(await page.page.locator('[role=radiogroup][aria-label="Identity preservation"] [aria-checked=true]').innerText()).toBe('4');
  });

  test('undo takes the mark back to where the answer was, and appends', async () => {
    const page = await open();
    await page.press('2');
    await page.page.locator('.field.now h3', { hasText: 'Edit quality' }).waitFor();
    await page.press('j');
    await page.page.getByText('2 of 4').first().waitFor();
    await page.press('u');
    await page.page.locator('.toast', { hasText: 'Undone' }).waitFor();
    await page.page.locator('.field.now h3', { hasText: 'Identity' }).waitFor();
    expect(await page.page.locator('.cell-nav b').innerText()).toBe('1');
    expect((await ratings(page)).ratings.map(({ answers }) => answers.identity)).toEqual([2, null]);
  });

  test('pins, failure modes, note, flag and marks by keyboard, also while the disk is slow', async () => {
    const page = await open(small, { hostDelay: 60 });
    const box = (await page.page.locator('[data-output=A] .pic').boundingBox())!;
    await page.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.press('x', 's');
    await page.page.locator('.arts li', { hasText: 'Seam' }).waitFor();
    await page.press('x', 'h');
    await page.page.locator('.arts li', { hasText: 'Hands' }).waitFor();
    await page.press('m', '2', 'Escape', 'g', 'b', 't');
    await page.page.keyboard.type('soft at 3x, not y');
    await page.press('Escape');
    await page.page.locator('.toast', { hasText: 'note written' }).waitFor();
    const output = page.model.state().cell!.outputs[0]!;
    expect(output).toMatchObject({ failureModes: ['Wrong angle'], note: 'soft at 3x, not y', flagged: true, best: true, answers: { artifacts: 2 } });
    expect(output.answers.same).toBeUndefined();
    for (const pin of output.pins) expect([pin.x, pin.y]).toEqual([expect.closeTo(0.5, 1), expect.closeTo(0.5, 1)]);

    // Fewer than are pinned: it asks which one goes.
    await page.page.locator('.f-count h3').click();
    await page.press('1');
    await page.page.getByText('Which pin goes?').waitFor();
    await page.press('1');
    await page.page.locator('.arts li', { hasText: 'Seam' }).waitFor({ state: 'detached' });
    expect(page.model.state().cell!.outputs[0]).toMatchObject({ pins: [{ type: 'hands' }], answers: { artifacts: 1 } });
  });

  test('a reload in the middle comes back to the same cell, output and view', async () => {
    const page = await open();
    await page.press('j');
    await page.page.locator('.cell-nav b', { hasText: '2' }).waitFor();
    await page.press('ArrowRight', 's');
    await page.page.locator('[role=slider]').waitFor();
    expect(await current(page)).toBe('Output B');
    await page.reload();
    await page.page.locator('[role=slider]').waitFor();
    expect(await page.page.locator('.cell-nav b').innerText()).toBe('2');
    expect(await current(page)).toBe('Output B');
  });

  test('Tab goes from output to output and on to the scores: no trap', async () => {
    const page = await open();
    const stops: string[] = [];
    for (let stop = 0; stop < 6; stop++) {
      stops.push(await page.page.evaluate(() => document.activeElement?.getAttribute('data-output') ?? document.activeElement?.closest('[role=radiogroup]')?.getAttribute('aria-label') ?? 'elsewhere'));
      await page.press('Tab');
    }
    expect(stops).toEqual(['A', 'B', 'C', 'D', 'Identity preservation', 'Edit quality']);
    expect(await current(page)).toBe('Output D');
    await page.press('Escape');
    expect(await page.page.evaluate(() => document.activeElement?.getAttribute('data-output'))).toBe('D');
  });

  test('held, Space shows the source in place; let go, the output comes back', async () => {
    const page = await open();
    const letter = () => page.page.locator('.solo .letter').first().innerText();
    await page.press('Enter');
    await page.page.locator('.solo').waitFor();
    expect(await letter()).toBe('A');
    await page.page.keyboard.down('Space');
    await expect.poll(letter).toBe('Source');
    await page.page.keyboard.up('Space');
    await expect.poll(letter).toBe('A');
  });

  test('undecided pairs are voted on by keyboard, blind, each vote on the disk before the next pair', async () => {
    const page = await open({ ...small, models: ['base', 'face-keep'] });
    for (let output = 1; output <= 8; output++) {
      await page.press('4', '4', 'y', '0');
      await page.rated(output);
    }
    await page.page.getByRole('heading', { name: 'All 8 outputs are rated' }).waitFor();
    await page.press('v');
    await page.page.getByText('0 of at most 60 votes · 1 pair open').waitFor();
    await page.page.keyboard.down('Space');
    await expect.poll(() => page.page.locator('.vote-stage .letter').allInnerTexts()).toEqual(['Source', 'Source', 'Source']);
    await page.page.keyboard.up('Space');
    await page.press('ArrowLeft');
    await page.page.getByText('1 of at most 60 votes').waitFor();
    await page.press('3');
    await page.page.getByText('2 of at most 60 votes').waitFor();
    await page.press('u');
    await page.page.getByText('1 of at most 60 votes').waitFor();
    const html = await page.page.content();
    for (const model of ['face-keep', 'secret-lab', 'results/']) expect(html.includes(model), model).toBe(false);
    expect((await ratings(page)).votes.map(({ choice }) => choice)).toEqual(['left', 'tie', null]);
    await page.press('Escape');
    await page.page.getByRole('heading', { name: 'All 8 outputs are rated' }).waitFor();
    expect(page.violations).toEqual([]);
  });

  test('keys can be bound anew: the new one acts, the old one does not, and buttons say which', async () => {
    const page = await open(small, { keys: { yes: ['e'], flip: ['i'], nothing: ['q'] } });
    await page.press('y');
    await page.press('e');
    await page.page.locator('.toast', { hasText: 'same character set to yes' }).waitFor();
    expect((await ratings(page)).ratings).toHaveLength(1);
    expect(await page.page.getByRole('radio', { name: 'Yes E' }).count()).toBe(1);
    await page.press('i');
    await page.page.locator('.single.flip').waitFor();
  });

  test('blink shows source and output in turn, in place', async () => {
    const page = await open();
    await page.press('i');
    const letter = () => page.page.locator('.solo .letter').first().innerText();
    await expect.poll(letter, { timeout: 5000 }).toBe('Source');
    await expect.poll(letter, { timeout: 5000 }).toBe('A');
  });

  test('hidden checks are rated like all others, and what they showed is told at the end', async () => {
    const page = await open({ ...small, pictures: 2 }, { evaluation: { review: { anchors: 2, repeats: 0.25 } } });
    const total = Number(await page.page.getByRole('progressbar').getAttribute('aria-valuemax'));
    expect(total).toBe(16 + 2 + 4);
    for (let output = 1; output <= total; output++) {
      await page.press('2', '2', 'n', '1');
      await page.rated(output);
    }
    await page.page.getByRole('heading', { name: `All ${total} outputs are rated` }).waitFor();
    expect(await page.page.locator('.facts').innerText()).toMatch(/1 of 2\s+Hidden anchors|Hidden anchors\s+1 of 2/);
    const read = await ratings(page);
    expect(new Set(read.ratings.filter(({ repeat }) => repeat).map(({ generationId }) => generationId)).size).toBe(4);
  });

  test('rated in another window: a banner says so, and one press rates here again', async () => {
    const page = await open();
    const { generation } = page.model.cells[0]!.outputs[0]!;
    await appendLines(page.ratings, [makeRating(generation, { identity: 5 })]);
    await page.model.noticeFile();
    await page.page.getByText('Rated in another window').first().waitFor();
    await page.press('2');
    expect((await ratings(page)).ratings).toHaveLength(1);
    await page.page.getByRole('button', { name: 'Rate here instead' }).click();
    await page.page.getByRole('button', { name: 'Rate here instead' }).waitFor({ state: 'detached' });
    await page.press('2');
    await page.page.locator('.saved').waitFor();
    expect((await ratings(page)).ratings).toHaveLength(2);
  });

  test('a state that comes of itself while an answer is saved does not let the next key act too early', async () => {
    const page = await open(small, { hostDelay: 150 });
    await page.press('4');
    for (let time = 0; time < 3; time++) {
      // What a finished measurement does: the state as it is now, before the answer is saved.
      await page.page.evaluate((state) => dispatchEvent(new MessageEvent('message', { data: { type: 'state', state } })), { ...page.model.state(), replied: page.model.replied ?? 0 } as unknown as Record<string, unknown>);
    }
    await page.press('5', 'y', '0');
    await page.rated(1);
    const rated = page.model.cells[0]!.outputs.map((output) => page.model.ratingOf(output)).filter((rating) => rating !== undefined);
    expect(rated.map((rating) => rating.answers)).toEqual([{ identity: 4, edit: 5, same: true, artifacts: 0 }]);
  });

  test.runIf(process.env.EVALMARK_SCREENSHOTS)('screenshots of votes, blink and the banner in three themes', async () => {
    for (const theme of Object.keys(themes) as Theme[]) {
      const page = await open({ ...small, models: ['base', 'face-keep'] }, { theme });
      const shoot = async (name: string) => {
        await page.page.waitForTimeout(500);
        await page.page.screenshot({ path: `${process.env.EVALMARK_SCREENSHOTS === '1' ? '/tmp' : process.env.EVALMARK_SCREENSHOTS}/compare-${name}-${theme}.png` });
      };
      await page.press('i');
      await shoot('blink');
      await page.press('Escape');
      for (let output = 1; output <= 8; output++) {
        await page.press('4', '4', 'y', '0');
        await page.rated(output);
      }
      await page.page.getByRole('heading', { name: 'All 8 outputs are rated' }).waitFor();
      await shoot('done');
      await page.press('v');
      await page.page.getByText('0 of at most 60 votes').waitFor();
      await shoot('vote');
      await compare?.close();
      compare = undefined;
    }
  });

  test('every control has a name, and the current output and states are not told by colour alone', async () => {
    const page = await open();
    await page.press('3');
    await page.page.locator('.toast').waitFor();
    const nameless = await page.page.locator('button, [role=slider], [role=progressbar], [role=radiogroup], [role=toolbar]').evaluateAll((nodes) =>
      nodes.filter((node) => !(node.getAttribute('aria-label') ?? node.textContent ?? '').trim()).map((node) => node.outerHTML.slice(0, 80)),
    );
    expect(nameless).toEqual([]);
    expect(await page.page.locator('[data-output=A]').getAttribute('aria-label')).toBe('Output A, identity preservation 3');
    expect(await page.page.locator('[data-cell="0"]').getAttribute('aria-label')).toBe('Cell 1, partly rated, 0 of 4, current');
    expect(await page.page.locator('[data-cell="1"]').getAttribute('aria-label')).toBe('Cell 2, not rated');
  });
});
