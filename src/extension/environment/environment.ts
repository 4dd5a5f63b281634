import { EventEmitter, workspace, type Event, type SecretStorage } from 'vscode';
import { hubCacheFolder } from '../../core/hub/cache';
import { findToken } from '../../core/hub/token';
import { Lifetime } from '../lifetime';
import { tokenSecret } from '../plans/planServices';
import { readSettings } from '../settings';
import { deviceFacts, deviceOf, type Device } from './device';
import { diskFact, gitFact, loginFact, pythonFact, type EnvironmentFact } from './facts';
import { findGraphicsCards } from './graphicsCards';

export interface EnvironmentReport {
  readonly device: Device;
  readonly facts: readonly EnvironmentFact[];
}

/** What this machine offers, looked up when somebody looks, and again when asked. Asks nothing of the network. */
export class Environment {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<void>());
  private report: EnvironmentReport | undefined;
  private checking: Promise<void> | undefined;

  constructor(private readonly secrets: SecretStorage) {
    this.lifetime.add(secrets.onDidChange(({ key }) => key === tokenSecret && void this.check()));
    this.lifetime.add(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('evalmark.cache.folder') && void this.check()));
  }

  get onDidChange(): Event<void> {
    return this.changed.event;
  }

  get current(): EnvironmentReport | undefined {
    return this.report;
  }

  check(): Promise<void> {
    this.checking ??= this.look().finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private async look(): Promise<void> {
    const cacheFolder = readSettings().cacheFolder ?? hubCacheFolder(process.env);
    const stored = await this.secrets.get(tokenSecret);
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
    const [cards, disk, python, git] = await Promise.all([
      findGraphicsCards(),
      diskFact(cacheFolder),
      pythonFact(),
      // Git reads a folder's own configuration, which an untrusted folder may have written.
      folder !== undefined && workspace.isTrusted ? gitFact(folder) : undefined,
    ]);
    const login = loginFact(stored !== undefined, (await findToken(process.env)) !== undefined);
    const device = deviceOf(cards);
    const cacheFact: EnvironmentFact = { icon: 'folder', label: 'Cache', value: cacheFolder, detail: 'Downloaded models lie here, shared with Python tools.', setting: 'evalmark.cache.folder' };
    this.report = { device, facts: [...deviceFacts(cards), disk, cacheFact, python, login, ...(git ? [git] : [])] };
    this.changed.fire();
  }
}
