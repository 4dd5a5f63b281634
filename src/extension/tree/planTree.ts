import { EventEmitter, MarkdownString, window, type CancellationToken, type Event, type TreeDataProvider, type TreeItem, type TreeView, TreeItemCheckboxState, workspace } from 'vscode';
import type { Phase, Step, Task } from '../../core/plan/plan';
import { Lifetime } from '../lifetime';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet, SetChange } from '../plans/planSet';
import type { PlanStatus } from '../status/planStatus';
import { stepCard } from '../text/stepCard';
import { filterText, passes, type StepFilter } from '../stepFilter';
import { Throttle } from '../throttle';
import { lookOf } from './look';
import { planItem } from './planItems';
import { keyOf, RowBook, type PlanRow } from './rows';

/** The Plan view: phases, tasks, gates and steps of every plan, and what comes next. */
export class PlanTree implements TreeDataProvider<PlanRow> {
  readonly view: TreeView<PlanRow>;
  private readonly lifetime = new Lifetime();
  private readonly changed = new EventEmitter<PlanRow | undefined>();
  private readonly rows = new RowBook();
  private readonly redraw = this.lifetime.add(new Throttle(150, () => this.draw()));
  private readonly redrawProgress = this.lifetime.add(new Throttle(500, () => this.drawProgress()));
  private readonly moving = new Map<string, { readonly host: PlanHost; readonly stepId: string }>();
  /** What the editor was last given, so that a change redraws only what looks different: a row that is redrawn loses the pointer's click. */
  private readonly drawn = new Map<string, { readonly row: PlanRow; readonly look: string }>();
  private shape = '';
  private shown: StepFilter | undefined;

  constructor(
    private readonly plans: PlanSet,
    private readonly waiting: () => number,
    private readonly toggled: (steps: readonly { readonly host: PlanHost; readonly step: Step; readonly done: boolean }[]) => void,
  ) {
    this.lifetime.add(this.changed);
    this.view = this.lifetime.add(window.createTreeView('evalmark.plan', { treeDataProvider: this, canSelectMany: true, showCollapseAll: true, manageCheckboxStateManually: true }));
    this.lifetime.add(plans.onDidChange((change) => this.planChanged(change)));
    this.lifetime.add(
      this.view.onDidChangeCheckboxState(({ items }) => {
        const steps = items.flatMap(([row, state]) => {
          const step = row.kind === 'step' ? row.host.step(row.id) : undefined;
          return step ? [{ host: row.host, step, done: state === TreeItemCheckboxState.Checked }] : [];
        });
        this.toggled(steps);
      }),
    );
    this.draw();
  }

  get onDidChangeTreeData(): Event<PlanRow | undefined> {
    return this.changed.event;
  }

  /** Shows only steps that pass; undefined shows all. */
  filter(filter: StepFilter | undefined): void {
    this.shown = filter;
    this.redraw.ask();
  }

  get filtered(): StepFilter | undefined {
    return this.shown;
  }

  refresh(): void {
    this.redraw.ask();
  }

  /** Opens every phase, task and step that holds others. */
  async expandAll(): Promise<void> {
    for (const root of this.roots()) await this.view.reveal(root, { select: false, focus: false, expand: 3 });
  }

  row(host: PlanHost, step: Step): PlanRow {
    return this.rows.of('step', host, step.id);
  }

  getTreeItem(row: PlanRow): TreeItem {
    const item = planItem(row);
    this.drawn.set(keyOf(row), { row, look: lookOf(item) });
    return item;
  }

  async resolveTreeItem(item: TreeItem, row: PlanRow, _token: CancellationToken): Promise<TreeItem> {
    item.tooltip = row.kind === 'step' || row.kind === 'next' ? await stepTooltip(row) : groupTooltip(row);
    return item;
  }

  getChildren(row?: PlanRow): PlanRow[] {
    if (!row) return this.roots();
    const status = row.host.status;
    if (!status) return row.kind === 'plan' ? [this.rows.of('problem', row.host)] : [];
    switch (row.kind) {
      case 'plan':
        return this.rowsOfPlan(row.host, status);
      case 'phase': {
        const phase = row.host.phase(row.id);
        return phase ? this.rowsOfPhase(row.host, status, phase) : [];
      }
      case 'task':
        return this.rowsOfTask(row.host, status, row.host.task(row.id));
      case 'step':
        return row.host.stepsUnder(row.id).flatMap((step) => (this.isShown(status, [step]) ? [this.rows.of('step', row.host, step.id)] : []));
      default:
        return [];
    }
  }

