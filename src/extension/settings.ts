import { userInfo } from 'node:os';
import { ConfigurationTarget, workspace, type ConfigurationScope } from 'vscode';
import type { RunSettings } from '../core/actions/action';
import type { RunPolicy } from '../core/runner/services';

export interface Settings {
  readonly planFiles: readonly string[];
  /** Writes `→` and `✗` also in files that have no legend for them. */
  readonly extendedMarks: boolean;
  readonly hubEndpoint: string | undefined;
  readonly cacheFolder: string | undefined;
  /** Keys of the compare panel that are bound anew, by command. */
  readonly compareKeys: Readonly<Record<string, readonly string[]>>;
  /** After how many steps an edit shows how far it is; 0 for never. */
  readonly previewSteps: number;
  /** Absolute path of the shell for a plan's blocks; found by itself when undefined. */
  readonly shell: string | undefined;
  /** Whether runs that a reload interrupted go on by themselves. */
  readonly afterReload: 'continue' | 'ask';
  /** A Node to run the engine with. */
  readonly engineNode: string | undefined;
  /** What the engine tries in turn. */
  readonly engineDevices: readonly string[];
  /** Address of a Python package index. */
  readonly cudaIndex: string | undefined;
  readonly cudaLibraries: readonly string[];
  readonly run: RunSettings;
  readonly policy: RunPolicy;
}

/** The person's settings, as they are now; defaults are the manifest's. */
export function readSettings(scope?: ConfigurationScope): Settings {
  const configuration = workspace.getConfiguration('evalmark', scope);
  const text = (key: string): string => configuration.get<string>(key, '').trim();
  return {
    planFiles: configuration.get<string[]>('plan.files', []),
    extendedMarks: configuration.get<boolean>('marks.writeExtended', false),
    hubEndpoint: text('hub.endpoint') || undefined,
    cacheFolder: text('cache.folder') || undefined,
    compareKeys: configuration.get<Record<string, string[]>>('compare.keys', {}),
    previewSteps: configuration.get<number>('engine.previewSteps', 1),
    shell: text('terminal.shell') || undefined,
    afterReload: configuration.get<'continue' | 'ask'>('runs.afterReload', 'continue'),
    engineNode: text('engine.node') || undefined,
    engineDevices: configuration.get<string[]>('engine.devices', ['cuda', 'webgpu', 'cpu']),
    cudaIndex: text('cuda.index') || undefined,
    cudaLibraries: configuration.get<string[]>('cuda.libraries', []),
    run: {
      minimumPictureSide: configuration.get<number>('pictures.minimumSide', 512),
      minimumSharpness: configuration.get<number>('pictures.minimumSharpness', 60),
      commitMessage: text('commit.message'),
      maximumCommittedPicture: configuration.get<number>('commit.maximumPicture', 500) * 1000,
      rater: text('review.rater') || nameOfUser(),
      downloadConnections: configuration.get<number>('download.connections', 8),
      downloadBytesPerSecond: configuration.get<number>('download.limit', 0) * 1e6,
      downloadAskAbove: { always: -1, large: 1e9, never: Infinity }[configuration.get<'always' | 'large' | 'never'>('download.showFiles', 'large')],
      modelFolders: configuration.get<string[]>('download.modelFolders', []),
    },
    policy: {
      commitAfter: configuration.get<RunPolicy['commitAfter']>('commit.after', 'task'),
      updateStatus: configuration.get<boolean>('status.update', true),
      concurrency: configuration.get<number>('runs.concurrency', 4),
    },
  };
}

/** Keeps the address of a package index for the next time. */
export async function storePackageIndex(address: string): Promise<void> {
  await workspace.getConfiguration('evalmark').update('cuda.index', address, ConfigurationTarget.Global);
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
