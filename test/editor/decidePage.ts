import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { readEvaluation } from '../../src/core/evaluation/evaluationFile';
import { ok } from '../../src/core/outcome';
import { DecisionDraft } from '../../src/core/report/decisionDraft';
import { rehearseDecision } from '../../src/core/runner/rehearseDecision';
import { compareHtml } from '../../src/extension/panels/compareHtml';
import { DecideModel } from '../../src/extension/panels/decideModel';
import type { HostMessage, WebviewMessage } from '../../src/webviews/decide/contract';
import { makeContext, settings } from '../unit/actionContext';
import { layOutDecision, performDecision, policy, readSnapshot } from '../unit/core/report/decisionStudy';
import { PanelInBrowser, type PanelView } from './panelInBrowser';

export interface DecidePageOptions extends PanelView {
  /** Changes the workspace before the panel opens. */
  readonly prepare?: (workspace: string) => Promise<void>;
}

/** The real decision panel in a real browser, with its real host side and a real study, but without the editor around it. */
export class DecidePage {
  readonly asked: string[] = [];
  private model: DecideModel;

  private constructor(private readonly panel: PanelInBrowser<HostMessage, WebviewMessage>, readonly workspace: string) {
    this.model = this.host();
  }

  static async open({ prepare, ...view }: DecidePageOptions = {}): Promise<DecidePage> {
    const workspace = await mkdtemp(path.join(os.tmpdir(), 'evalmark-'));
    await layOutDecision(workspace);
    await prepare?.(workspace);
    const receive = (message: WebviewMessage): void => void decide.model.handle(message);
    const panel = await PanelInBrowser.open<HostMessage, WebviewMessage>({ name: 'decide', folder: path.join(workspace, '.evalmark'), html: compareHtml, receive, ...view });
    const decide = new DecidePage(panel, workspace);
    await panel.load();
    await panel.page.getByRole('heading', { level: 1 }).waitFor();
    return decide;
  }

  get page(): Page {
    return this.panel.page;
  }

  get violations(): readonly string[] {
    return this.panel.violations;
  }

  /** The editor was closed and opened: a new host, the page loaded anew. */
  async reload(): Promise<void> {
    this.model = this.host();
    await this.page.reload();
    await this.page.getByRole('heading', { level: 1 }).waitFor();
  }

  /** A field by its label, in the card of an option or in the decision itself. */
  field(label: string, option?: string) {
    const within = option === undefined ? this.page.locator('.choice') : this.page.locator(`.card[aria-label^="Option ${option}:"]`);
    return within.locator(`vscode-text-area[aria-label="${label}"]`).locator('textarea');
  }

  read(file: string): Promise<string> {
    return readFile(path.join(this.workspace, file), 'utf8').catch(() => '');
  }

  async close(): Promise<void> {
    await this.panel.close();
    await rm(this.workspace, { recursive: true, force: true, maxRetries: 5 });
  }

  private host(): DecideModel {
    const { workspace } = this;
    const { paths, log } = makeContext(workspace);
    return new DecideModel({
      paths, log,
      draft: new DecisionDraft(paths.storage),
      readPlan: async () => ok(await readSnapshot(workspace)),
      evaluation: () => readEvaluation(path.join(paths.planFolder, 'evaluation.json')),
      rehearse: (given, snapshot) => rehearseDecision(given, { paths, snapshot, settings, policy }),
      write: (given) => performDecision(workspace, given),
      confirmDiscard: async () => true,
      matrix: () => void this.asked.push('matrix'),
      openDocument: (file) => void this.asked.push(file),
      post: (message) => void this.panel.post(message),
    });
  }
}