  getParent(row: PlanRow): PlanRow | undefined {
    const { host } = row;
    const root = this.plans.all.length > 1 ? this.rows.of('plan', host) : undefined;
    switch (row.kind) {
      case 'step': {
        const step = host.step(row.id);
        if (!step) return undefined;
        if (step.parentId !== undefined) return this.rows.of('step', host, step.parentId);
        const task = host.task(step.taskId);
        const phase = host.phase(step.phaseId);
        return task && phase && isFolded(phase, task) ? this.rows.of('phase', host, phase.id) : this.rows.of('task', host, step.taskId);
      }
      case 'task': {
        const task = host.task(row.id);
        return task && this.rows.of('phase', host, task.phaseId);
      }
      case 'gate': {
        const gate = host.plan?.gates.find(({ id }) => id === row.id);
        const task = gate && host.task(gate.afterTaskId);
        return task && this.rows.of('phase', host, task.phaseId);
      }
      case 'phase':
      case 'next':
      case 'problem':
        return root;
      default:
        return undefined;
    }
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private roots(): PlanRow[] {
    const hosts = this.plans.all;
    const only = hosts.length === 1 ? hosts[0] : undefined;
    if (!only) return hosts.map((host) => this.rows.of('plan', host));
    const { status } = only;
    return status ? this.rowsOfPlan(only, status) : [this.rows.of('problem', only)];
  }

  private rowsOfPlan(host: PlanHost, status: PlanStatus): PlanRow[] {
    if (status.plan.steps.length === 0) return [this.rows.of('problem', host)];
    const phases = status.plan.phases.filter((phase) => this.isShown(status, phase.tasks.flatMap(({ steps }) => steps)));
    const next = status.next && !this.shown ? [this.rows.of('next', host)] : [];
    return [...next, ...phases.map(({ id }) => this.rows.of('phase', host, id))];
  }

  private rowsOfPhase(host: PlanHost, status: PlanStatus, phase: Phase): PlanRow[] {
    return phase.tasks
      .filter(({ steps }) => this.isShown(status, steps))
      .flatMap((task) => [
        ...(isFolded(phase, task) ? this.rowsOfTask(host, status, task) : [this.rows.of('task', host, task.id)]),
        ...(this.shown ? [] : status.plan.gates.filter(({ afterTaskId }) => afterTaskId === task.id).map(({ id }) => this.rows.of('gate', host, id))),
      ]);
  }

  private rowsOfTask(host: PlanHost, status: PlanStatus, task: Task | undefined): PlanRow[] {
    const steps = task?.steps.filter((step) => step.parentId === undefined && this.isShown(status, [step])) ?? [];
    return steps.map(({ id }) => this.rows.of('step', host, id));
  }

  private isShown(status: PlanStatus, steps: readonly Step[]): boolean {
    const { shown } = this;
    return !shown || steps.some((step) => passes(shown, step, status.steps.get(step.id)?.state ?? 'todo'));
  }

  private planChanged({ host, change }: SetChange): void {
    if (host && change.kind === 'progress') {
      this.moving.set(`${host.uri.path}\u0000${change.stepId}`, { host, stepId: change.stepId });
      this.redrawProgress.ask();
    } else this.redraw.ask();
  }

  private drawProgress(): void {
    for (const { host, stepId } of this.moving.values()) {
      for (let row: PlanRow | undefined = this.rows.of('step', host, stepId); row; row = this.getParent(row)) this.redrawIfChanged(row);
    }
    this.moving.clear();
  }

  private draw(): void {
    const hosts = this.plans.all;
    const only = hosts.length === 1 ? hosts[0] : undefined;
    this.view.description = [only ? only.name : hosts.length > 1 ? `${hosts.length} plans` : '', this.shown ? filterText(this.shown) : ''].filter(Boolean).join(' · ');
    this.view.message = workspace.isTrusted || hosts.length === 0 ? undefined : 'This workspace is not trusted: plans can be read and ticked, nothing runs.';
    const waiting = this.waiting();
    this.view.badge = waiting > 0 ? { value: waiting, tooltip: waiting === 1 ? '1 step needs you' : `${waiting} steps need you` } : undefined;
    const shape = this.shapeOf(hosts);
    if (shape === this.shape) {
      for (const { row } of [...this.drawn.values()]) this.redrawIfChanged(row);
      return;
    }
    this.shape = shape;
    this.drawn.clear();
    this.changed.fire(undefined);
  }

  private redrawIfChanged(row: PlanRow): void {
    const known = this.drawn.get(keyOf(row));
    if (known && lookOf(planItem(row)) !== known.look) this.changed.fire(row);
  }

  /** Which rows there are, in order. */
  private shapeOf(hosts: readonly PlanHost[]): string {
    const filter = this.shown ? filterText(this.shown) : '';
    const plans = hosts.map(({ uri, status }) => {
      if (!status) return `${uri.path} problem`;
      const steps = status.plan.steps.map(({ id, taskId, parentId }) => (this.shown ? [id, status.steps.get(id)?.state] : [id, taskId, parentId]).join(' '));
      return [uri.path, status.next !== undefined, ...status.plan.tasks.map(({ id, phaseId }) => `${phaseId} ${id}`), ...status.plan.gates.map(({ id }) => id), ...steps].join('\n');
    });
    return [filter, ...plans].join('\n\n');
  }
}

/** A task that is itself a checkbox, or all of an unnamed list, needs no row above its steps. */
function isFolded(phase: Phase, task: Task): boolean {
  return task.steps[0]?.line === task.line || (phase.tasks.length === 1 && task.line === phase.line);
}

async function stepTooltip(row: PlanRow): Promise<MarkdownString | undefined> {
  const { status } = row.host;
  const step = row.kind === 'step' ? row.host.step(row.id) : status?.next;
  return status && step ? stepCard(row.host, status, step) : undefined;
}

function groupTooltip(row: PlanRow): MarkdownString | undefined {
  const { plan, failure } = row.host;
  if (row.kind === 'problem' && failure) return new MarkdownString().appendText(`${failure.message}\n${failure.advice}`);
  if (!plan || !('id' in row)) return new MarkdownString().appendText(row.host.paths.plan);
  const gate = plan.gates.find(({ id }) => id === row.id);
  if (row.kind === 'gate') return new MarkdownString().appendText(gate ? `Checkpoint after Task ${gate.afterTaskId}: ${gate.text}` : '');
  const task = row.kind === 'task' ? row.host.task(row.id) : undefined;
  const lines = [task?.title, task?.estimate && `Estimated: ${task.estimate.text}`, task?.deliverable && `Deliverable: ${task.deliverable}`];
  return new MarkdownString().appendText(lines.filter(Boolean).join('\n'));
}
