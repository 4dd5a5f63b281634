import { commands } from 'vscode';
import { Lifetime } from './lifetime';
import type { PlanSet } from './plans/planSet';
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
  }

  private tell(key: string, value: unknown): void {
    const text = JSON.stringify(value);
    if (this.known.get(key) === text) return;
    this.known.set(key, text);
    void commands.executeCommand('setContext', key, value);
  }
}
