import { commands } from 'vscode';
import type { ActionName } from '../core/actions/action';
import { Lifetime } from './lifetime';
import type { PlanHost } from './plans/planHost';
import type { PlanSet } from './plans/planSet';
import { readSettings } from './settings';
import { Throttle } from './throttle';

/** What the manifest's `when` clauses ask about. */
export class ContextKeys {
  private readonly lifetime = new Lifetime();
  private readonly update = this.lifetime.add(new Throttle(200, () => this.set()));
  private readonly known = new Map<string, string>();

  constructor(private readonly plans: PlanSet) {
    this.lifetime.add(plans.onDidChange(() => this.update.ask()));
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private set(): void {
    const hosts = this.plans.all;
    this.tell('evalmark.plans', hosts.length);
    this.tell('evalmark.planPaths', hosts.map(({ uri }) => uri.fsPath));
    const running = hosts.some(({ status }) => status && status.whole.running + status.whole.queued > 0);
    this.tell('evalmark.running', running);
    if (running) this.tell('evalmark.ran', true);
    // The walkthrough's steps tick by what came to be, however it was done.
    if (hosts.some((host) => did(host, 'review'))) this.tell('evalmark.looked', true);
    if (hosts.some((host) => did(host, 'analyze'))) this.tell('evalmark.readResults', true);
    if (hosts.some((host) => did(host, 'commit') || commits(host))) this.tell('evalmark.committed', true);
  }

  private tell(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (this.known.get(key) === text) return;
    this.known.set(key, text);
    void commands.executeCommand('setContext', key, value);
  }
}

/** Whether a step of a kind was done, or asks the person right now. */
function did({ status }: PlanHost, action: ActionName): boolean {
  return status !== undefined && [...status.links].some(([id, link]) => link.action === action && ['done', 'needsPerson'].includes(status.steps.get(id)?.state ?? ''));
}

/** Whether a task came to its end under a policy that commits it then. */
function commits({ uri, status }: PlanHost): boolean {
  return readSettings(uri).policy.commitAfter === 'task' && status !== undefined && [...status.tasks.values()].some(({ done, total }) => total > 0 && done === total);
}
