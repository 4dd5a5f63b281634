import { commands, l10n, window, type LogOutputChannel } from 'vscode';
import { stepAddress } from '../../core/plan/address';
import type { Step, StepState } from '../../core/plan/plan';
import type { RunSelection } from '../../core/runner/runState';
import type { QuestionDesk } from '../ask/questionDesk';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import { isRunnable } from '../status/planStatus';
import { pauseDownloads } from './pauseDownloads';
import { pickPlan } from './pickPlan';
import { chosenBy, selectionsOf, stepsOf } from './target';
import { mayRun } from './trust';

/** Commands that run, stop and mark steps. */
export class RunCommands {
  constructor(
    private readonly plans: PlanSet,
    private readonly desk: QuestionDesk,
    private readonly log: LogOutputChannel,
  ) {}

  /** Everything that is still open, in the plan's order. */
  async continuePlan(...args: readonly unknown[]): Promise<void> {
    const host = chosenBy(this.plans, args)[0]?.host ?? (await pickPlan(this.plans));
    if (host) await this.start(host, { kind: 'plan' });
  }

  async run(...args: readonly unknown[]): Promise<void> {
    await Promise.all(selectionsOf(chosenBy(this.plans, args)).map(({ host, selection }) => this.start(host, selection)));
  }

  /** The step and what is still open behind it in its task. */
  async runFromHere(...args: readonly unknown[]): Promise<void> {
    for (const { host, kind, id } of chosenBy(this.plans, args)) {
      const from = kind === 'step' ? host.step(id) : undefined;
      if (!from) continue;
      const rest = host.task(from.taskId)?.steps.filter((step) => step.ordinal > from.ordinal && isRunnable(host.status?.steps.get(step.id)?.state)) ?? [];
      await this.start(host, { kind: 'steps', ids: [from.id, ...rest.map((step) => step.id)] });
    }
  }

  /** Every step of the plan that writes a part of the analysis. */
  async writeAnalysis(planPath: string): Promise<void> {
    const host = this.plans.all.find(({ paths }) => paths.plan === planPath);
    const ids = host?.plan?.steps.filter(({ id }) => host.status?.links.get(id)?.action === 'analyze').map(({ id }) => id) ?? [];
    if (host && ids.length > 0) return this.start(host, { kind: 'steps', ids });
    void window.showInformationMessage(l10n.t('This plan has no step that writes an analysis. Add one such as “- [ ] Create comparison matrix table”, then write again.'));
  }

  async runSteps(host: PlanHost, ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.start(host, { kind: 'steps', ids });
  }

  async stop(...args: readonly unknown[]): Promise<void> {
    await Promise.all(selectionsOf(chosenBy(this.plans, args)).map(({ host, selection }) => this.cancel(host, selection)));
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.plans.all.map((host) => this.cancel(host, { kind: 'plan' })));
  }

  /** Holds everything that runs where it can rest, or lets it go on: no step begins meanwhile, and nothing is lost. */
  async pause(paused: boolean): Promise<void> {
    for (const { runner } of this.plans.all) {
      if (paused) runner.pause();
      else runner.resume();
    }
    await commands.executeCommand('setContext', 'evalmark.paused', paused);
    await pauseDownloads(paused);
  }

  /** Back to to-do, forgetting what failed or was interrupted; asks before it unticks a whole task or phase. */
  async reset(...args: readonly unknown[]): Promise<void> {
    for (const chosen of chosenBy(this.plans, args)) {
      const steps = stepsOf(chosen);
      const ticked = steps.filter(({ state }) => state === 'done').length;
      if (ticked > 1 && !(await agreesToUntick(ticked))) continue;
      await chosen.host.runner.reset(steps.map(({ id }) => id));
    }
  }

  async mark(state: StepState, args: readonly unknown[]): Promise<void> {
    const steps = chosenBy(this.plans, args).flatMap((chosen) => stepsOf(chosen).map((step) => ({ host: chosen.host, step })));
    await this.markSteps(state, steps);
  }

  /** Writes a mark without running anything. */
  async markSteps(state: StepState, all: readonly { readonly host: PlanHost; readonly step: Step }[]): Promise<void> {
    for (const host of new Set(all.map((entry) => entry.host))) {
      const steps = all.filter((entry) => entry.host === host).map(({ step }) => step);
      if (state === 'todo') await host.runner.reset(steps.map(({ id }) => id));
      else {
        const marks = steps.map((step) => ({ kind: 'mark', step: stepAddress(step), state }) as const);
        const result = await host.store.edit([...marks, { kind: 'statusLines', taskIds: [...new Set(steps.map(({ taskId }) => taskId))], reasons: {} }]);
        if (!result.ok) void window.showWarningMessage(`${result.failure.message} ${result.failure.advice}`);
      }
      await host.refresh();
    }
  }

  /** Puts the question that waits, of the chosen step or gate or else the oldest. */
  async answer(...args: readonly unknown[]): Promise<void> {
    const chosen = chosenBy(this.plans, args)[0];
    if (!chosen) return this.desk.showNext();
    const { host, kind, id } = chosen;
    const gate = kind === 'gate' ? host.plan?.gates.find((candidate) => candidate.id === id) : undefined;
    await this.desk.showNext(({ plan, stepId, title }) => plan === host.paths.plan && (gate ? title === gate.text : stepId === id));
  }

  /** A gate's question belongs to the run, not to a step, so nothing but the run's end takes it back. */
  private async cancel(host: PlanHost, selection: RunSelection): Promise<void> {
    const stopped = host.runner.cancel(selection);
    if (selection.kind === 'plan' || selection.kind === 'phase') this.desk.dismiss(({ plan, stepId }) => plan === host.paths.plan && stepId === undefined);
    await stopped;
  }

  private async start(host: PlanHost, selection: RunSelection): Promise<void> {
    if (!(await mayRun())) return;
    // Who starts something wants it to run.
    if (host.runner.paused) await this.pause(false);
    const summary = await host.runner.run(selection);
    const { done, failed, blocked, cancelled, needsPerson } = summary;
    this.log.info(`Run ended: ${done} done, ${failed} failed, ${blocked} blocked, ${needsPerson} waiting for you, ${cancelled} cancelled.`);
    if (summary.waitingFor !== undefined) this.log.info(`Waiting: ${summary.waitingFor}`);
  }
}

async function agreesToUntick(count: number): Promise<boolean> {
  const untick = `Reset ${count} Steps`;
  return (await window.showWarningMessage(l10n.t('{0} ticked steps go back to to-do. Their results stay where they are.', count), { modal: true }, untick)) === untick;
}
