import { EventEmitter, l10n, ThemeColor, ThemeIcon, TreeItem, window, type TreeDataProvider, type TreeView } from 'vscode';
import type { EnvironmentFact, EnvironmentFix, FactId } from '../../core/environment/fact';
import { commandId } from '../commands/commandId';
import { Lifetime } from '../lifetime';
import type { Environment } from './environment';

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

  getTreeItem({ id, label, value, detail, wanting, fix }: EnvironmentFact): TreeItem {
    const item = new TreeItem(label);
    item.description = value;
    item.tooltip = detail;
    item.iconPath = wanting ? new ThemeIcon('warning', new ThemeColor('list.warningForeground')) : new ThemeIcon(icons[id]);
    item.accessibilityInformation = { label: wanting ? l10n.t('{0}, {1}, needs attention', label, value) : `${label}, ${value}` };
    if (fix) item.command = commandFor(fix);
    return item;
  }

  async focus(): Promise<void> {
    await this.environment.check({ thorough: true });
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
    const disk = report?.facts.find(({ id }) => id === 'disk');
    this.view.description = [report?.device.short, disk?.value].filter(Boolean).join(' · ');
    this.changed.fire(undefined);
  }
}

const icons: Readonly<Record<FactId, string>> = {
  card: 'chip',
  processor: 'chip',
  vram: 'dashboard',
  driver: 'circuit-board',
  devices: 'list-ordered',
  cuda: 'package',
  node: 'server-process',
  disk: 'database',
  cache: 'folder',
  python: 'snake',
  hub: 'key',
  git: 'git-branch',
};

function commandFor(fix: EnvironmentFix): TreeItem['command'] {
  switch (fix.kind) {
    case 'setting':
      return { command: commandId.openSettings, title: l10n.t('Open Setting'), arguments: [fix.setting] };
    case 'get-cuda':
      return { command: commandId.getCuda, title: l10n.t('Get CUDA Provider') };
    case 'enter-token':
      return { command: commandId.enterToken, title: l10n.t('Enter Hub Token') };
  }
}
