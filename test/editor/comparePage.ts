import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { Evaluation } from '../../src/core/evaluation/evaluation';
import type { ReviewOutput } from '../../src/core/review/session';
import { compareHtml } from '../../src/extension/panels/compareHtml';
import { CompareModel } from '../../src/extension/panels/compareModel';
import type { HostMessage, WebviewMessage } from '../../src/webviews/compare/contract';
import { makeEvaluation } from '../unit/core/review/study';
import { drawStudy, type StudyOptions } from './compareStudy';
import { themes, type Theme } from './panelThemes';

/** The browser that pages are tested in; absent on machines without one. */
export const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));

/** The real compare panel in a real browser, with its real host side, but without the editor around it. */
export class ComparePage {
  readonly sent: HostMessage[] = [];
  readonly received: WebviewMessage[] = [];
  readonly violations: string[] = [];

  private constructor(
    readonly page: Page,
    readonly model: CompareModel,
    readonly folder: string,
    readonly outputs: readonly ReviewOutput[],
    private readonly browser: Browser,
  ) {}

  get ratings(): string {
    return path.join(this.folder, 'ratings.jsonl');
  }

  static async open(study: StudyOptions, options: { readonly width?: number; readonly height?: number; readonly theme?: Theme; readonly hostDelay?: number; readonly evaluation?: Partial<Evaluation>; readonly keys?: Readonly<Record<string, readonly string[]>> } = {}): Promise<ComparePage> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    const outputs = await drawStudy(folder, study);
    await mkdir(path.join(folder, 'dist'), { recursive: true });
    await build({ entryPoints: ['src/webviews/compare/main.ts'], bundle: true, format: 'iife', target: 'chrome128', outfile: path.join(folder, 'dist/compare.js'), logLevel: 'error' });
    const browser = await chromium.launch({ ...(browserPath && { executablePath: browserPath }), args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ viewport: { width: options.width ?? 1440, height: options.height ?? 900 } });
    const opened: { compare?: ComparePage } = {};
    const model = await CompareModel.open(
      {
        evaluation: makeEvaluation(study.models, { name: 'Portraits', failureModes: ['Edit ignored', 'Wrong angle', 'Different face', 'Hair changed', 'Anatomy', 'Background changed', 'Blurred'], ...options.evaluation }),
        ...(options.keys && { keys: options.keys }),
        outputs, ratingsPath: path.join(folder, 'ratings.jsonl'), rater: 'tester', focus: undefined, restore: { plan: '/plan/tasks.md', token: 'token' },
      },
      {
        log: { debug() {}, info() {}, warn() {}, error() {} }, now: () => new Date(), confirmReveal: async () => true, openRatings() {}, close() {},
        post: (message) => void opened.compare?.post(message),
      },
    );
    if (!model.ok) throw new Error(model.failure.message);
    const compare = new ComparePage(page, model.value, folder, outputs, browser);
    opened.compare = compare;
    await compare.load(options.theme ?? 'dark', options.hostDelay ?? 0);
    return compare;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Waits until the panel shows that this many outputs are rated. */
  async rated(count: number): Promise<void> {
    await this.page.locator(`[role=progressbar][aria-valuenow="${count}"]`).waitFor({ state: 'attached' });
  }

  /** Reloads the page, as the editor does with a hidden panel. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.page.locator('[aria-current=true]').first().waitFor();
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async load(theme: Theme, hostDelay: number): Promise<void> {
    const { page, folder } = this;
    page.on('console', (message) => message.type() === 'error' && this.violations.push(message.text()));
    page.on('pageerror', (error) => this.violations.push(String(error)));
    await page.exposeFunction('toHost', (message: WebviewMessage) => {
      this.received.push(message);
      if (hostDelay > 0 && message.type !== 'picture') setTimeout(() => void this.model.handle(message), hostDelay);
      else void this.model.handle(message);
    });
    await page.addInitScript(() => {
      const globals = globalThis as unknown as Record<string, unknown>;
      globals.acquireVsCodeApi = () => ({
        postMessage: (message: unknown) => (globals.toHost as (message: unknown) => void)(message),
        getState: () => (JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown) ?? undefined,
        setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
      });
    });
    await page.route('http://panel.test/**', async (route) => {
      const name = new URL(route.request().url()).pathname;
      if (name === '/') {
        const html = compareHtml({ script: '/compare.js', style: '/compare.css', cspSource: 'http://panel.test', nonce: 'abc' });
        const body = html.replace('<body>', `<body class="${themes[theme].className}">`).replace('<link', `<style nonce="abc">html{${themes[theme].variables}}</style><link`);
        await route.fulfill({ contentType: 'text/html', body });
      } else if (name === '/compare.js' || name === '/compare.css') {
        await route.fulfill({ contentType: name.endsWith('.js') ? 'text/javascript' : 'text/css', body: await readFile(path.join(folder, 'dist', name)) });
      } else {
        await route.fulfill({ status: 404, body: '' });
      }
    });
    await page.goto('http://panel.test/');
  }

  private async post(message: HostMessage): Promise<void> {
    this.sent.push(message);
    const plain = message.type === 'picture' ? { ...message, bytes: Buffer.from(message.bytes).toString('base64') } : message;
    await this.page
      .evaluate((received) => {
        const data = received.type === 'picture' ? { ...received, bytes: Uint8Array.from(atob(received.bytes as unknown as string), (character) => character.charCodeAt(0)) } : received;
        dispatchEvent(new MessageEvent('message', { data }));
      }, plain as unknown as HostMessage)
      .catch(() => undefined);
  }
}
