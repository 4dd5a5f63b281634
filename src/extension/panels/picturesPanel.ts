import path from 'node:path';
import { commands, l10n, RelativePattern, Uri, ViewColumn, window, workspace, type WebviewPanel } from 'vscode';
import type { Logger, PicturesLook, PlanPaths } from '../../core/actions/action';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import { pictureEndings } from '../../core/images/picture';
import { PictureBoard } from '../../core/images/pictureBoard';
import { parseNamePattern } from '../../core/images/pictureName';
import { sourceFolder } from '../../core/images/sourcePictures';
import type { HostMessage, WebviewMessage } from '../../webviews/pictures/contract';
import { commandId } from '../commands/commandId';
import { Lifetime } from '../lifetime';
import { readSettings } from '../settings';
import { closedPanelHtml } from './closedPanelHtml';
import { bundles, panelAddresses } from './panelAddresses';
import { PicturesModel } from './picturesModel';

export interface PicturesContext {
  readonly extensionUri: Uri;
  readonly paths: PlanPaths;
  readonly log: Logger;
  readonly look: PicturesLook;
}

/** The source pictures of one plan: one tab, whoever asks for it. */
export class PicturesPanel {
  private static readonly open = new Map<string, PicturesPanel>();

  /** Resolves to `true` when the person is done, to `false` when the tab was closed. */
  static show(context: PicturesContext, signal: AbortSignal): Promise<boolean> {
    const panel = PicturesPanel.open.get(context.paths.plan) ?? new PicturesPanel(PicturesPanel.create(context.extensionUri), context);
    void panel.model.load();
    panel.panel.reveal();
    return new Promise((resolve) => {
      panel.waiting.add(resolve);
      signal.addEventListener('abort', () => panel.waiting.delete(resolve) && resolve(false), { once: true });
    });
  }

  /** Takes a tab over that was open when the editor was closed; gives it up where the plan is shown already. */
  static restore(panel: WebviewPanel, context: PicturesContext): void {
    if (PicturesPanel.open.has(context.paths.plan)) panel.dispose();
    else new PicturesPanel(panel, context);
  }

  private static create(extensionUri: Uri): WebviewPanel {
    return window.createWebviewPanel('evalmark.pictures', '', ViewColumn.Active, { enableScripts: true, localResourceRoots: [bundles(extensionUri)] });
  }

  private readonly lifetime = new Lifetime();
  private readonly ended = new AbortController();
  private readonly model: PicturesModel;
  private readonly waiting = new Set<(finished: boolean) => void>();

  private constructor(private readonly panel: WebviewPanel, private readonly context: PicturesContext) {
    const { extensionUri, paths } = context;
    PicturesPanel.open.set(paths.plan, this);
    panel.title = l10n.t('Source pictures: {0}', path.basename(paths.planFolder));
    panel.iconPath = { light: Uri.joinPath(extensionUri, 'media', 'compare-light.svg'), dark: Uri.joinPath(extensionUri, 'media', 'compare-dark.svg') };
    this.model = this.makeModel();
    const { webview } = panel;
    webview.onDidReceiveMessage((message: WebviewMessage) => void this.model.handle(message));
    webview.html = closedPanelHtml({ title: l10n.t('Source pictures'), ...panelAddresses(webview, extensionUri, 'pictures') });
    this.lifetime.add(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('evalmark.pictures') && void this.model.load()));
    const watcher = this.lifetime.add(workspace.createFileSystemWatcher(new RelativePattern(Uri.file(path.join(paths.workspace, context.look.folder)), '*')));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete]) event(() => void this.model.load());
    panel.onDidDispose(() => {
      PicturesPanel.open.delete(paths.plan);
      this.ended.abort();
      this.lifetime.dispose();
      this.settle(false);
    });
  }

  private makeModel(): PicturesModel {
    const { paths, look, log } = this.context;
    const pattern = look.pattern === undefined ? undefined : parseNamePattern(look.pattern);
    const evaluation = () => readEvaluation(path.join(paths.planFolder, 'evaluation.json'));
    const board = new PictureBoard(
      {
        folder: path.join(paths.workspace, look.folder),
        storage: paths.storage,
        inFolder: async () => {
          const found = await sourceFolder({ evaluation, paths }, look.folder);
          return found.ok ? found.value.pictures : [];
        },
      },
      { log, signal: this.ended.signal, wrote: () => undefined, progress: () => undefined },
    );
    return new PicturesModel(
      { planPath: paths.plan, folder: look.folder, wanted: look.count, pattern: pattern?.ok ? pattern.value : undefined, thumbnails: path.join(paths.storage, 'thumbnails') },
      board,
      {
        log,
        post: (message) => this.post(message),
        settings: () => readSettings(Uri.file(paths.plan)).run,
        chooseFiles: (many) => chooseFiles(many),
        openFile: (file) => void commands.executeCommand('vscode.open', Uri.file(file)),
        openThresholds: () => void commands.executeCommand(commandId.openSettings, 'evalmark.pictures'),
        done: () => {
          this.settle(true);
          this.panel.dispose();
        },
      },
    );
  }

  private settle(finished: boolean): void {
    const ended = [...this.waiting];
    this.waiting.clear();
    for (const resolve of ended) resolve(finished);
  }

  private post(message: HostMessage): void {
    if (!this.ended.signal.aborted) void this.panel.webview.postMessage(message);
  }
}

async function chooseFiles(many: boolean): Promise<readonly string[]> {
  const filters = { [l10n.t('Pictures')]: pictureEndings.map((ending) => ending.slice(1)) };
  const chosen = await window.showOpenDialog({ title: l10n.t('Choose source pictures'), openLabel: l10n.t('Choose'), canSelectMany: many, filters });
  return (chosen ?? []).map(({ fsPath }) => fsPath);
}
