import path from 'node:path';
import { RelativePattern, Uri, ViewColumn, commands, l10n, window, workspace, type WebviewPanel } from 'vscode';
import type { Logger, PlanPaths } from '../../core/actions/action';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import type { Result } from '../../core/outcome';
import type { Plan } from '../../core/plan/plan';
import type { PlanStore } from '../../core/plan/planStore';
import { DecisionDraft } from '../../core/report/decisionDraft';
import type { GivenDecision } from '../../core/report/givenDecision';
import { rehearseDecision } from '../../core/runner/rehearseDecision';
import type { WebviewMessage } from '../../webviews/decide/contract';
import { Lifetime } from '../lifetime';
import { readSettings } from '../settings';
import { compareHtml } from './compareHtml';
import { bundles, panelAddresses } from './panelAddresses';
import { DecideModel } from './decideModel';

export interface DecideContext {
  readonly extensionUri: Uri;
  readonly paths: PlanPaths;
  readonly store: PlanStore;
  readonly log: Logger;
  /** Runs the steps of the plan that take a decision down. */
  write(given: GivenDecision, plan: Plan): Promise<Result<void>>;
  matrix(): void;
}

/** The decision of one plan: one tab, whoever asks for it. What is written in it outlives the tab as a draft. */
export class DecidePanel {
  private static readonly viewType = 'evalmark.decide';
  private static readonly open = new Map<string, DecidePanel>();

  static show(context: DecideContext): void {
    const open = DecidePanel.open.get(context.paths.plan);
    if (open) return open.panel.reveal();
    const panel = window.createWebviewPanel(DecidePanel.viewType, l10n.t('Decision'), ViewColumn.Active, { enableScripts: true, localResourceRoots: [bundles(context.extensionUri)] });
    new DecidePanel(panel, context);
  }

  /** Takes a tab over that was open when the editor was closed. */
  static restore(panel: WebviewPanel, context: DecideContext): void {
    new DecidePanel(panel, context);
  }

  private readonly lifetime = new Lifetime();
  private readonly model: DecideModel;
  private refreshing: ReturnType<typeof setTimeout> | undefined;
  private closed = false;

  private constructor(private readonly panel: WebviewPanel, private readonly context: DecideContext) {
    const { extensionUri, paths, store, log } = context;
    DecidePanel.open.set(paths.plan, this);
    panel.iconPath = { light: Uri.joinPath(extensionUri, 'media', 'decide-light.svg'), dark: Uri.joinPath(extensionUri, 'media', 'decide-dark.svg') };
    this.model = new DecideModel({
      paths, log,
      draft: new DecisionDraft(paths.storage),
      readPlan: () => store.read(),
      evaluation: () => readEvaluation(path.join(paths.planFolder, 'evaluation.json')),
      rehearse: (given, snapshot) => {
        const { run, policy } = readSettings(Uri.file(paths.plan));
        return rehearseDecision(given, { paths, snapshot, settings: run, policy });
      },
      write: (given, plan) => context.write(given, plan),
      confirmDiscard,
      matrix: () => context.matrix(),
      openDocument: (file) => void commands.executeCommand('markdown.showPreview', Uri.file(path.join(paths.workspace, file))),
      post: (message) => void (this.closed || panel.webview.postMessage(message)),
    });
    panel.webview.onDidReceiveMessage((message: WebviewMessage) => void this.model.handle(message).catch((error: unknown) => log.error(`Decision: ${String(error)}`)));
    panel.onDidDispose(() => this.end());
    this.watch(paths.planFolder, '{tasks.md,*.tasks.md,ratings.jsonl,evaluation.json}');
    this.watch(paths.workspace, '{docs/**/*,*}.md');
    this.fill(extensionUri);
  }

  private fill(extensionUri: Uri): void {
    const { webview } = this.panel;
    webview.html = compareHtml({ title: l10n.t('Decision'), ...panelAddresses(webview, extensionUri, 'decide') });
  }

  private watch(folder: string, pattern: string): void {
    const watcher = this.lifetime.add(workspace.createFileSystemWatcher(new RelativePattern(Uri.file(folder), pattern)));
    const soon = (): void => {
      clearTimeout(this.refreshing);
      this.refreshing = setTimeout(() => void this.model.refresh(), 400);
    };
    this.lifetime.add(watcher.onDidChange(soon));
    this.lifetime.add(watcher.onDidCreate(soon));
  }

  private end(): void {
    this.closed = true;
    clearTimeout(this.refreshing);
    this.lifetime.dispose();
    if (DecidePanel.open.get(this.context.paths.plan) === this) DecidePanel.open.delete(this.context.paths.plan);
  }
}

async function confirmDiscard(): Promise<boolean> {
  const discard = l10n.t('Discard');
  return (await window.showWarningMessage(l10n.t('Discard what you wrote here and no document holds yet?'), { modal: true }, discard)) === discard;
}
