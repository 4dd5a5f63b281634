import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { PanelAddresses } from '../../src/extension/panels/panelPage';
import { themes, type Theme } from './panelThemes';

/** The browser that pages are tested in; absent on machines without one. */
export const browserPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));

export interface PanelView {
  readonly theme?: Theme;
  /** Of the place for the panel, in pixels of the screen. */
  readonly width?: number;
  readonly height?: number;
  /** What the editor is zoomed by: at 2 the page has half the pixels in each direction. */
  readonly zoom?: number;
}

export interface PanelInBrowserOptions<ToHost> extends PanelView {
  /** Of the panel's room in `src/webviews`. */
  readonly name: string;
  /** Where its bundle may be put. */
  readonly folder: string;
  html(addresses: PanelAddresses): string;
  receive(message: ToHost): void;
}

/**
 * A panel's own page in a real browser, with a bridge to its host in place of the editor's: messages go both ways, pictures as
 * bytes, and what the panel keeps outlives a reload. The theme is the editor's own.
 */
export class PanelInBrowser<ToPanel extends object, ToHost> {
  readonly sent: ToPanel[] = [];
  /** What the page was refused or what broke in it. */
  readonly violations: string[] = [];
  readonly requested: string[] = [];

  private constructor(readonly page: Page, private readonly browser: Browser, private readonly options: PanelInBrowserOptions<ToHost>) {}

  static async open<ToPanel extends object, ToHost>(options: PanelInBrowserOptions<ToHost>): Promise<PanelInBrowser<ToPanel, ToHost>> {
    const { name, folder, width = 1440, height = 900, zoom = 1 } = options;
    await mkdir(path.join(folder, 'dist'), { recursive: true });
    await build({ entryPoints: [`src/webviews/${name}/main.ts`], bundle: true, format: 'iife', target: 'chrome128', outfile: path.join(folder, 'dist', `${name}.js`), logLevel: 'error' });
    const browser = await chromium.launch({ ...(browserPath && { executablePath: browserPath }), args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ viewport: { width: Math.round(width / zoom), height: Math.round(height / zoom) }, deviceScaleFactor: zoom });
    return new PanelInBrowser<ToPanel, ToHost>(page, browser, options);
  }

  /** Loads the page; from here on it may ask its host. */
  async load(): Promise<void> {
    const { page } = this;
    page.on('console', (message) => message.type() === 'error' && this.violations.push(message.text()));
    page.on('pageerror', (error) => this.violations.push(String(error)));
    page.on('request', (request) => this.requested.push(request.url()));
    await page.exposeFunction('toHost', (message: ToHost) => this.options.receive(message));
    await page.addInitScript(() => {
      const globals = globalThis as unknown as Record<string, unknown>;
      globals.acquireVsCodeApi = () => ({
        postMessage: (message: unknown) => (globals.toHost as (message: unknown) => void)(message),
        getState: () => (JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown) ?? undefined,
        setState: (state: unknown) => sessionStorage.setItem('state', JSON.stringify(state)),
      });
    });
    await page.route(`${origin}/**`, async (route) => {
      const name = new URL(route.request().url()).pathname;
      const body = await this.file(name);
      await route.fulfill(body === undefined ? { status: 404, body: '' } : { contentType: types[path.extname(name)] ?? 'text/html', body });
    });
    await page.goto(`${origin}/`);
  }

  /** Gives the page a message as the editor does: bytes arrive as bytes. */
  async post(message: ToPanel): Promise<void> {
    this.sent.push(message);
    const entries = Object.entries(message).map(([name, value]) => [name, value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : (value as unknown)]);
    await this.page
      .evaluate((plain) => {
        const bytesOf = (value: unknown): Uint8Array | undefined => {
          const { base64 } = (value ?? {}) as { readonly base64?: unknown };
          return typeof base64 === 'string' ? Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) : undefined;
        };
        const data = Object.fromEntries(Object.entries(plain).map(([name, value]) => [name, bytesOf(value) ?? value]));
        dispatchEvent(new MessageEvent('message', { data }));
      }, Object.fromEntries(entries) as Record<string, unknown>)
      // The page may be gone already, which is for the test to notice.
      .catch(() => undefined);
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Kept only where a person asked for pictures to look at. */
  async picture(name: string): Promise<void> {
    if (process.env.EVALMARK_SCREENSHOTS !== '1') return;
    await mkdir('.evalmark/screenshots', { recursive: true });
    await this.page.waitForTimeout(400);
    await this.page.screenshot({ path: `.evalmark/screenshots/${name}.png` });
  }

  close(): Promise<void> {
    return this.browser.close();
  }

  private async file(name: string): Promise<string | undefined> {
    const { name: room, folder, html, theme = 'dark' } = this.options;
    if (name === `/${room}.js` || name === `/${room}.css`) return readFile(path.join(folder, 'dist', name), 'utf8');
    if (name !== '/') return undefined;
    const { className, variables } = themes[theme];
    const page = html({ script: `/${room}.js`, style: `/${room}.css`, cspSource: origin, nonce: 'abc', title: room });
    // The editor's own style, which the policy of the page must let in.
    return page.replace('<body>', `<body class="${className}">`).replace(`${origin};`, `${origin} 'nonce-abc';`).replace('<link', `<style nonce="abc">html{${variables}}</style><link`);
  }
}

const origin = 'http://panel.test';
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };
