import path from 'node:path';
import { Uri, type ExtensionContext } from 'vscode';
import type { Logger } from '../../core/actions/action';
import { hubCacheFolder } from '../../core/hub/cache';
import type { HubConnection } from '../../core/hub/connection';
import { measuresFile } from '../../core/images/comparison/measureCache';
import { Measurer } from '../../core/images/comparison/measurer';
import type { Result } from '../../core/outcome';
import { EngineClient } from '../../engine/client';
import { planPaths } from '../plans/planPaths';
import { readSettings } from '../settings';
import type { PlanNetworks } from './planNetworks';

export interface PlanMeasurer {
  readonly measurer: Measurer;
  /** Loaded when it is wanted: downloading is much of the program. */
  networks(): Promise<PlanNetworks>;
}

/** One measurer for each plan, whatever panels ask. */
export class PlanMeasurers {
  private readonly known = new Map<string, PlanMeasurer>();
  /** A process of its own: measuring waits for no edit, and takes no device from one. */
  private readonly engine: EngineClient;

  constructor(private readonly context: ExtensionContext, private readonly log: Logger, private readonly hub: (uri: Uri) => Promise<Result<HubConnection>>) {
    this.engine = new EngineClient(context.asAbsolutePath(path.join('dist', 'engine.cjs')), log, { idleMilliseconds: 60_000 });
  }

  of(planPath: string): PlanMeasurer {
    const uri = Uri.file(planPath);
    const { storage, workspace, planFolder } = planPaths(this.context, uri);
    const known = this.known.get(storage);
    if (known) return known;
    const { log, engine } = this;
    let loading: Promise<PlanNetworks> | undefined;
    const load = async (): Promise<PlanNetworks> => {
      const { PlanNetworks } = await import('./planNetworks');
      return new PlanNetworks({ workspace, evaluationPath: path.join(planFolder, 'evaluation.json'), cacheFolder: readSettings(uri).cacheFolder ?? hubCacheFolder(process.env), log, hub: () => this.hub(uri) });
    };
    const networks = (): Promise<PlanNetworks> => (loading ??= load());
    const source = { find: async () => (await networks()).find(), measure: engine.measure.bind(engine) };
    const made = { networks, measurer: new Measurer(this.context.asAbsolutePath(path.join('dist', 'measure.cjs')), path.join(storage, measuresFile), (text) => log.warn(text), source) };
    this.known.set(storage, made);
    return made;
  }

  dispose(): void {
    for (const { measurer } of this.known.values()) measurer.dispose();
    void this.engine.dispose();
  }
}
