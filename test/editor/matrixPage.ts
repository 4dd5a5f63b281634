import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { chromium, type Browser, type Page } from 'playwright-core';
import { currentRatings } from '../../src/core/review/currentRating';
import type { Rating } from '../../src/core/review/rating';
import { measurePair } from '../../src/core/images/comparison/measurePair';
import { readRatings } from '../../src/core/review/ratingsFile';
import type { RatingsLine } from '../../src/core/review/records';
import type { ReviewOutput } from '../../src/core/review/session';
import { studyOf } from '../../src/core/review/study';
import { compareHtml } from '../../src/extension/panels/compareHtml';
import { MatrixModel } from '../../src/extension/panels/matrixModel';
import type { ExportFormat, HostMessage, WebviewMessage } from '../../src/webviews/matrix/contract';
import { makeEvaluation, makeRating } from '../unit/core/review/study';
import { browserPath } from './comparePage';
import { drawStudy, type StudyOptions } from './compareStudy';
import { themes, type Theme } from './panelThemes';

export interface MatrixOptions {
  readonly study: StudyOptions;
  readonly answers: (output: ReviewOutput) => Rating['answers'] | undefined;
  readonly more?: (outputs: readonly ReviewOutput[]) => readonly RatingsLine[];
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
}

/** The real matrix panel in a real browser, with its real host side, but without the editor around it. */
export class MatrixPage {
  readonly sent: HostMessage[] = [];
  readonly violations: string[] = [];
  readonly asked: string[] = [];
  readonly saved = new Map<ExportFormat, string>();

  private constructor(readonly page: Page, readonly folder: string, readonly outputs: readonly ReviewOutput[], private readonly browser: Browser) {}

  get ratings(): string {
    return path.join(this.folder, 'ratings.jsonl');
  }

  static async open({ study, answers, more, theme = 'dark', width = 1440, height = 900 }: MatrixOptions): Promise<MatrixPage> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    const drawn = await drawStudy(folder, study);
    // Models differ in what they cost, and times vary a little.
    const outputs = drawn.map((output, index): ReviewOutput => {
      const place = study.models.indexOf(output.generation.modelId);
      const seconds = { load: 4, edit: [2.1, 1.9, 2.7, 2.2, 1.8, 0.5][place % 6]! * (1 + (index % 7) / 100) };
      return { ...output, generation: { ...output.generation, seconds, memory: { kind: 'vram', peakBytes: [2.7, 2.6, 3.1, 2.8, 2.7, 2.4][place % 6]! * 1e9, averageBytes: 2.2e9 } } };
    });
    const lines: RatingsLine[] = outputs.flatMap((output) => {
      const given = answers(output);
      return given ? [makeRating(output.generation, given)] : [];
    });
    await writeFile(path.join(folder, 'ratings.jsonl'), [...lines, ...(more?.(outputs) ?? [])].map((line) => `${JSON.stringify(line)}\n`).join(''));
    await build({ entryPoints: ['src/webviews/matrix/main.ts'], bundle: true, format: 'iife', target: 'chrome128', outfile: path.join(folder, 'dist/matrix.js'), logLevel: 'error' });
    const browser = await chromium.launch({ ...(browserPath && { executablePath: browserPath }), args: ['--no-sandbox', '--disable-gpu'] });
    const page = await browser.newPage({ viewport: { width, height } });
    const matrix = new MatrixPage(page, folder, outputs, browser);
    await matrix.load(study, theme);
    return matrix;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async load(study: StudyOptions, theme: Theme): Promise<void> {
    const { page, folder } = this;
    const evaluation = makeEvaluation(study.models, {
      name: 'Portraits', limits: { sameCharacterShare: 0.7, memoryGigabytes: 3, secondsPerEdit: 2.5 },
      models: study.models.map((id, index) => ({ id, title: id[0]!.toUpperCase() + id.slice(1).replaceAll('-', ' '), base: `secret-lab/${id}`, category: id === 'base' ? 'base' : 'lora', loras: id === 'base' ? [] : [{ repository: `secret-lab/${id}`, scale: index === 2 ? 0.8 : 1 }] })),
    });
    const model = new MatrixModel({
      log: { debug() {}, info() {}, warn() {}, error() {} }, planPath: '/plan/tasks.md', rater: 'tester', ratingsPath: this.ratings, now: () => new Date(), confirmReveal: async () => true,
      read: async () => {
        const file = await readRatings(this.ratings);
        return file.ok ? studyOf(evaluation, this.outputs, file.value) : file.failure;
      },
      measure: async (output, known) => (known ? undefined : measurePair(output.sourcePath, output.outputPath)),
      post: (message) => void this.post(message),
      review: (cell) => void this.asked.push(`review ${cell ?? ''}`),
      write: () => void this.asked.push('write'),
      editWeights: () => void this.asked.push('weights'),
      save: async (format, text) => void this.saved.set(format, text),
    });
    page.on('console', (message) => message.type() === 'error' && this.violations.push(message.text()));
    page.on('pageerror', (error) => this.violations.push(String(error)));
    await page.exposeFunction('toHost', (message: WebviewMessage) => void model.handle(message));
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
        const html = compareHtml({ title: 'Results', script: '/matrix.js', style: '/matrix.css', cspSource: 'http://panel.test', nonce: 'abc' });
        const body = html.replace('<body>', `<body class="${themes[theme].className}">`).replace('<link', `<style nonce="abc">html{${themes[theme].variables}}</style><link`);
        await route.fulfill({ contentType: 'text/html', body });
      } else if (name === '/matrix.js' || name === '/matrix.css') {
        await route.fulfill({ contentType: name.endsWith('.js') ? 'text/javascript' : 'text/css', body: await readFile(path.join(folder, 'dist', name)) });
      } else {
        await route.fulfill({ status: 404, body: '' });
      }
    });
    await page.goto('http://panel.test/');
  }

  /** What the file adds up to now. */
  async current() {
    const file = await readRatings(this.ratings);
    if (!file.ok) throw new Error(file.failure.message);
    const hashes = new Map(this.outputs.map(({ generation: { id, output } }) => [id, output.sha256]));
    return { file: file.value, ...currentRatings(file.value.ratings, (id) => hashes.get(id)) };
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
