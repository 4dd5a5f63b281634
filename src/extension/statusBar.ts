import { StatusBarAlignment, ThemeColor, window, workspace, type StatusBarItem } from 'vscode';
import { commandId } from './commands/commandId';
import type { QuestionDesk } from './ask/questionDesk';
import type { Environment } from './environment/environment';
import { Lifetime } from './lifetime';
import type { PlanHost } from './plans/planHost';
import type { PlanSet } from './plans/planSet';
import { shortProgress, taskName } from './status/wording';
import { Throttle } from './throttle';
import { needsPerson } from './status/needsPerson';

/** Three items: how far the plan is, whether it needs the person, and what it runs on. */
export class StatusBar {
  private readonly lifetime = new Lifetime();
  private readonly progress = this.item('progress', 'Evalmark: Progress', StatusBarAlignment.Left, 20);
  private readonly needsYou = this.item('needsYou', 'Evalmark: Needs You', StatusBarAlignment.Left, 19);
  private readonly device = this.item('device', 'Evalmark: Device', StatusBarAlignment.Right, 110);
  private readonly redraw = this.lifetime.add(new Throttle(500, () => this.draw()));

  constructor(
    private readonly plans: PlanSet,
    private readonly desk: QuestionDesk,
    private readonly environment: Environment,
  ) {
    this.progress.command = 'evalmark.plan.focus';
    this.needsYou.command = commandId.answer;
    this.device.command = commandId.checkEnvironment;
    this.lifetime.add(plans.onDidChange(() => this.redraw.ask()));
    this.lifetime.add(desk.onChange(() => this.redraw.ask()));
    this.lifetime.add(environment.onDidChange(() => this.redraw.ask()));
    this.lifetime.add(window.onDidChangeActiveTextEditor(() => this.redraw.ask()));
    this.draw();
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private item(id: string, name: string, alignment: StatusBarAlignment, priority: number): StatusBarItem {
    const item = this.lifetime.add(window.createStatusBarItem(id, alignment, priority));
    item.name = name;
    return item;
  }

  private draw(): void {
    const host = this.shownPlan();
    if (host) this.drawProgress(host);
    else this.progress.hide();
    const waiting = needsPerson(this.plans.all, this.desk);
    this.needsYou.text = `$(person) ${waiting} ${waiting === 1 ? 'needs' : 'need'} you`;
    this.needsYou.tooltip = this.desk.waiting.map(({ title }) => title).join('\n') || 'Steps that only you can finish';
    if (waiting > 0) this.needsYou.show();
    else this.needsYou.hide();
    const device = this.environment.current?.device;
    this.device.text = `$(chip) ${device?.short ?? ''}`;
    this.device.tooltip = device?.long;
    if (device && host) this.device.show();
    else this.device.hide();
  }

  /** The plan that runs, else the one in the editor, else the first that holds any step. */
  private shownPlan(): PlanHost | undefined {
    const active = window.activeTextEditor && this.plans.of(window.activeTextEditor.document.uri);
    return this.plans.all.find(({ runner }) => runner.running) ?? active ?? this.plans.all.find(({ plan }) => (plan?.steps.length ?? 0) > 0);
  }

  private drawProgress(host: PlanHost): void {
    const { status } = host;
    if (!status) return this.progress.hide();
    const { whole, plan } = status;
    const running = plan.steps.find(({ id }) => status.steps.get(id)?.run?.kind === 'running');
    const run = running && status.steps.get(running.id)?.run;
    const task = running && host.task(running.taskId);
    const done = `${whole.done}/${whole.total}`;
    this.progress.backgroundColor = undefined;
    if (task && run?.kind === 'running') this.progress.text = `$(sync~spin) ${taskName(task)}: ${shortProgress(run.progress)} · plan ${done}`;
    else if (whole.failed > 0) {
      this.progress.text = `$(error) Plan ${done} · ${whole.failed} failed`;
      this.progress.backgroundColor = new ThemeColor('statusBarItem.errorBackground');
    } else this.progress.text = `$(checklist) Plan ${done}`;
    this.progress.tooltip = workspace.asRelativePath(host.uri);
    this.progress.show();
  }
}
