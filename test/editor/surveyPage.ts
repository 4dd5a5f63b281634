import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { readSurvey, writeSurvey, type Candidate, type Survey } from '../../src/core/hub/surveyFile';
import { ok } from '../../src/core/outcome';
import { FilePlanStore } from '../../src/core/plan/planFile';
import { closedPanelHtml } from '../../src/extension/panels/closedPanelHtml';
import { SurveyModel, type SurveyHost } from '../../src/extension/panels/surveyModel';
import { CardPictures } from '../../src/extension/panels/surveyPictures';
import type { HostMessage, SurveyState, WebviewMessage } from '../../src/webviews/survey/contract';
import { startHub, type HubRepository, type LoopbackHub } from '../../test_data/make/hub';
import { PanelInBrowser, type PanelView } from './panelInBrowser';
import { planText } from './surveyStudy';

export interface SurveyPageOptions extends PanelView {
  readonly survey: Survey;
  readonly repositories?: Readonly<Record<string, HubRepository>>;
  readonly plan?: string;
  readonly page?: SurveyState['page'];
  readonly now?: Date;
  /** Milliseconds that each message takes to the host. */
  readonly hostDelay?: number;
  readonly host?: Partial<SurveyHost>;
}

/** The real survey panel in a real browser, with its real host side and a Hub on loopback, but without the editor around it. */
export class SurveyPage {
  readonly opened: string[] = [];
  finished = false;

  private constructor(
    private readonly panel: PanelInBrowser<HostMessage, WebviewMessage>,
    readonly folder: string,
    readonly hub: LoopbackHub,
  ) {}

  model!: SurveyModel;

  get page(): Page {
    return this.panel.page;
  }

  get violations(): readonly string[] {
    return this.panel.violations;
  }

  get requested(): readonly string[] {
    return this.panel.requested;
  }

  static async open(options: SurveyPageOptions): Promise<SurveyPage> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    const hub = await startHub({ repositories: options.repositories ?? {} });
    await writeFile(path.join(folder, 'tasks.md'), options.plan ?? planText);
    await writeSurvey(folder, options.survey);
    const made: { page?: SurveyPage } = {};
    const panel = await PanelInBrowser.open<HostMessage, WebviewMessage>({
      name: 'survey', folder, html: closedPanelHtml, height: 865, ...options,
      receive: (message) => void setTimeout(() => void made.page?.model.handle(message), options.hostDelay ?? 0),
    });
    const opened = new SurveyPage(panel, folder, hub);
    made.page = opened;
    opened.model = new SurveyModel({ planPath: path.join(folder, 'tasks.md'), page: options.page ?? 'select', signal: new AbortController().signal }, opened.host(options));
    await panel.load();
    await panel.page.locator('.line, .empty').first().waitFor();
    return opened;
  }

  press(...keys: readonly string[]): Promise<void> {
    return this.panel.press(...keys);
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

  picture(name: string): Promise<void> {
    return this.panel.picture(name);
  }

  async close(): Promise<void> {
    await this.panel.close();
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
      post: (message) => void this.panel.post(message),
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
}
