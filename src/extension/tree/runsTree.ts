import { l10n, EventEmitter, ThemeIcon, TreeItem, TreeItemCollapsibleState, window, type Event, type TreeDataProvider, type TreeView } from 'vscode';
import type { Step } from '../../core/plan/plan';
import { commandId } from '../commands/commandId';
import { targetOf } from '../commands/target';
import { Lifetime } from '../lifetime';
import type { DeviceWatch } from '../environment/deviceWatch';
import type { PlanHost } from '../plans/planHost';
import type { PlanSet } from '../plans/planSet';
import { plainText } from '../status/wording';
import { Throttle } from '../throttle';
import { stateIcon } from './icons';
import { lookOf } from './look';
import { runDescription, runDetails, runRows, runsDescription, type RunDetail, type RunRow } from './runRows';

/** Stands for a run as long as it is listed; what it shows is looked up when it is drawn. */
interface RunElement {
  readonly kind: 'run';
  readonly key: string;
  readonly host: PlanHost;
  readonly step: Step;
}

interface DetailElement {
  readonly kind: 'detail';
  readonly key: string;
  readonly of: RunElement;
  readonly index: number;
}

type Element = RunElement | DetailElement;

/** The Runs view: what runs, waits, is queued, failed or was done lately. */
export class RunsTree implements TreeDataProvider<Element> {
  readonly view: TreeView<Element>;
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<Element | undefined>());
  private readonly redraw = this.lifetime.add(new Throttle(500, () => this.draw()));
  private readonly elements = new Map<string, Element>();
  private rows: ReadonlyMap<string, RunRow<PlanHost>> = new Map();
  private shape = '';
  private readonly looks = new Map<string, string>();
  private clearedAt = '';

  constructor(
    private readonly plans: PlanSet,
    private readonly device: DeviceWatch,
  ) {
    this.view = this.lifetime.add(window.createTreeView<Element>('evalmark.runs', { treeDataProvider: this }));
    this.lifetime.add(plans.onDidChange(() => this.redraw.ask()));
    this.lifetime.add(device.onDidChange(() => this.redraw.ask()));
  }

  get onDidChangeTreeData(): Event<Element | undefined> {
    return this.changed.event;
  }

  /** Hides what is over; the journal keeps it. */
  clearHistory(): void {
    this.clearedAt = new Date().toISOString();
    this.draw();
  }

  getChildren(element?: Element): Element[] {
    if (!element) return [...this.rows].map(([key, { host, step }]) => this.element({ kind: 'run', key, host, step }));
    const row = element.kind === 'run' ? this.rows.get(element.key) : undefined;
    if (!row || element.kind !== 'run') return [];
    return this.details(row).map((_, index) => this.element({ kind: 'detail', key: `${element.key}\u0000${index}`, of: element, index }));
  }

  getTreeItem(element: Element): TreeItem {
    const item = this.item(element);
    this.looks.set(element.key, lookOf(item));
    return item;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private draw(): void {
    const rows = runRows(this.plans.all, ({ run }) => 'at' in run && run.at < this.clearedAt);
    this.rows = new Map(rows.map((row) => [keyOf(row), row]));
    this.view.description = runsDescription(rows);
    const shape = [...this.rows].map(([key, row]) => `${key} ${this.details(row).length}`).join('\n');
    if (shape !== this.shape) {
      this.shape = shape;
      this.looks.clear();
      this.changed.fire(undefined);
      return;
    }
    for (const [key, look] of [...this.looks]) {
      const element = this.elements.get(key);
      if (element && lookOf(this.item(element)) !== look) this.changed.fire(element);
    }
  }

  private item(element: Element): TreeItem {
    const run = element.kind === 'run' ? element : element.of;
    const row = this.rows.get(run.key);
    const detail = row && element.kind === 'detail' ? this.details(row)[element.index] : undefined;
    const item = detail ? detailItem(detail) : row && element.kind === 'run' ? runItem(row, this.details(row).length > 0) : new TreeItem('(gone)');
    item.id = element.key;
    return item;
  }

  private details(row: RunRow<PlanHost>): readonly RunDetail<PlanHost>[] {
    const edits = row.host.status?.links.get(row.step.id)?.action === 'infer';
    return runDetails(row, edits ? this.device.memory : undefined);
  }

  /** The same object for the same row, as the editor's tree wants it. */
  private element(made: Element): Element {
    const known = this.elements.get(made.key);
    if (known) return known;
    this.elements.set(made.key, made);
    return made;
  }
}

/** Of its own for each kind of run: a row that gets children under the same name would stay closed. */
function keyOf({ host, step, run }: RunRow<PlanHost>): string {
  return `${host.uri.path}\u0000${step.id}\u0000${run.kind}`;
}

function runItem(row: RunRow<PlanHost>, details: boolean): TreeItem {
  const { host, step, run, state } = row;
  const lively = run.kind === 'running' || run.kind === 'failed' || run.kind === 'needsPerson';
  const item = new TreeItem(plainText(step.text), !details ? TreeItemCollapsibleState.None : lively ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);
  item.description = runDescription(row);
  item.iconPath = run.kind === 'cancelled' ? new ThemeIcon('circle-slash') : row.paused && run.kind === 'queued' ? new ThemeIcon('debug-pause') : stateIcon(row.question !== undefined ? 'needsPerson' : runIconState(row), run.kind === 'running');
  item.contextValue = `run.${row.question !== undefined ? 'asking' : row.paused && (run.kind === 'running' || run.kind === 'queued') ? `${run.kind}.paused` : run.kind}`;
  item.command = { command: commandId.reveal, title: l10n.t('Reveal in File'), arguments: [targetOf(host, 'step', step.id)] };
  item.accessibilityInformation = { label: `${plainText(step.text)}, ${state === 'needsPerson' ? 'needs you' : run.kind}, ${runDescription(row)}` };
  return item;
}

function runIconState({ run }: RunRow<PlanHost>) {
  switch (run.kind) {
    case 'running':
      return 'doing' as const;
    case 'cancelled':
      return 'todo' as const;
    default:
      return run.kind;
  }
}

function detailItem({ icon, label, description }: RunDetail<PlanHost>): TreeItem {
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.iconPath = new ThemeIcon(icon);
  item.description = description;
  item.tooltip = [label, description].filter(Boolean).join(' · ');
  return item;
}
