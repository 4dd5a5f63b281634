import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { readSurvey, writeSurvey, type Candidate, type Survey } from '../../src/core/hub/surveyFile';
import { ok } from '../../src/core/outcome';
import { FilePlanStore } from '../../src/core/plan/planFile';
import { surveyHtml } from '../../src/extension/panels/surveyHtml';
import { SurveyModel, type SurveyHost } from '../../src/extension/panels/surveyModel';
import { CardPictures } from '../../src/extension/panels/surveyPictures';
import type { HostMessage, SurveyState, WebviewMessage } from '../../src/webviews/survey/contract';
import { startHub, type HubRepository, type LoopbackHub } from '../../test_data/make/hub';
import { browserPath } from './comparePage';
import { themes, type Theme } from './panelThemes';
import { planText } from './surveyStudy';

export interface SurveyPageOptions {
  readonly survey: Survey;
  readonly repositories?: Readonly<Record<string, HubRepository>>;
  readonly plan?: string;
  readonly page?: SurveyState['page'];
  readonly width?: number;
  readonly height?: number;
  readonly theme?: Theme;
  readonly now?: Date;
  /** Milliseconds that each message takes to the host. */
  readonly hostDelay?: number;
  readonly host?: Partial<SurveyHost>;
}

/** The real survey panel in a real browser, with its real host side and a Hub on loopback, but without the editor around it. */
export class SurveyPage {
  readonly violations: string[] = [];
  readonly opened: string[] = [];
  readonly requested: string[] = [];
  finished = false;

  private constructor(
    readonly page: Page,
    readonly folder: string,
    readonly hub: LoopbackHub,
    private readonly browser: Browser,
  ) {}

  model!: SurveyModel;

  static async open(options: SurveyPageOptions): Promise<SurveyPage> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    const hub = await startHub({ repositories: options.repositories ?? {} });
    await mkdir(path.join(folder, 'dist'), { recursive: true });
    await writeFile(path.join(folder, 'tasks.md'), options.plan ?? planText);
    await writeSurvey(folder, options.survey);
    await build({ entryPoints: ['src/webviews/survey/main.ts'], bundle: true, format: 'iife', target: 'chrome128', outfile: path.join(folder, 'dist/survey.js'), logLevel: 'error' });
    const browser = await chromium.launch({ ...(browserPath && { executablePath: browserPath }), args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ viewport: { width: options.width ?? 1440, height: options.height ?? 865 } });
    const opened = new SurveyPage(page, folder, hub, browser);
    opened.model = new SurveyModel({ planPath: path.join(folder, 'tasks.md'), page: options.page ?? 'select', signal: new AbortController().signal }, opened.host(options));
    await opened.load(options.theme ?? 'dark', options.hostDelay ?? 0);
    return opened;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async survey(): Promise<Survey> {
    await this.model.settled();
    const read = await readSurvey(this.folder);
    if (!read.ok) throw new Error(read.failure.message);
    return read.value;
  }

  async candidate(repository: string): Promise<Candidate | undefined> {
    return (await this.survey()).candidates.find((candidate) => candidate.repository === repository);
  }

  planText(): Promise<string> {
    return readFile(path.join(this.folder, 'tasks.md'), 'utf8');
  }

  /** The candidate under the cursor, as assistive technology is told. */
  async current(): Promise<string> {
    return (await this.page.locator('.line.current').getAttribute('aria-label')) ?? '';
  }

  async picture(name: string): Promise<void> {
    if (process.env.EVALMARK_SCREENSHOTS !== '1') return;
    await mkdir('.evalmark/screenshots', { recursive: true });
    await this.page.waitForTimeout(400);
    await this.page.screenshot({ path: `.evalmark/screenshots/${name}.png` });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.model.settled();
    await this.hub.dispose();
    await rm(this.folder, { recursive: true, force: true });
  }

  private host(options: SurveyPageOptions): SurveyHost {
    const store = new FilePlanStore(path.join(this.folder, 'tasks.md'), { writeExtendedMarks: () => true });
    const connection = { endpoint: this.hub.endpoint, token: undefined, cacheFolder: path.join(this.folder, 'cache'), offline: false };
    return {
      log: { debug() {}, info() {}, warn() {}, error() {} },
      pictures: new CardPictures(path.join(this.folder, 'pictures'), new AbortController().signal),
      now: () => options.now ?? new Date('2025-11-05T10:12:00Z'),
      post: (message) => void this.post(message),
      plan: async () => {
        const read = await store.read();
        return read.ok ? ok(read.value.plan) : read;
      },
      editPlan: (edits) => store.edit(edits),
      hub: async () => ok(connection),
      askReason: async () => 'not of use here',
      pickCategory: async () => 'identity',
      openExternal: (address) => void this.opened.push(address),
      openDocument: (file) => void this.opened.push(file),
      keepExamples: async (_repository, prompts) => ok(`${prompts.length} kept`),
      refresh: async () => ok(undefined),
      awaits: () => false,
      judged: () => {},
      done: () => (this.finished = true),
      ...options.host,
    };
  }

  private async load(theme: Theme, hostDelay: number): Promise<void> {
    const { page, folder } = this;
    page.on('console', (message) => message.type() === 'error' && this.violations.push(message.text()));
    page.on('pageerror', (error) => this.violations.push(String(error)));
    page.on('request', (request) => this.requested.push(request.url()));
    await page.exposeFunction('toHost', (message: WebviewMessage) => void setTimeout(() => void this.model.handle(message), hostDelay));
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
        const html = surveyHtml({ script: '/survey.js', style: '/survey.css', cspSource: 'http://panel.test', nonce: 'abc' });
        const body = html.replace('<body>', `<body class="${themes[theme].className}">`).replace('http://panel.test;', "http://panel.test 'nonce-abc';").replace('<link', `<style nonce="abc">html{${themes[theme].variables}}</style><link`);
        await route.fulfill({ contentType: 'text/html', body });
      } else if (name === '/survey.js' || name === '/survey.css') {
        await route.fulfill({ contentType: name.endsWith('.js') ? 'text/javascript' : 'text/css', body: await readFile(path.join(folder, 'dist', name)) });
      } else {
        await route.fulfill({ status: 404, body: '' });
      }
    });
    await page.goto('http://panel.test/');
    await page.locator('.line, .empty').first().waitFor();
  }

  private async post(message: HostMessage): Promise<void> {
    const plain = message.kind === 'picture' && message.bytes ? { ...message, bytes: Buffer.from(message.bytes).toString('base64') } : message;
    await this.page
      .evaluate((received) => {
        const data = received.kind === 'picture' && received.bytes ? { ...received, bytes: Uint8Array.from(atob(received.bytes as unknown as string), (character) => character.charCodeAt(0)) } : received;
        dispatchEvent(new MessageEvent('message', { data }));
      }, plain as unknown as HostMessage)
      .catch(() => undefined);
  }
}
