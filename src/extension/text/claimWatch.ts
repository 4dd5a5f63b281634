import { window } from 'vscode';
import { hubCacheFolder } from '../../core/hub/cache';
import type { Failure } from '../../core/outcome';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import { readSettings } from '../settings';
import { Throttle } from '../throttle';

/** Knows which ticked steps promise what is not there; looks again after changes and when the person comes back to the window. */
export class ClaimWatch {
  private readonly lifetime = new Lifetime();
  private readonly look = this.lifetime.add(new Throttle(2_000, () => void this.check()));
  private readonly found = new WeakMap<PlanHost, ReadonlyMap<string, Failure>>();
  private checking = false;

  constructor(
    private readonly plans: PlanSet,
    private readonly changed: () => void,
  ) {
    this.lifetime.add(plans.onDidChange(({ change }) => change.kind === 'plan' && this.look.ask()));
    this.lifetime.add(window.onDidChangeWindowState(({ focused }) => focused && this.look.ask()));
  }

  of(host: PlanHost): ReadonlyMap<string, Failure> {
    return this.found.get(host) ?? none;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private async check(): Promise<void> {
    if (this.checking) return this.look.ask();
    this.checking = true;
    try {
      const { falseClaims } = await import('../../core/actions/claims');
      for (const host of this.plans.all) {
        const { plan, status } = host;
        if (!plan || !status) continue;
        const before = this.of(host);
        const cacheFolder = readSettings(host.uri).cacheFolder ?? hubCacheFolder(process.env);
        const now = await falseClaims(plan, status.links, { paths: host.paths, cacheFolder });
        this.found.set(host, now);
        if (now.size !== before.size || [...now].some(([id, { message }]) => before.get(id)?.message !== message)) this.changed();
      }
    } finally {
      this.checking = false;
    }
  }
}

const none: ReadonlyMap<string, Failure> = new Map();
