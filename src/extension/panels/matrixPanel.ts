import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { RelativePattern, Uri, ViewColumn, l10n, window, workspace as editorWorkspace, type WebviewPanel } from 'vscode';
import type { Logger } from '../../core/actions/action';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import type { Measurer } from '../../core/images/comparison/measurer';
import { measuredPair, ratingsPathOf } from '../../core/review/reviewSet';
import { readStudy, type Study } from '../../core/review/study';
import type { ExportFormat, WebviewMessage } from '../../webviews/matrix/contract';
import { Lifetime } from '../lifetime';
import { compareHtml } from './compareHtml';
import { bundles, panelAddresses } from './panelAddresses';
import { confirmReveal } from './confirmReveal';
import { MatrixModel } from './matrixModel';
import type { PlanNetworks } from './planNetworks';

export interface MatrixContext {
  readonly extensionUri: Uri;
  /** Absolute. */
  readonly planPath: string;
  readonly workspace: string;
  readonly storage: string;
  readonly evaluationPath: string;
  readonly rater: string;
  readonly measurer: Measurer;
  networks(): Promise<PlanNetworks>;
  readonly log: Logger;
  /** Shows a cell in the compare panel, or the session where it was left. */
  review(cell?: string): void;
  /** Runs the steps of the plan that write the analysis. */
  write(): void;
}

/** The results matrix of one plan: one tab, whoever asks for it. */
export class MatrixPanel {
  private static readonly viewType = 'evalmark.matrix';
  private static readonly open = new Map<string, MatrixPanel>();

  static show(context: MatrixContext): void {
    const open = MatrixPanel.open.get(context.planPath);
    if (open) return open.panel.reveal();
    const panel = window.createWebviewPanel(MatrixPanel.viewType, l10n.t('Results'), ViewColumn.Active, { enableScripts: true, localResourceRoots: [bundles(context.extensionUri)] });
    new MatrixPanel(panel, context);
  }

  /** Takes a tab over that was open when the editor was closed. */
  static restore(panel: WebviewPanel, context: MatrixContext): void {
    new MatrixPanel(panel, context);
  }

  private readonly lifetime = new Lifetime();
  private readonly model: MatrixModel;
  private closed = false;
  private refreshing: ReturnType<typeof setTimeout> | undefined;

  private constructor(private readonly panel: WebviewPanel, private readonly context: MatrixContext) {
    MatrixPanel.open.set(context.planPath, this);
    const { extensionUri, planPath, log, rater } = context;
    panel.iconPath = { light: Uri.joinPath(extensionUri, 'media', 'compare-light.svg'), dark: Uri.joinPath(extensionUri, 'media', 'compare-dark.svg') };
    this.model = new MatrixModel({
      log, planPath, rater, ratingsPath: ratingsPathOf(path.dirname(planPath)), cacheFolder: path.join(context.storage, 'pictures'), confirmReveal,
      read: () => this.read(),
      measure: (output, known, { evaluation }) => {
        const pair = measuredPair(output, evaluation.edits);
        return this.closed ? Promise.resolve(undefined) : known ? context.measurer.recallAll(pair) : context.measurer.measureAll(pair);
      },
      gaps: async () => {
        await context.measurer.lookForNetworks();
        return (await context.networks()).gaps();
      },
      fetchNetworks: async () => (await context.networks()).fetch(),
      now: () => new Date(),
      post: (message) => void (this.closed || panel.webview.postMessage(message)),
      review: (cell) => context.review(cell),
      write: () => context.write(),
      editWeights: () => void editorWorkspace.openTextDocument(context.evaluationPath).then((document) => {
        const at = document.positionAt(Math.max(0, document.getText().indexOf('"criteria"')));
        return window.showTextDocument(document, { selection: document.lineAt(at.line).range });
      }),
      save: (format, text) => this.save(format, text),
    });
    panel.webview.onDidReceiveMessage((message: WebviewMessage) => void this.model.handle(message).catch((error: unknown) => log.error(`Results: ${String(error)}`)));
    panel.onDidDispose(() => this.end());
    this.watch('ratings.jsonl');
    this.watch('evaluation.json');
    this.fill(panel);
  }

  private fill({ webview }: WebviewPanel): void {
    webview.html = compareHtml({ title: l10n.t('Results'), ...panelAddresses(webview, this.context.extensionUri, 'matrix') });
  }

  private async read(): Promise<Study | { readonly message: string; readonly advice: string }> {
    const { evaluationPath, workspace, planPath } = this.context;
    const evaluation = await readEvaluation(evaluationPath);
    if (!evaluation.ok) return evaluation.failure;
    this.panel.title = l10n.t('Results: {0}', evaluation.value.name);
    const study = await readStudy(workspace, path.dirname(planPath), evaluation.value);
    return study.ok ? study.value : study.failure;
  }

  /** Ratings come in many at a time; figures follow once they pause. */
  private watch(file: string): void {
    const watcher = this.lifetime.add(editorWorkspace.createFileSystemWatcher(new RelativePattern(Uri.file(path.dirname(this.context.planPath)), file)));
    const soon = (): void => {
      clearTimeout(this.refreshing);
      this.refreshing = setTimeout(() => void this.model.refresh(), 400);
    };
    this.lifetime.add(watcher.onDidChange(soon));
    this.lifetime.add(watcher.onDidCreate(soon));
  }

  private async save(format: ExportFormat, text: string): Promise<void> {
    const ending = { csv: 'csv', json: 'json', markdown: 'md', svg: 'svg' }[format];
    const chosen = await window.showSaveDialog({ defaultUri: Uri.file(path.join(path.dirname(this.context.planPath), `results.${ending}`)), filters: { [ending.toUpperCase()]: [ending] } });
    if (!chosen) return;
    try {
      await writeFile(chosen.fsPath, text);
    } catch (error) {
      void window.showErrorMessage(l10n.t('The export was not saved: {0}. Choose another folder.', (error as NodeJS.ErrnoException).code ?? String(error)));
    }
  }

  private end(): void {
    this.closed = true;
    clearTimeout(this.refreshing);
    this.lifetime.dispose();
    if (MatrixPanel.open.get(this.context.planPath) === this) MatrixPanel.open.delete(this.context.planPath);
  }
}
