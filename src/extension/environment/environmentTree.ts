import { EventEmitter, ThemeColor, ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import { commandId } from '../commands/commandId';
import { Lifetime } from '../lifetime';
import type { Environment } from './environment';
import type { EnvironmentFact } from './facts';

/** The Environment view: one row a fact, looked up when the view is first seen. */
export class EnvironmentTree implements TreeDataProvider<EnvironmentFact> {
  private readonly lifetime = new Lifetime();
  private readonly changed = this.lifetime.add(new EventEmitter<undefined>());
  private readonly view: TreeView<EnvironmentFact>;

  constructor(private readonly environment: Environment) {
    this.view = this.lifetime.add(window.createTreeView('evalmark.environment', { treeDataProvider: this }));
    this.lifetime.add(this.view.onDidChangeVisibility(({ visible }) => visible && !environment.current && void environment.check()));
    this.lifetime.add(environment.onDidChange(() => this.draw()));
  }

  get onDidChangeTreeData() {
    return this.changed.event;
  }

  getChildren(fact?: EnvironmentFact): EnvironmentFact[] {
    if (!fact && !this.environment.current) void this.environment.check();
    return fact ? [] : [...(this.environment.current?.facts ?? [])];
  }

  getTreeItem({ icon, label, value, detail, wanting, setting }: EnvironmentFact): TreeItem {
    const item = new TreeItem(label);
    item.description = value;
    item.tooltip = detail;
    item.iconPath = wanting ? new ThemeIcon('warning', new ThemeColor('list.warningForeground')) : new ThemeIcon(icon);
    item.accessibilityInformation = { label: `${label}, ${value}${wanting ? ', needs attention' : ''}` };
    if (setting !== undefined) item.command = { command: commandId.openSettings, title: 'Open Setting', arguments: [setting] };
    return item;
  }

  async focus(): Promise<void> {
    await this.environment.check();
    const first = this.environment.current?.facts[0];
    if (first) await this.view.reveal(first, { focus: true });
  }

  getParent(): undefined {
    return undefined;
  }

  dispose(): void {
    this.lifetime.dispose();
  }

  private draw(): void {
    const report = this.environment.current;
    const disk = report?.facts.find(({ label }) => label === 'Disk');
    this.view.description = [report?.device.short, disk?.value].filter(Boolean).join(' · ');
    this.changed.fire(undefined);
  }
}
