import { EventEmitter, l10n, MarkdownString, ThemeIcon, TreeItem, window, type Event, type TreeDataProvider, type TreeView } from 'vscode';
import type { Step } from '../../core/plan/plan';
import type { PastRun } from '../../core/runner/runState';
import { commandId } from '../commands/commandId';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import { clock, plainText } from '../status/wording';
import { Throttle } from '../throttle';
import { stateIcon } from './icons';
import { pastRunDescription, pastRunDetail } from './runRows';

/** One run of the step that the Timeline view shows. */
export interface TimelineRow {
  readonly kind: 'pastRun';
  readonly host: PlanHost;
  readonly step: Step;
  readonly past: PastRun;
}

/** The Timeline view: every run of the step that is selected in a tree or stands at the cursor, newest first. */
export class Timeline implements TreeDataProvider<TimelineRow> {
  readonly view: TreeView<TimelineRow>;
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<undefined>());
  private readonly redraw = this.lifetime.add(new Throttle(500, () => this.changed.fire(undefined)));
  private shown: { readonly host: PlanHost; readonly stepId: string } | undefined;

  constructor(private readonly plans: PlanSet) {
    this.view = this.lifetime.add(window.createTreeView<TimelineRow>('evalmark.timeline', { treeDataProvider: this }));
    this.lifetime.add(plans.onDidChange(({ change }) => change.kind === 'plan' && this.shown && this.redraw.ask()));
    this.lifetime.add(
      window.onDidChangeTextEditorSelection(({ textEditor, selections }) => {
        const host = plans.of(textEditor.document.uri);
        const line = selections[0]?.active.line;
        const step = host?.plan?.steps.find((candidate) => candidate.line === line);
        if (host && step) this.show(host, step);
      }),
    );
  }

  get onDidChangeTreeData(): Event<undefined> {
    return this.changed.event;
  }

  show(host: PlanHost, step: Step): void {
    if (this.shown?.host === host && this.shown.stepId === step.id) return;
    this.shown = { host, stepId: step.id };
    this.redraw.ask();
  }

  async getChildren(row?: TimelineRow): Promise<TimelineRow[]> {
    const step = this.shown?.host.step(this.shown.stepId);
    if (row || !this.shown || !step || !this.plans.all.includes(this.shown.host)) return this.titled('', []);
    const { host } = this.shown;
    const past = await host.runner.pastRuns(step.id);
    return this.titled(plainText(step.text), past.map((run) => ({ kind: 'pastRun', host, step, past: run })));
  }

  getTreeItem(row: TimelineRow): TreeItem {
    const { past, host, step } = row;
    const running = past.run.kind === 'interrupted' && host.runner.stepRun(step.id)?.kind === 'running' ? host.runner.stepRun(step.id) : undefined;
    const run = running ?? past.run;
    const item = new TreeItem(clock(past.since));
    item.id = `${host.uri.path}\u0000${step.id}\u0000${past.since}`;
    item.description = pastRunDescription(run);
    item.iconPath = run.kind === 'cancelled' ? new ThemeIcon('circle-slash') : stateIcon(run.kind === 'running' ? 'doing' : run.kind, run.kind === 'running');
    item.tooltip = new MarkdownString().appendText(`${plainText(step.text)}\n${pastRunDetail(run)}`);
    item.contextValue = past.log === undefined ? 'pastRun' : 'pastRun.log';
    item.accessibilityInformation = { label: [clock(past.since), run.kind, item.description].join(', ') };
    if (past.log !== undefined) item.command = { command: commandId.showRunLog, title: l10n.t('Show Log of This Run'), arguments: [row] };
    return item;
  }

  /** Opens the view on a step. */
  async focus(host: PlanHost, step: Step): Promise<void> {
    this.shown = { host, stepId: step.id };
    this.changed.fire(undefined);
    const [first] = await this.getChildren();
    if (first) await this.view.reveal(first, { focus: true });
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private titled(title: string, rows: TimelineRow[]): TimelineRow[] {
    this.view.description = title;
    return rows;
  }
}
