import type { Frame, Locator, Page } from 'playwright-core';
import { afterEach, expect, vi } from 'vitest';
import type { Editor } from './editor';

type View = 'Plan' | 'Runs' | 'Environment';

/** A row of an Evalmark tree by the beginning of its accessible name: "Write hello, to do". */
export function treeRow(editor: Editor, name: string, view: View = 'Plan'): Locator {
  const pane = editor.page.locator('.pane').filter({ has: editor.page.locator(`.pane-header[aria-label^="${view}"]`) });
  return pane.locator(`.monaco-list-row[aria-label^="${name.replaceAll('"', '\\"')}"]`).first();
}

/**
 * Presses a button that a row shows when the pointer is on it.
 * @param shows what comes of it: pressed again while it does not, for a press on a row that is just drawn can be lost
 */
export async function pressInline(row: Locator, title: string, shows?: Locator): Promise<void> {
  // The tree draws its rows anew while runs go on, which can take a button from under the pointer.
  await vi.waitFor(
    async () => {
      if (shows && (await shows.isVisible())) return;
      await leaveRows(row.page());
      await row.hover({ timeout: 3_000 });
      await row.locator(`.actions a.action-label[aria-label^="${title}"]`).first().click({ timeout: 3_000 });
      await shows?.waitFor({ timeout: 10_000 });
    },
    { timeout: 40_000, interval: 300 },
  );
}

/** Takes the pointer off the tree: the tooltip of the row that it was on lies over the rows below. */
async function leaveRows(page: Page): Promise<void> {
  await page.mouse.move(1200, 500);
  await page.locator('.workbench-hover-container').first().waitFor({ state: 'hidden', timeout: 2_000 }).catch(() => undefined);
}

export async function expand(row: Locator): Promise<void> {
  if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
}

/** Walks the tree that has the row from there to its end with the keyboard, opening everything; gives each row as it is. */
export async function walkTree(editor: Editor, from: Locator): Promise<readonly TreeRow[]> {
  await from.locator('.monaco-icon-label, .label-name').first().click();
  const rows: TreeRow[] = [];
  const tree = editor.page.locator('.monaco-list:focus-within').first();
  const at = (index: number): Locator => tree.locator(`.monaco-list-row[data-index="${index}"]`);
  for (let index = Number(await tree.locator('.monaco-list-row.focused').first().getAttribute('data-index')); ; index++) {
    const row = at(index);
    const level = Number(await row.getAttribute('aria-level'));
    if ((await row.getAttribute('aria-expanded')) === 'false') {
      const before = await heightOfRows(row);
      await editor.page.keyboard.press('ArrowRight');
      await expect.poll(() => heightOfRows(row)).toBeGreaterThan(before);
    }
    const hasBox = (await row.locator('.custom-view-tree-node-item-checkbox').count()) > 0;
    rows.push({ name: (await row.getAttribute('aria-label')) ?? '', level, hasBox });
    if ((index + 1) * (await row.evaluate((element) => (element as HTMLElement).offsetHeight)) >= (await heightOfRows(row))) return rows;
    await editor.page.keyboard.press('ArrowDown');
    await tree.locator(`.monaco-list-row.focused[data-index="${index + 1}"]`).waitFor();
  }
}

/** A row of a view that is too low for all its rows: those below the edge are not drawn. */
export async function scrolledTo(editor: Editor, name: string, view: View): Promise<Locator> {
  const row = treeRow(editor, name, view);
  const pane = editor.page.locator('.pane').filter({ has: editor.page.locator(`.pane-header[aria-label^="${view}"]`) });
  await pane.locator('.monaco-list').first().hover();
  await expect.poll(async () => {
    await editor.page.mouse.wheel(0, 40);
    return row.isVisible();
  }, { timeout: 30_000 }).toBe(true);
  return row;
}

/** Rows that are far away are not drawn, but the list is as high as all of them. */
function heightOfRows(row: Locator): Promise<number> {
  return row.evaluate((element) => element.closest<HTMLElement>('.monaco-list-rows')?.offsetHeight ?? 0);
}

export interface TreeRow {
  readonly name: string;
  readonly level: number;
  readonly hasBox: boolean;
}

/** Text of the lines that the editor shows, with ordinary blanks. */
export async function shownText(editor: Editor): Promise<string> {
  const lines = await editor.page.locator('.editor-instance .view-lines').first().locator('.view-line').allInnerTexts();
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

/** The frame of the panel that holds an element, once it is there. */
export async function panelFrame(editor: Editor, selector: string): Promise<Frame> {
  const holding = async (): Promise<Frame | undefined> => {
    for (const frame of editor.page.frames()) if (frame !== editor.page.mainFrame() && (await frame.locator(selector).count().catch(() => 0)) > 0) return frame;
    return undefined;
  };
  await expect.poll(async () => (await holding()) !== undefined, { timeout: 60_000 }).toBe(true);
  const found = await holding();
  if (!found) throw new Error(`No panel has ${selector}`);
  return found;
}

export function statusItem(editor: Editor, id: string): Locator {
  return editor.page.locator(`.statusbar-item[id="evalmark.evalmark.${id}"]`);
}

export function notification(editor: Editor, text: string): Locator {
  return editor.page.locator('.notification-toast, .notifications-center .notification-list-item').filter({ hasText: text }).first();
}

/** Makes room for the tree's descriptions, as in the mockups. */
export async function widenSideBar(editor: Editor, width = 420): Promise<void> {
  const sash = editor.page.locator('.part.sidebar');
  const box = await sash.boundingBox();
  if (!box) return;
  const edge = box.x + box.width + 1;
  await editor.page.mouse.move(edge, 450);
  await editor.page.mouse.down();
  await editor.page.mouse.move(box.x + width, 450, { steps: 5 });
  await editor.page.mouse.up();
  await editor.page.mouse.move(box.x + width + 300, 450);
}

/** Leaves a picture of the editor and its log behind each test that fails. */
export function pictureFailures(editor: () => Editor | undefined): void {
  afterEach(async ({ task }) => {
    const open = editor();
    if (task.result?.state !== 'fail' || !open) return;
    await open.screenshot(`failed-${task.name.replace(/[^a-z0-9]+/gi, '-').slice(0, 60)}`);
    console.log(await open.log());
  });
}
