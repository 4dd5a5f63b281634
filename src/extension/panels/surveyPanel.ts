import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { RelativePattern, Uri, ViewColumn, commands, window, workspace, type WebviewPanel } from 'vscode';
import { changeSurvey, readSurvey, surveyFile } from '../../core/hub/surveyFile';
import { parsePlan } from '../../core/plan/parse';
import type { HostMessage, WebviewMessage } from '../../webviews/survey/contract';
import { Lifetime } from '../lifetime';
import { surveyHtml } from './surveyHtml';
import { changedBy, surveyState } from './surveyModel';

/** The candidates of one plan in a table. The truth is `survey.json`: every key writes it, and every change of it is shown. */
export class SurveyPanel {
  private static readonly open = new Map<string, SurveyPanel>();

  /** Resolves to `true` when the person is done, to `false` when the tab was closed. */
  static show(extensionUri: Uri, planPath: string, signal: AbortSignal): Promise<boolean> {
    const panel = SurveyPanel.open.get(planPath) ?? new SurveyPanel(extensionUri, planPath);
    panel.panel.reveal();
    signal.addEventListener('abort', () => panel.settle(false), { once: true });
    return new Promise((resolve) => panel.waiting.push(resolve));
  }

  private readonly panel: WebviewPanel;
  private readonly lifetime = new Lifetime();
  private waiting: ((finished: boolean) => void)[] = [];

  private constructor(extensionUri: Uri, private readonly planPath: string) {
    SurveyPanel.open.set(planPath, this);
    const bundles = Uri.joinPath(extensionUri, 'dist', 'webviews');
    this.panel = window.createWebviewPanel('evalmark.survey', 'Survey', ViewColumn.Active, { enableScripts: true, localResourceRoots: [bundles] });
    const { webview } = this.panel;
    const address = (name: string) => webview.asWebviewUri(Uri.joinPath(bundles, name)).toString();
    webview.html = surveyHtml({
      script: address('survey.js'),
      styles: [address('codicon.css'), address('survey.css')],
      cspSource: webview.cspSource,
      nonce: randomBytes(18).toString('base64'),
    });
    webview.onDidReceiveMessage((message: WebviewMessage) => void this.receive(message));
    const watcher = this.lifetime.add(workspace.createFileSystemWatcher(new RelativePattern(Uri.file(this.folder), 'survey.json')));
    this.lifetime.add(watcher.onDidChange(() => this.post()));
    this.lifetime.add(watcher.onDidCreate(() => this.post()));
    this.panel.onDidDispose(() => {
      SurveyPanel.open.delete(planPath);
      this.lifetime.dispose();
      this.settle(false);
    });
  }

  private get folder(): string {
    return path.dirname(this.planPath);
  }

  private settle(finished: boolean): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const resolve of waiting) resolve(finished);
  }

  private async receive(message: WebviewMessage): Promise<void> {
    if (message.kind === 'ready') return this.post();
    if (message.kind === 'card') return this.openCard(message.repository);
    if (message.kind === 'done') {
      this.settle(true);
      this.panel.dispose();
      return;
    }
    const reason = await this.reasonFor(message);
    const changed = await changeSurvey(this.folder, (survey) => changedBy(survey, message, reason));
    if (changed.ok) return this.post();
    this.say(`Not saved: ${changed.failure.message}`);
    void window.showErrorMessage(`${changed.failure.message} ${changed.failure.advice}`);
  }

  private async reasonFor(message: WebviewMessage): Promise<string | undefined> {
    if (message.kind === 'exclude') return window.showInputBox({ title: `Why is ${message.repository} left out?`, value: 'by hand', ignoreFocusOut: true });
    if (message.kind !== 'category') return undefined;
    return window.showQuickPick(['angles', 'identity', 'lighting', 'reference'], { title: `What is ${message.repository} for?` });
  }

  private async openCard(repository: string): Promise<void> {
    await commands.executeCommand('evalmark.openModelCard', { repository, planPath: this.planPath });
  }

  private async post(): Promise<void> {
    const [survey, plan] = await Promise.all([readSurvey(this.folder), readFile(this.planPath).catch(() => undefined)]);
    if (survey.ok && plan) this.send({ kind: 'state', state: surveyState(survey.value, parsePlan(plan), new Date()) });
    else this.say(survey.ok ? `${this.planPath} cannot be read.` : `${survey.failure.message} (${surveyFile(this.folder)})`);
  }

  private say(text: string): void {
    this.send({ kind: 'said', text });
  }

  private send(message: HostMessage): void {
    void this.panel.webview.postMessage(message);
  }
}
