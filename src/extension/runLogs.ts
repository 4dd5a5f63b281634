import { readFile } from 'node:fs/promises';
import { EventEmitter, l10n, Uri, window, workspace, type Event, type TextDocumentContentProvider } from 'vscode';
import type { PastRun } from '../core/runner/runState';
import { logFile } from '../core/runner/runLog';
import { Lifetime } from './lifetime';
import type { PlanHost } from './plans/planHost';
import type { PlanSet } from './plans/planSet';
import { Throttle } from './throttle';

/** What a run said, in an editor that cannot be written to and that follows a run which goes on. */
export class RunLogs implements TextDocumentContentProvider {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<Uri>());
  private readonly files = new Map<string, string>();
  private readonly follow = this.lifetime.add(new Throttle(1_000, () => this.refreshOpen()));

  constructor(plans: PlanSet) {
    this.lifetime.add(workspace.registerTextDocumentContentProvider(scheme, this));
    this.lifetime.add(plans.onDidChange(() => this.follow.ask()));
  }

  get onDidChange(): Event<Uri> {
    return this.changed.event;
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const file = this.files.get(uri.toString());
    return (file && (await readFile(file, 'utf8').catch(() => undefined))) ?? l10n.t('This log is no longer kept.');
  }

  /** @returns false where the run kept no log */
  async show({ paths }: PlanHost, title: string, { log }: PastRun): Promise<boolean> {
    const file = log === undefined ? undefined : logFile(paths.storage, log);
    if (file === undefined || log === undefined) return false;
    const uri = Uri.from({ scheme, path: `/${title.replace(/[\\/:*?"<>|\r\n]+/g, ' ').trim().slice(0, 60)} ${log.slice(0, 19)}.log` });
    this.files.set(uri.toString(), file);
    this.changed.fire(uri);
    await window.showTextDocument(uri, { preview: true });
    return true;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private refreshOpen(): void {
    for (const { uri } of workspace.textDocuments) if (uri.scheme === scheme) this.changed.fire(uri);
  }
}

const scheme = 'evalmark-log';
