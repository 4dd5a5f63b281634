import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { DecidePage, type DecidePageOptions } from './decidePage';
import { browserPath } from './panelInBrowser';
import { themes, type Theme } from './panelThemes';
import { performDecision } from '../unit/core/report/decisionStudy';

let decide: DecidePage | undefined;
afterEach(async () => {
  expect(decide?.violations ?? []).toEqual([]);
  await decide?.close();
  decide = undefined;
});

async function open(options: DecidePageOptions = {}): Promise<DecidePage> {
  decide = await DecidePage.open(options);
  return decide;
}

describe.runIf(browserPath)('the decision panel', () => {
  test('shows the plan\'s options with their questions, and beside them figures, not judgement', async () => {
    const { page } = await open();
    expect(await page.locator('.card').evaluateAll((cards) => cards.map((card) => card.getAttribute('aria-label')))).toEqual([
      'Option A: Use existing LoRA(s) as-is', 'Option B: Multi-LoRA combination', 'Option C: Custom LoRA training', 'Option D: Hybrid approach',
    ]);
    const first = page.locator('.card').first();
    expect(await first.locator('.facts li').allInnerTexts()).toEqual([
      'Meets every limit: no model',
      'Angles misses: 24.0 GB over 20 GB; 90.0 s per edit over 60 s; same character in 100 % (61–100), at least 70 % is not proven',
      'Base model misses: same character in 50 % (19–81), at least 70 % is not proven',
      'Alone, Angles (rank 1) scores 0.92 ± 0.00 of 1; weak: nowhere',
    ]);
    expect(await first.locator('vscode-text-area').allInnerTexts()).toEqual(['Which model(s)?', 'What gaps remain?']);
    expect(await page.locator('[role=radio][aria-checked=true]').count()).toBe(0);
    expect(await page.locator('.figures').innerText()).toContain('1 Angles; 2 Base model');
    await page.getByText('No option is chosen yet. Nothing is decided for you.').waitFor();
    await page.getByRole('button', { name: 'All figures' }).click();
    await expect.poll(() => decide!.asked).toEqual(['matrix']);
  });

  test('from the first click to the documents: weigh, choose, say why, see the changes, write', async () => {
    const { page, field, read } = { page: (await open()).page, field: (label: string, option?: string) => decide!.field(label, option), read: (file: string) => decide!.read(file) };
    await field('Which model(s)?', 'A').fill('Angles');
    await field('What gaps remain?', 'A').fill('Background light.');
    await page.getByRole('radio', { name: /Use existing/ }).click();
    await page.locator('.chosen-name', { hasText: 'Option A: Use existing LoRA(s) as-is' }).waitFor();
    await field('Rationale').fill('It keeps the face on every angle.');
    await field('Next steps').fill('1. Ship it\n2. Tell them');
    expect(await read('docs/small-results.md')).toBe('');

    await page.locator('vscode-button', { hasText: 'Preview…' }).click();
    const results = page.getByRole('region', { name: 'docs/small-results.md' });
    await results.waitFor({ timeout: 30_000 });
    expect(await page.locator('.file').evaluateAll((files) => files.map((file) => file.getAttribute('aria-label')))).toEqual(['docs/small-results.md', 'STATUS.md', 'tasks.md']);
    expect(await results.locator('.line.added').allInnerTexts()).toEqual(expect.arrayContaining([expect.stringContaining('It keeps the face on every angle.'), expect.stringContaining('2. Tell them')]));
    expect(await page.getByRole('region', { name: 'tasks.md' }).locator('.line.removed').count()).toBeGreaterThan(3);
    expect(await read('docs/small-results.md')).toBe('');

    await page.locator('vscode-button', { hasText: 'Write Decision' }).click();
    await page.locator('.bar.good', { hasText: 'Written into docs/small-results.md, STATUS.md and the plan.' }).waitFor({ timeout: 30_000 });
    expect(await read('docs/small-results.md')).toMatch(/\*\*Option A: Use existing LoRA\(s\) as-is\*\*[^]*It keeps the face on every angle\.[^]*1\. Ship it\n2\. Tell them[^]*\*\*Which model\(s\)\?\*\*\n\nAngles/);
    expect(await read('STATUS.md')).toContain('**Decision**: Option A: Use existing LoRA(s) as-is');
    expect(await read('tasks.md')).toMatch(/- \[x\] \*\*Option A[^]*- \[ \] \*\*Option B[^]*- \[x\] Select optimal approach based on data - Option A\n- \[x\] Document decision rationale\n- \[x\] Identify next steps/);
    await page.getByRole('button', { name: 'Open docs/small-results.md' }).click();
    await expect.poll(() => decide!.asked).toEqual(['docs/small-results.md']);
    await page.keyboard.press('1');
    await page.locator('.card', { hasText: 'weighed' }).first().waitFor();
    expect(await page.locator('.top').innerText()).toContain('All of it is in the documents');
  });

  test('what is typed outlives the window, and is discarded only when the person says so', async () => {
    const { page } = await open();
    await page.locator('body').press('c');
    await page.locator('.chosen-name', { hasText: 'Option C' }).waitFor();
    await decide!.field('Rationale').pressSequentially('Half a thou');
    await decide!.field('Which models to combine?', 'B').fill('Angles and');
    await expect.poll(() => decide!.read('.evalmark/decision-draft.json')).toContain('Angles and');
    await decide!.reload();
    await page.locator('.chosen-name', { hasText: 'Option C' }).waitFor();
    await expect.poll(() => decide!.field('Rationale').inputValue()).toBe('Half a thou');
    expect(await decide!.field('Which models to combine?', 'B').inputValue()).toBe('Angles and');
    await page.locator('vscode-button', { hasText: 'Discard Draft' }).click();
    await page.getByText('No option is chosen yet.').waitFor();
    await expect.poll(() => decide!.field('Rationale').inputValue()).toBe('');
    expect(await decide!.read('.evalmark/decision-draft.json')).toBe('');
  });

  test('works by keys alone', async () => {
    const { page } = await open();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'All keys' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('radio').first().focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('.chosen-name', { hasText: 'Option B' }).waitFor();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-letter'))).toBe('B');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.locator('.chosen-name', { hasText: 'Option D' }).waitFor();
    await decide!.field('Rationale').focus();
    // A letter in a field is a letter.
    await page.keyboard.type('abc 12?');
    await page.locator('.chosen-name', { hasText: 'Option D' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await page.locator('.file').first().waitFor({ timeout: 30_000 });
    await page.keyboard.press('Control+Enter');
    await page.locator('.bar.good', { hasText: 'Written into' }).waitFor({ timeout: 30_000 });
    expect(await decide!.read('docs/small-results.md')).toMatch(/Option D: Hybrid approach[^]*abc 12\?/);
    await page.keyboard.press('Escape');
    await page.getByRole('tab', { name: 'Weigh', selected: true }).waitFor();
  });

  test('goes on from what the document holds, and says which hand edits it will ask about', async () => {
    const { page } = await open({
      prepare: async (workspace) => {
        await performDecision(workspace, { parts: { approach: 'B', rationale: 'Written before.' }, answers: {} });
        const file = path.join(workspace, 'docs/small-results.md');
        await writeFile(file, (await readFile(file, 'utf8')).replace('Written before.', 'Written by hand.'));
      },
    });
    await page.locator('.chosen-name', { hasText: 'Option B' }).waitFor();
    expect(await decide!.field('Rationale').inputValue()).toBe('Written by hand.');
    await decide!.field('Rationale').fill('Another one.');
    await page.keyboard.press('Control+Enter');
    await page.getByText('The section "decision-rationale" of docs/small-results.md was edited by hand. Replace it? You will be asked').waitFor({ timeout: 30_000 });
    await page.locator('vscode-button', { hasText: 'Write Decision' }).click();
    await page.locator('.bar', { hasText: 'What you had edited by hand in the document was kept' }).waitFor({ timeout: 30_000 });
    expect(await decide!.read('docs/small-results.md')).toContain('Written by hand.');
    await page.keyboard.press('Escape');
    expect(await decide!.field('Rationale').inputValue()).toBe('Another one.');
  });

  test('a plan without options takes the approach in words; one without results says that there are no figures', async () => {
    const { page } = await open({
      prepare: async (workspace) => {
        await writeFile(path.join(workspace, 'tasks.md'), '# Small plan\n\n- [ ] Create docs/small-results.md\n- [ ] Select optimal approach based on data\n');
        await writeFile(path.join(workspace, 'evaluation.json'), '{');
      },
    });
    await page.getByText('none yet: nothing has been run and rated').waitFor();
    await decide!.field('Approach').fill('Wait a year.');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { name: 'evaluation.json is not valid JSON' }).waitFor({ timeout: 30_000 });
  });

  test('at 200 % zoom nothing is cut off', async () => {
    const { page } = await open({ zoom: 2 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth && document.querySelector('.view')!.scrollWidth <= document.querySelector('.view')!.clientWidth)).toBe(true);
  });

  test.runIf(process.env.EVALMARK_SCREENSHOTS)('screenshots in three themes', async () => {
    for (const theme of Object.keys(themes) as Theme[]) {
      const { page } = await open({ theme });
      await decide!.field('Which model(s)?', 'A').fill('Angles, at its full strength.');
      await page.getByRole('radio', { name: /Use existing/ }).click();
      await decide!.field('Rationale').fill('It keeps the face on every angle.');
      await page.screenshot({ path: `/tmp/decide-weigh-${theme}.png` });
      await page.keyboard.press('Control+Enter');
      await page.locator('.file').first().waitFor({ timeout: 30_000 });
      await page.waitForTimeout(300);
      await page.screenshot({ path: `/tmp/decide-preview-${theme}.png` });
      await decide?.close();
      decide = undefined;
    }
  });
});
