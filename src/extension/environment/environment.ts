import { EventEmitter, workspace, type Event, type SecretStorage } from 'vscode';
import { checkEnvironment } from '../../core/environment/checkEnvironment';
import type { DeviceReport } from '../../core/environment/engineFacts';
import type { EnvironmentFact } from '../../core/environment/fact';
import { deviceOf, type Device } from '../../core/environment/graphicsFacts';
import { hubCacheFolder } from '../../core/hub/cache';
import { Lifetime } from '../lifetime';
import { tokenSecret } from '../plans/planServices';
import { readSettings } from '../settings';
import type { EngineRuntime } from './engineRuntime';

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

  /** Of the last thorough look. */
  private devices: DeviceReport | undefined;

  constructor(
    private readonly secrets: SecretStorage,
    private readonly runtime: EngineRuntime,
  ) {
    this.lifetime.add(secrets.onDidChange(({ key }) => key === tokenSecret && void this.check()));
    this.lifetime.add(workspace.onDidChangeConfiguration((event) => event.affectsConfiguration('evalmark.cache.folder') && void this.check()));
    runtime.onSettings(() => void this.check({ thorough: this.devices !== undefined }));
  }

  get onDidChange(): Event<void> {
    return this.changed.event;
  }

  get current(): EnvironmentReport | undefined {
    return this.report;
  }

  /** @param thorough tries the devices too, in a process of its own, which takes some seconds */
  async check({ thorough = false } = {}): Promise<void> {
    if (thorough && this.checking) await this.checking;
    this.checking ??= this.look(thorough).finally(() => {
      this.checking = undefined;
    });
    return this.checking;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private async look(thorough: boolean): Promise<void> {
    const folder = workspace.workspaceFolders?.[0]?.uri.fsPath;
    const tryDevices = async (): Promise<DeviceReport> => (this.devices = await this.runtime.devices());
    const { devices } = this;
    const { cards, facts } = await checkEnvironment({
      cacheFolder: readSettings().cacheFolder ?? hubCacheFolder(process.env),
      tokenStored: (await this.secrets.get(tokenSecret)) !== undefined,
      // Git reads a folder's own configuration, which an untrusted folder may have written.
      folder: workspace.isTrusted ? folder : undefined,
      node: () => this.runtime.node(),
      cuda: () => this.runtime.cuda(),
      devices: thorough ? tryDevices : devices && (async () => devices),
    });
    this.report = { device: deviceOf(cards), facts };
    this.changed.fire();
  }
}
