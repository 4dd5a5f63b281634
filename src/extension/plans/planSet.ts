import type { Uri} from 'vscode';
import { EventEmitter, RelativePattern, workspace, type Event, type FileSystemWatcher, type TextDocument } from 'vscode';
import { Lifetime } from '../lifetime';
import { readSettings } from '../settings';
import type { PlanChange, PlanHost } from './planHost';
import { RestTimer } from './restTimer';

export interface SetChange {
  /** Undefined: plans were found or are gone. */
  readonly host: PlanHost | undefined;
  readonly change: PlanChange;
}

/** The plans of the workspace, found by the pattern in the settings and kept true as files come, change and go. */
export class PlanSet {
  private readonly lifetime = new Lifetime();
  private readonly changed = new EventEmitter<SetChange>();
  private readonly byUri = new Map<string, PlanHost>();
  private readonly subscriptions = new Map<string, { dispose(): void }>();
  private readonly rereads = new Map<string, RestTimer>();
  private watchers: readonly FileSystemWatcher[] = [];
  private searching: Promise<void> | undefined;
  private searchAgain = false;

  constructor(private readonly open: (uri: Uri) => PlanHost) {
    this.lifetime.add(this.changed);
    this.lifetime.add(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('evalmark.plan.files') && this.restart()));
    this.lifetime.add(workspace.onDidChangeWorkspaceFolders(() => this.restart()));
    this.lifetime.add(workspace.onDidChangeTextDocument(({ document }) => this.documentChanged(document)));
    this.lifetime.add(workspace.onDidSaveTextDocument((document) => this.documentChanged(document)));
    this.lifetime.add(workspace.onDidCloseTextDocument((document) => this.documentChanged(document)));
    this.watch();
  }

  get onDidChange(): Event<SetChange> {
    return this.changed.event;
  }

  /** Sorted by path. */
  get all(): readonly PlanHost[] {
    return [...this.byUri.values()].sort((a, b) => a.uri.path.localeCompare(b.uri.path));
  }

  of(uri: Uri): PlanHost | undefined {
    return this.byUri.get(uri.toString());
  }

  /** Looks for plans; calls that arrive during a search share one more. */
  find(): Promise<void> {
    if (this.searching) {
      this.searchAgain = true;
      return this.searching;
    }
    this.searching = this.searchUntilFresh().finally(() => {
      this.searching = undefined;
    });
    return this.searching;
  }

  dispose(): void {
    this.lifetime.dispose();
    for (const watcher of this.watchers) watcher.dispose();
    for (const key of [...this.byUri.keys()]) this.remove(key);
  }

  private async searchUntilFresh(): Promise<void> {
    do {
      this.searchAgain = false;
      await this.search();
    } while (this.searchAgain);
  }

  private async search(): Promise<void> {
    const found = new Map<string, Uri>();
    for (const pattern of readSettings().planFiles) {
      for (const uri of await workspace.findFiles(pattern, ignored, 500)) found.set(uri.toString(), uri);
    }
    for (const key of [...this.byUri.keys()]) if (!found.has(key)) this.remove(key);
    await Promise.all([...found.values()].map((uri) => this.add(uri)));
    this.changed.fire({ host: undefined, change: { kind: 'plan' } });
  }

  private async add(uri: Uri): Promise<void> {
    const key = uri.toString();
    if (this.byUri.has(key)) return;
    const host = this.open(uri);
    this.byUri.set(key, host);
    this.rereads.set(key, new RestTimer(() => host.refresh()));
    this.subscriptions.set(
      key,
      host.onDidChange((change) => this.changed.fire({ host, change })),
    );
    await host.refresh();
  }

  private remove(key: string): void {
    this.subscriptions.get(key)?.dispose();
    this.subscriptions.delete(key);
    this.rereads.get(key)?.dispose();
    this.rereads.delete(key);
    this.byUri.get(key)?.dispose();
    this.byUri.delete(key);
  }

  private restart(): void {
    this.watch();
    void this.find();
  }

  private watch(): void {
    for (const watcher of this.watchers) watcher.dispose();
    const folders = workspace.workspaceFolders ?? [];
    this.watchers = readSettings().planFiles.flatMap((pattern) =>
      folders.map((folder) => {
        const watcher = workspace.createFileSystemWatcher(new RelativePattern(folder, pattern));
        watcher.onDidCreate((uri) => !isIgnored(uri) && void this.find());
        watcher.onDidDelete(() => void this.find());
        watcher.onDidChange((uri) => this.reread(uri));
        return watcher;
      }),
    );
  }

  private documentChanged(document: TextDocument): void {
    if (this.of(document.uri)) this.reread(document.uri);
  }

  private reread(uri: Uri): void {
    this.rereads.get(uri.toString())?.stir();
  }
}

const ignored = '**/{node_modules,.git,.evalmark}/**';

function isIgnored(uri: Uri): boolean {
  return /(^|\/)(node_modules|\.git|\.evalmark)\//.test(workspace.asRelativePath(uri, false));
}
