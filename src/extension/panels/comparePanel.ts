import path from 'node:path';
import { l10n, RelativePattern, Uri, ViewColumn, window, workspace as editorWorkspace, type Disposable, type FileSystemWatcher, type WebviewPanel } from 'vscode';
import type { Logger } from '../../core/actions/action';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import { flagsOf } from '../../core/images/comparison/flags';
import type { Measurer } from '../../core/images/comparison/measurer';
import { measuredPair, ratingsPathOf, readReviewOutputs } from '../../core/review/reviewSet';
import type { HostMessage, WebviewMessage } from '../../webviews/compare/contract';
import { compareHtml } from './compareHtml';
import { bundles, panelAddresses } from './panelAddresses';
import { confirmReveal } from './confirmReveal';
import { CompareModel } from './compareModel';
import { recallSet, rememberSet, restoredFrom } from './compareRestore';

export interface CompareContext {
  readonly extensionUri: Uri;
  /** Absolute. */
  readonly planPath: string;
  readonly workspace: string;
  readonly storage: string;
  readonly evaluationPath: string;
  /** Whose outputs are judged; all when left out. */
  readonly modelIds?: readonly string[];
  /** What the step asks for; looking is enough when left out. */
  readonly criterion?: string;
  readonly rater: string;
  /** Key of the cell to open at; the first gap when left out. */
  readonly cell?: string;
  readonly keys?: Readonly<Record<string, readonly string[]>>;
  readonly measurer: Measurer;
  readonly log: Logger;
  onClosed(): void;
}

/** The compare panel of one plan: one tab, whoever asks for it. */
export class ComparePanel {
  static readonly viewType = 'evalmark.compare';

  private static readonly open = new Map<string, ComparePanel>();

  /** Shows the panel, or brings the open one to the front and asks anew in it: runs may have added outputs. */
  static show(context: CompareContext): ComparePanel {
    const open = ComparePanel.open.get(context.planPath);
    if (open) {
      open.ask(context);
      open.panel.reveal();
      return open;
    }
    const panel = window.createWebviewPanel(ComparePanel.viewType, 'Compare', ViewColumn.Active, { enableScripts: true, localResourceRoots: [bundles(context.extensionUri)] });
    return new ComparePanel(panel, context);
  }

  /**
   * Reopens panels after the editor was closed, where they were left.
   * @param contextOf what a plan's panel needs; `undefined` when the plan is gone
   */
  static restoring(contextOf: (planPath: string) => CompareContext | undefined): Disposable {
    return window.registerWebviewPanelSerializer(ComparePanel.viewType, {
      async deserializeWebviewPanel(panel, state: unknown) {
        const restored = restoredFrom(state);
        const context = restored && contextOf(restored.plan);
        if (!restored || !context) {
          panel.dispose();
          return;
        }
        const set = await recallSet(context.storage, restored.token);
        new ComparePanel(panel, { ...context, ...set });
      },
    });
  }

  /** Of the newest question: `true` once every output of the set has what was asked for, `false` when closed before. */
  finished: Promise<boolean> = Promise.resolve(false);

  private readonly watcher: FileSystemWatcher;
  private model: CompareModel | undefined;
  private closed = false;
  private readonly ending: (() => void)[] = [];
  private generation = 0;
  private ready: Extract<WebviewMessage, { readonly type: 'ready' }> | undefined;

  private constructor(private readonly panel: WebviewPanel, private context: CompareContext) {
    ComparePanel.open.set(context.planPath, this);
    panel.iconPath = {
      light: Uri.joinPath(context.extensionUri, 'media', 'compare-light.svg'),
      dark: Uri.joinPath(context.extensionUri, 'media', 'compare-dark.svg'),
    };
    panel.webview.onDidReceiveMessage((message: WebviewMessage) => this.receive(message));
    panel.onDidDispose(() => this.end());
    this.watcher = editorWorkspace.createFileSystemWatcher(new RelativePattern(Uri.file(path.dirname(context.planPath)), 'ratings.jsonl'));
    this.watcher.onDidChange(() => void this.model?.noticeFile());
    panel.webview.html = compareHtml(panelAddresses(panel.webview, context.extensionUri, 'compare'));
    this.ask(context);
  }

  close(): void {
    this.panel.dispose();
  }

  private ask(context: CompareContext): void {
    this.context = context;
    this.finished = this.start(context);
  }

  /** Reads the outputs anew, because a run may have added some. */
  private async start(context: CompareContext): Promise<boolean> {
    const generation = ++this.generation;
    this.model?.dispose();
    this.model = undefined;
    const ended = new Promise<undefined>((resolve) => this.ending.push(() => resolve(undefined)));
    const model = await Promise.race([this.load(context), ended]);
    if (!model || this.closed || generation !== this.generation) return false;
    this.model = model;
    if (context.cell !== undefined) model.openAt(context.cell);
    model.prepare();
    this.panel.title = l10n.t('Compare: {0}', model.input.evaluation.name);
    if (this.ready) await model.handle(this.ready);
    this.ready &&= { type: 'ready' };
    return model.finished(context.criterion);
  }

  private async load({ evaluationPath, workspace, planPath, storage, modelIds, criterion, rater, keys, measurer, log }: CompareContext): Promise<CompareModel | undefined> {
    const evaluation = await readEvaluation(evaluationPath);
    if (!evaluation.ok) return this.refuse(evaluation.failure.message, evaluation.failure.advice);
    const outputs = await readReviewOutputs(workspace, evaluation.value, modelIds);
    const token = await rememberSet(storage, { ...(modelIds && { modelIds }), ...(criterion !== undefined && { criterion }) });
    const ratingsPath = ratingsPathOf(path.dirname(planPath));
    const pairs = new Map(outputs.map((output) => measuredPair(output)).flatMap((pair) => [[pair.sourceSha256, pair] as const, [pair.outputSha256, pair] as const]));
    const model = await CompareModel.open(
      { evaluation: evaluation.value, outputs, ratingsPath, cacheFolder: path.join(storage, 'pictures'), rater, focus: criterion, restore: { plan: planPath, token }, ...(keys && { keys }) },
      {
        log,
        now: () => new Date(),
        post: (message) => this.post(message),
        confirmReveal,
        flags: async (output) => {
          const measures = await measurer.measure(measuredPair(output));
          return measures ? flagsOf(measures) : [];
        },
        face: async (sha256) => (await measurer.faces(sha256, pairs.get(sha256)))?.[0]?.box,
        openRatings: () => void editorWorkspace.openTextDocument(ratingsPath).then((document) => window.showTextDocument(document, { preview: true })),
        close: () => this.close(),
      },
    );
    return model.ok ? model.value : this.refuse(model.failure.message, model.failure.advice);
  }

  private refuse(message: string, advice: string): undefined {
    void window.showErrorMessage(`${message} ${advice}`);
    this.close();
    return undefined;
  }

  private receive(message: WebviewMessage): void {
    // A panel that is reloaded names its cell; another set that is asked for later begins at its first gap.
    if (message.type === 'ready') this.ready = this.model ? { type: 'ready' } : message;
    if (message.type === 'close') return this.close();
    void this.model?.handle(message);
  }

  private post(message: HostMessage): void {
    if (!this.closed) void this.panel.webview.postMessage(message);
  }

  private end(): void {
    this.closed = true;
    this.watcher.dispose();
    if (ComparePanel.open.get(this.context.planPath) === this) ComparePanel.open.delete(this.context.planPath);
    for (const end of this.ending.splice(0)) end();
    this.model?.dispose();
    this.context.onClosed();
  }
}
