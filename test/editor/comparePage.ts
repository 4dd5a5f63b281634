import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Evaluation } from '../../src/core/evaluation/evaluation';
import type { ReviewOutput } from '../../src/core/review/session';
import { compareHtml } from '../../src/extension/panels/compareHtml';
import { CompareModel } from '../../src/extension/panels/compareModel';
import type { FaceBox, HostMessage, WebviewMessage } from '../../src/webviews/compare/contract';
import { makeEvaluation } from '../unit/core/review/study';
import { drawStudy, type StudyOptions } from './compareStudy';
import { PanelInBrowser, type PanelView } from './panelInBrowser';

export interface CompareOptions extends PanelView {
  /** Milliseconds that each message takes to the host; pictures are asked for at once. */
  readonly hostDelay?: number;
  readonly evaluation?: Partial<Evaluation>;
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  /** Outputs of one's own instead of the drawn people. */
  readonly draw?: (folder: string, study: StudyOptions) => Promise<readonly ReviewOutput[]>;
  /** What a detector would have found in a picture. */
  readonly face?: (sha256: string) => FaceBox | undefined;
}

/** The real compare panel in a real browser, with its real host side, but without the editor around it. */
export class ComparePage {
  readonly received: WebviewMessage[] = [];

  private constructor(
    private readonly panel: PanelInBrowser<HostMessage, WebviewMessage>,
    readonly model: CompareModel,
    readonly folder: string,
    readonly outputs: readonly ReviewOutput[],
  ) {}

  get page(): Page {
    return this.panel.page;
  }

  get sent(): readonly HostMessage[] {
    return this.panel.sent;
  }

  get violations(): readonly string[] {
    return this.panel.violations;
  }

  get ratings(): string {
    return path.join(this.folder, 'ratings.jsonl');
  }

  static async open(study: StudyOptions, options: CompareOptions = {}): Promise<ComparePage> {
    const { hostDelay = 0, evaluation, keys, draw = drawStudy, face, ...view } = options;
    const folder = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    const outputs = await draw(folder, study);
    const opened: { compare?: ComparePage } = {};
    const receive = (message: WebviewMessage): void => {
      opened.compare?.received.push(message);
      if (hostDelay > 0 && message.type !== 'picture') setTimeout(() => void opened.compare?.model.handle(message), hostDelay);
      else void opened.compare?.model.handle(message);
    };
    const panel = await PanelInBrowser.open<HostMessage, WebviewMessage>({ name: 'compare', folder, html: compareHtml, receive, ...view });
    const model = await CompareModel.open(
      {
        evaluation: makeEvaluation(study.models, { name: 'Portraits', failureModes: ['Edit ignored', 'Wrong angle', 'Different face', 'Hair changed', 'Anatomy', 'Background changed', 'Blurred'], ...evaluation }),
        ...(keys && { keys }),
        outputs, ratingsPath: path.join(folder, 'ratings.jsonl'), cacheFolder: path.join(folder, 'cache'), rater: 'tester', focus: undefined, restore: { plan: '/plan/tasks.md', token: 'token' },
      },
      {
        log: { debug() {}, info() {}, warn() {}, error() {} }, now: () => new Date(), confirmReveal: async () => true, openRatings() {}, close() {},
        post: (message) => void panel.post(message),
        ...(face && { face: async (sha256) => face(sha256) }),
      },
    );
    if (!model.ok) throw new Error(model.failure.message);
    opened.compare = new ComparePage(panel, model.value, folder, outputs);
    await panel.load();
    return opened.compare;
  }

  press(...keys: readonly string[]): Promise<void> {
    return this.panel.press(...keys);
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
    await this.panel.close();
    // Tiles may still be made.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}
