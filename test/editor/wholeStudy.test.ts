import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256Of } from '../../src/core/evaluation/generations';
import { currentRatings } from '../../src/core/review/currentRating';
import { readRatings, type RatingsFile } from '../../src/core/review/ratingsFile';
import { reviewCells, sessionOf, type ReviewOutput } from '../../src/core/review/session';
import { secretsIn, watched, watchPanels, type Watched } from './blindWatch';
import { Editor, takesScreenshots } from './editor';
import { panelFrame, pictureFailures, treeRow } from './page';
import { studyWorkspace } from './studyWorkspace';
import type { Workspace } from './workspaces';

// Slow on purpose: the whole study of the issue, 160 outputs and more than 640 answers, each by a key in the real editor.
const models = ['plain-base', 'face-keeper', 'camera-turner', 'relighter'];
const edits = [
  ['left', 'angle', 'Turn the camera to the left'], ['right', 'angle', 'Turn the camera to the right'],
  ['above', 'angle', 'Look from above'], ['dusk', 'lighting', 'Warm evening light'],
  ['noon', 'lighting', 'Hard light at noon'], ['forest', 'background', 'Put the person into a forest'],
  ['studio', 'background', 'Put the person into a plain studio'], ['oil', 'style', 'Paint it in oil'],
].map(([id = '', kind = '', prompt = '']) => ({ id, kind, prompt }));
const total = 5 * edits.length * models.length;
/** Models, where they come from, where their outputs lie, and what is embedded in those. */
const hidden = [...models, 'secret-lab', 'results/', 'ImageDescription'];

let workspace: Workspace;
let outputs: readonly ReviewOutput[];
let editor: Editor;
pictureFailures(() => editor);

beforeAll(async () => {
  ({ workspace, outputs } = await studyWorkspace({ models, edits, pictures: 5, width: 192, height: 240 }));
  editor = await Editor.open({ workspace: workspace.folder, settings: { 'evalmark.commit.after': 'off' } });
  await editor.showEvalmark();
  await treeRow(editor, '1.1 Quality Review').waitFor({ timeout: 60_000 });
  await watchPanels(editor.page, hidden);
}, 180_000);

afterAll(async () => {
  await editor?.close();
  await workspace?.remove();
});

/** What a person sees of the session. */
interface Seen {
  readonly cell: number;
  readonly letter: string;
  readonly question: string;
  readonly mode: string;
  readonly done: boolean;
}

const see = (frame: Frame): Promise<Seen> =>
  frame.evaluate(() => {
    const text = (selector: string): string => document.querySelector<HTMLElement>(selector)?.innerText.trim() ?? '';
    return {
      cell: Number(text('.cell-nav b')), letter: text('aside h2').replace('Output ', ''), question: text('.field.now h3'),
      mode: document.querySelector('[data-mode][aria-checked=true]')?.getAttribute('data-mode') ?? '', done: text('.done h1').startsWith('All '),
    };
  });

/** Waits until the screen shows something else than before. */
async function changed(frame: Frame, before: Seen): Promise<Seen> {
  let now = before;
  await expect.poll(async () => JSON.stringify((now = await see(frame))), { interval: 5, timeout: 20_000 }).not.toBe(JSON.stringify(before));
  return now;
}

/** The key for the question on the screen: some opinion that follows from what stands there. */
function keyFor({ cell, letter, question }: Seen): string {
  const opinion = cell * 7 + letter.charCodeAt(0) * 3;
  if (question.startsWith('Identity')) return String(1 + (opinion % 5));
  if (question.startsWith('Edit')) return String(1 + ((opinion * 3) % 5));
  if (question.startsWith('Same')) return opinion % 3 === 0 ? 'n' : 'y';
  return String(opinion % 4);
}

/** By cell and letter, what was pressed for each question. */
const pressed = new Map<string, Map<string, string>>();

async function answer(frame: Frame, seen: Seen): Promise<Seen> {
  const key = keyFor(seen);
  await editor.page.keyboard.press(key);
  const place = `${seen.cell}${seen.letter}`;
  pressed.set(place, (pressed.get(place) ?? new Map<string, string>()).set(seen.question, key));
  return changed(frame, seen);
}

async function rateUntil(frame: Frame, isOver: (seen: Seen) => boolean): Promise<Seen> {
  let seen = await see(frame);
  while (!isOver(seen)) {
    const next = await answer(frame, seen);
    if (next.cell !== seen.cell) expect(await secretsIn(frame, hidden)).toEqual([]);
    seen = next;
  }
  return seen;
}

async function ratings(): Promise<RatingsFile> {
  const read = await readRatings(path.join(path.dirname(workspace.plan), 'ratings.jsonl'));
  if (!read.ok) throw new Error(read.failure.message);
  return read.value;
}

const told: Watched[] = [];
async function openCompare(): Promise<Frame> {
  await editor.runCommand('Evalmark: Compare and Score Outputs');
  return panelFrame(editor, 'main[aria-label="Compare outputs"]:not(.waiting)');
}

