import { mkdtemp, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { listPictures } from '../../src/core/images/listPictures';
import { PictureBoard } from '../../src/core/images/pictureBoard';
import { parseNamePattern } from '../../src/core/images/pictureName';
import { drawCharacters } from '../../src/core/images/placeholderCharacters';
import { closedPanelHtml } from '../../src/extension/panels/closedPanelHtml';
import { PicturesModel } from '../../src/extension/panels/picturesModel';
import type { HostMessage, WebviewMessage } from '../../src/webviews/pictures/contract';
import { scene } from '../unit/core/images/samplePictures';
import { PanelInBrowser, type PanelView } from './panelInBrowser';

export interface PicturesPageOptions extends PanelView {
  /** Makes the pictures that are chosen at the start; gives their absolute paths. */
  pictures?(folder: string): Promise<readonly string[]>;
  readonly wanted?: number;
  readonly thresholds?: { minimumPictureSide: number; minimumSharpness: number };
}

/** The real picture panel in a real browser, with its real host side and real pictures, but without the editor around it. */
export class PicturesPage {
  readonly opened: string[] = [];
  /** What the next file dialog answers. */
  chosen: readonly string[] = [];
  finished = false;

  private constructor(
    private readonly panel: PanelInBrowser<HostMessage, WebviewMessage>,
    readonly folder: string,
    readonly model: PicturesModel,
  ) {}

  static async open(options: PicturesPageOptions = {}): Promise<PicturesPage> {
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'evalmark-')));
    const source = path.join(folder, 'test_data', 'source');
    const storage = path.join(folder, 'storage');
    const log = { debug() {}, info() {}, warn() {}, error: (text: string) => console.error(text) };
    const board = new PictureBoard({ folder: source, storage, inFolder: () => listPictures(source) }, { log, signal: new AbortController().signal, wrote() {}, progress() {} });
    const files = (await options.pictures?.(folder)) ?? [];
    const waiting = files.filter((file) => path.dirname(file) !== source);
    if (waiting.length > 0) await board.add(waiting);
    const pattern = parseNamePattern('test_01.png');
    const made: { page?: PicturesPage } = {};
    const panel = await PanelInBrowser.open<HostMessage, WebviewMessage>({ name: 'pictures', folder, html: closedPanelHtml, ...options, receive: (message) => void made.page?.model.handle(message) });
    const thresholds = options.thresholds ?? { minimumPictureSide: 512, minimumSharpness: 60 };
    const model = new PicturesModel(
      { planPath: path.join(folder, 'tasks.md'), folder: 'test_data/source', wanted: options.wanted ?? 5, pattern: pattern.ok ? pattern.value : undefined, thumbnails: path.join(storage, 'thumbnails') },
      board,
      {
        log,
        post: (message) => void panel.post(message),
        settings: () => thresholds,
        chooseFiles: async () => made.page?.chosen ?? [],
        openFile: (file) => void made.page?.opened.push(file),
        openThresholds: () => void made.page?.opened.push('thresholds'),
        done: () => made.page && (made.page.finished = true),
      },
    );
    const opened = new PicturesPage(panel, folder, model);
    made.page = opened;
    await panel.load();
    await panel.page.locator('.card, .empty').first().waitFor();
    return opened;
  }

  get page(): Page {
    return this.panel.page;
  }

  get violations(): readonly string[] {
    return this.panel.violations;
  }

  press(...keys: readonly string[]): Promise<void> {
    return this.panel.press(...keys);
  }

  /** Names in the order in which they stand. */
  async names(): Promise<readonly string[]> {
    await this.model.settled();
    return this.page.locator('.card .name').allInnerTexts();
  }

  /** Drops content onto the page, as the system's file manager does. */
  async drop(name: string, content: Buffer): Promise<void> {
    await this.page.evaluate(
      ([file = '', base64 = '']) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], file));
        for (const type of ['dragenter', 'drop']) dispatchEvent(new DragEvent(type, { dataTransfer: data, cancelable: true }));
      },
      [name, content.toString('base64')],
    );
  }

  picture(name: string): Promise<void> {
    return this.panel.picture(name);
  }

  async close(): Promise<void> {
    await this.panel.close();
    await this.model.settled();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Two that pass, one dark, one soft and small, one that is the first again. */
export async function mixedPictures(folder: string): Promise<readonly string[]> {
  const drawn = await drawCharacters(path.join(folder, 'given'), 3);
  if (!drawn.ok) throw new Error(drawn.failure.message);
  const [first = '', second = '', third = ''] = drawn.value.map(({ file }) => file);
  const dark = path.join(folder, 'given', 'night.png');
  const soft = path.join(folder, 'given', 'soft.jpg');
  const again = path.join(folder, 'given', 'again.jpg');
  await sharp(third).linear(0.3, 0).toFile(dark);
  await sharp(await scene(400, 400, 9)).blur(12).jpeg().toFile(soft);
  await sharp(first).resize(700).jpeg({ quality: 70 }).toFile(again);
  return [first, second, dark, soft, again];
}
