import { commands, l10n, window, workspace, type LogOutputChannel } from 'vscode';
import { runsElsewhere } from '../../core/execution/runsElsewhere';
import type { InterruptedRun } from '../../core/runner/interruptedRuns';
import { commandId } from '../commands/commandId';
import { Lifetime } from '../lifetime';
import { readSettings } from '../settings';
import { Throttle } from '../throttle';
import { plainText } from '../status/wording';
import type { PlanHost } from './planHost';
import type { PlanSet } from './planSet';

/**
 * Goes on with runs whose window was closed or killed: by itself right after a reload, where everything that ran takes up what is
 * there; else when the person says so. What was interrupted long ago (unless a cluster goes on with it), or in the middle of a command, waits for the person.
 */
export class RunRecovery {
  private readonly lifetime = new Lifetime();
  private readonly look = this.lifetime.add(new Throttle(500, () => void this.lookAround()));
  /** Runs that were seen, so that each is taken up or announced once. */
  private readonly seen = new Set<string>();

  constructor(
    private readonly plans: PlanSet,
    private readonly isLookedAt: () => boolean,
    private readonly log: LogOutputChannel,
  ) {
    this.lifetime.add(plans.onDidChange(({ change }) => change.kind === 'plan' && this.look.ask()));
    this.lifetime.add(workspace.onDidGrantWorkspaceTrust(() => this.look.ask()));
  }

  /** What the person says: go on with everything that was interrupted. */
  async continueAll(): Promise<void> {
    const found = await Promise.all(this.plans.all.map(async (host) => (await host.runner.interruptedRuns()).map((run) => ({ host, run }))));
    if (found.flat().length === 0) void window.showInformationMessage(l10n.t('No run was interrupted.'));
    await Promise.all(found.flat().map(({ host, run }) => host.runner.continueRun(run)));
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private async lookAround(): Promise<void> {
    if (!workspace.isTrusted) return;
    for (const host of this.plans.all) {
      // Asked after every change, so the plan is read only where there is something new.
      if (!host.plan || (await host.runner.interruptedNames()).every((name) => this.seen.has(name))) continue;
      for (const run of await host.runner.interruptedRuns()) {
        if (this.seen.has(run.runId)) continue;
        this.seen.add(run.runId);
        await this.takeUp(host, run);
      }
    }
  }

  private async takeUp(host: PlanHost, run: InterruptedRun): Promise<void> {
    const names = run.steps.map((step) => plainText(step.text)).join(', ') || host.name;
    const { afterReload } = readSettings(host.uri);
    // What a cluster went on with meanwhile only has to be watched again.
    if (afterReload === 'continue' && run.resumable && (isFresh(run) || (await runsElsewhere(host.paths)))) {
      this.log.info(`Goes on with what the last window left: ${names}.`);
      void host.runner.continueRun(run);
      return;
    }
    this.log.warn(`Interrupted when its window closed: ${names}.`);
    if (this.isLookedAt()) return;
    const goOn = l10n.t('Continue');
    const message = l10n.t('Evalmark was interrupted: {0}', names.length > 120 ? `${names.slice(0, 120)}…` : names);
    void window.showInformationMessage(message, goOn).then((chosen) => {
      if (chosen === goOn) void commands.executeCommand(commandId.continueInterrupted);
    });
  }
}

/** A reload, and no coming back the next day. */
function isFresh({ lastSign }: InterruptedRun): boolean {
  return lastSign !== undefined && Date.now() - lastSign.getTime() < 5 * 60_000;
}