it('a whole study is rated by keyboard alone: half of it, then one answer is undone', async () => {
  const frame = await openCompare();
  await editor.screenshotIfWanted('study-begin-dark');
  const reached = await rateUntil(frame, ({ cell, letter, question }) => cell === 20 && letter === 'C' && question.startsWith('Same'));

  await editor.page.keyboard.press('u');
  const undone = await changed(frame, reached);
  expect(undone).toMatchObject({ cell: 20, letter: 'C', question: 'Edit quality' });
  const { ratings: lines } = await ratings();
  expect(lines.at(-1)?.answers).toEqual({ edit: null });
  await answer(frame, undone);
  told.push(await watched(frame));
}, 240_000);

it('a reload of the window in the middle brings the panel back to the same cell, output and view', async () => {
  const frame = await panelFrame(editor, '.cell-nav');
  await editor.page.keyboard.press('s');
  await expect.poll(() => see(frame)).toMatchObject({ cell: 20, letter: 'C', mode: 'slider' });
  await editor.reloadWindow();
  const again = await panelFrame(editor, '.cell-nav');
  await expect.poll(() => see(again), { timeout: 60_000 }).toMatchObject({ cell: 20, letter: 'C', mode: 'slider', question: 'Same character' });
  expect(await secretsIn(again, hidden)).toEqual([]);
  // The editor gives the focus back to what had it; a person clicks where the pictures are otherwise.
  await again.locator('[data-output=C]').first().focus();
  await editor.page.keyboard.press('Escape');
  await expect.poll(() => see(again)).toMatchObject({ mode: 'grid' });
}, 120_000);

it.runIf(takesScreenshots)('looks like its mockups in three themes and at 200 %', async () => {
  const folder = path.join(workspace.folder, '.vscode');
  for (const [name, theme] of [['light', 'Default Light Modern'], ['hc', 'Default High Contrast'], ['dark', 'Default Dark Modern']] as const) {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'settings.json'), JSON.stringify({ 'workbench.colorTheme': theme }));
    await editor.page.waitForTimeout(2500);
    await editor.screenshot(`study-grid-${name}`);
  }
  await editor.page.setViewportSize({ width: 720, height: 450 });
  await editor.page.waitForTimeout(1500);
  await editor.screenshot('study-grid-200');
  await editor.page.setViewportSize({ width: 1440, height: 900 });
}, 60_000);

it('the rest is rated, every answer lies in the file with the hash of its output, and nothing named a model', async () => {
  const frame = await panelFrame(editor, '.cell-nav');
  await rateUntil(frame, ({ done }) => done);
  told.push(await watched(frame));
  for (const { messages, bytes, found } of told) {
    expect(found).toEqual([]);
    expect(messages).toBeGreaterThan(100);
    expect(bytes).toBeGreaterThan(1e5);
  }
  expect(await secretsIn(frame, hidden)).toEqual([]);
  expect((await editor.page.locator('.tabs-container').allInnerTexts()).join()).not.toMatch(new RegExp(models.join('|')));

  const file = await ratings();
  expect(file.brokenLines).toEqual([]);
  expect(file.sessions).toHaveLength(1);
  // One answer was given, taken back and given again.
  expect(file.ratings).toHaveLength(total * 4 + 2);
  const hashes = new Map(await Promise.all(outputs.map(async ({ generation, outputPath }) => [generation.id, await sha256Of(outputPath)] as const)));
  const { current, setAside } = currentRatings(file.ratings, (id) => hashes.get(id));
  expect(setAside).toEqual([]);
  expect(current).toHaveLength(total);
  const byId = new Map(current.map((rating) => [rating.generationId, rating]));
  const cells = reviewCells(outputs, sessionOf(file, current[0]!.rater)!.seed);
  cells.forEach((cell, index) =>
    cell.outputs.forEach(({ generation }, place) => {
      const keys = pressed.get(`${index + 1}${String.fromCharCode(65 + place)}`)!;
      const { answers } = byId.get(generation.id)!;
      expect([String(answers.identity), String(answers.edit), answers.same === true ? 'y' : 'n', String(answers.artifacts)]).toEqual([...keys.values()]);
    }),
  );
}, 240_000);

it('closed and opened again it shows the finished session, and reveals the models once a person agrees', async () => {
  await editor.runCommand('View: Close Editor');
  const frame = await openCompare();
  await frame.locator('.done h1').waitFor();
  await editor.screenshotIfWanted('study-done-dark');
  expect(await secretsIn(frame, hidden)).toEqual([]);
  await frame.locator('.done').focus();
  await editor.page.keyboard.press('r');
  await editor.page.getByRole('button', { name: 'Reveal', exact: true }).waitFor();
  expect((await ratings()).reveals).toEqual([]);
  await editor.page.keyboard.press('Enter');
  for (const model of models) await frame.getByText(model).first().waitFor();
  const file = await ratings();
  expect(file.reveals).toHaveLength(1);
  expect(file.sessions).toHaveLength(1);
  expect(await readFile(workspace.plan, 'utf8')).toContain('- [ ] Review all generated images');
});
