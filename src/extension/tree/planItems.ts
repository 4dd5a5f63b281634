import { l10n, ThemeColor, ThemeIcon, TreeItem, TreeItemCheckboxState, TreeItemCollapsibleState } from 'vscode';
import type { ActionName } from '../../core/actions/action';
import { actionInfo } from '../../core/actions/actionInfo';
import type { Gate, Phase, Step, Task } from '../../core/plan/plan';
import { commandId } from '../commands/commandId';
import type { PlanHost } from '../plans/planHost';
import type { GroupStatus, PlanStatus, RowState } from '../status/planStatus';
import { gateDescription, gateLabel, groupDescription, phaseLabel, plainText, stepDescription, taskLabel, taskName } from '../status/wording';
import { gateIcon, nextIcon, stateIcon } from './icons';
import { keyOf, type PlanRow } from './rows';

/** What the editor draws for a row, without its tooltip, which is made when it is asked for. */
export function planItem(row: PlanRow): TreeItem {
  const item = itemOf(row);
  item.id = keyOf(row);
  const { label, description } = item;
  const state = accessibleState(row);
  const words = [String(label), state, typeof description === 'string' && description !== '' ? description : undefined];
  item.accessibilityInformation = { label: words.filter((word) => word !== undefined).join(', ') };
  return item;
}

function itemOf(row: PlanRow): TreeItem {
  const status = row.host.status;
  if (row.kind === 'plan') return planRootItem(row.host);
  if (row.kind === 'problem' || !status) return problemItem(row);
  switch (row.kind) {
    case 'next':
      return nextItem(row, status);
    case 'phase': {
      const phase = row.host.phase(row.id);
      const group = status.phases.get(row.id);
      return phase && group ? phaseItem(phase, group) : goneItem();
    }
    case 'task': {
      const task = row.host.task(row.id);
      const group = status.tasks.get(row.id);
      return task && group ? taskItem(task, group) : goneItem();
    }
    case 'gate': {
      const gate = status.plan.gates.find(({ id }) => id === row.id);
      return gate ? gateItem(gate, status) : goneItem();
    }
    case 'step': {
      const step = row.host.step(row.id);
      return step ? stepItem(step, status, row) : goneItem();
    }
  }
}

function nextItem(row: PlanRow, { next }: PlanStatus): TreeItem {
  const item = new TreeItem(next ? `Next: ${plainText(next.text)}` : 'Nothing to run', TreeItemCollapsibleState.None);
  const task = next && row.host.task(next.taskId);
  if (task) item.description = taskName(task);
  item.iconPath = nextIcon;
  item.contextValue = 'next';
  item.command = { command: commandId.reveal, title: l10n.t('Reveal in File'), arguments: [row] };
  return item;
}

function phaseItem(phase: Phase, status: GroupStatus): TreeItem {
  const open = status.state !== 'done' && status.state !== 'blocked' && status.state !== 'deferred';
  return groupItem(phaseLabel(phase), status, 'phase', open ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);
}

function taskItem(task: Task, status: GroupStatus): TreeItem {
  if (task.steps.length === 0) return groupItem(taskLabel(task), status, 'task', TreeItemCollapsibleState.None);
  const lively = status.running > 0 || status.state === 'failed' || status.state === 'interrupted';
  return groupItem(taskLabel(task), status, 'task', lively ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed);
}

function groupItem(label: string, status: GroupStatus, kind: 'plan' | 'phase' | 'task', state: TreeItemCollapsibleState): TreeItem {
  const item = new TreeItem(label, state);
  item.description = groupDescription(status);
  item.iconPath = stateIcon(status.state, status.running > 0);
  item.contextValue = `${kind}.${status.running + status.queued > 0 ? 'running' : status.state}`;
  return item;
}

function gateItem(gate: Gate, status: PlanStatus): TreeItem {
  const run = status.gates.get(gate.id) ?? { kind: 'open' };
  const item = new TreeItem(gateLabel(gate), TreeItemCollapsibleState.None);
  item.description = gateDescription(run);
  item.iconPath = gateIcon(run);
  item.contextValue = `gate.${run.kind}`;
  return item;
}

function stepItem(step: Step, status: PlanStatus, row: PlanRow): TreeItem {
  const known = status.steps.get(step.id) ?? { state: step.state, run: undefined, question: undefined };
  const link = status.links.get(step.id);
  const nested = row.host.stepsUnder(step.id).length > 0;
  const item = new TreeItem(plainText(step.text) || '(no text)', nested ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.None);
  item.description = stepDescription(step, known, link);
  item.iconPath = known.state === 'todo' && link ? new ThemeIcon(actionInfo(link.action).icon) : stateIcon(known.state, known.run?.kind === 'running');
  item.checkboxState = {
    state: step.state === 'done' ? TreeItemCheckboxState.Checked : TreeItemCheckboxState.Unchecked,
    tooltip: step.state === 'done' ? 'Mark as to do' : 'Mark as done without running',
    accessibilityInformation: { label: `${plainText(step.text)}: mark ${step.state === 'done' ? 'as to do' : 'as done'}`, role: 'checkbox' },
  };
  item.contextValue = `step.${stepContext(known.state, known.question !== undefined)}${(link && menusOf[link.action]) ?? ''}`;
  item.command = { command: commandId.reveal, title: l10n.t('Reveal in File'), arguments: [row] };
  return item;
}

/** Actions whose steps have entries of their own in the menu. */
const menusOf: Readonly<Partial<Record<ActionName, string>>> = { shell: '.shell', check: '.shell', analyze: '.analyze', options: '.decide', decide: '.decide' };

/** `asking`: it runs, and waits for an answer. */
function stepContext(state: RowState, asks: boolean): string {
  if (state === 'doing') return 'running';
  return asks ? 'asking' : state;
}

function planRootItem({ name, status }: PlanHost): TreeItem {
  if (status) return groupItem(name, status.whole, 'plan', TreeItemCollapsibleState.Expanded);
  const item = new TreeItem(name, TreeItemCollapsibleState.Expanded);
  item.iconPath = new ThemeIcon('error', new ThemeColor('testing.iconFailed'));
  item.contextValue = 'plan.unreadable';
  return item;
}

/** Why there is nothing to show: the plan cannot be read, or holds no step. Opens the line. */
function problemItem(row: PlanRow): TreeItem {
  const { failure, plan } = row.host;
  const worst = plan?.diagnostics.find(({ severity }) => severity === 'error') ?? plan?.diagnostics[0];
  const file = row.host.uri.path.split('/').pop() ?? '';
  const label = failure ? failure.message : worst ? `${file}, line ${worst.range.line + 1}: ${worst.message}` : plan ? `${file} has no steps yet` : 'Reading…';
  const item = new TreeItem(label, TreeItemCollapsibleState.None);
  item.iconPath = failure || worst?.severity === 'error' ? stateIcon('failed', false) : new ThemeIcon(plan ? 'info' : 'loading~spin');
  item.contextValue = 'problem';
  item.command = { command: commandId.reveal, title: l10n.t('Reveal in File'), arguments: [row] };
  return item;
}

/** The editor may still ask for a row that the last edit took away. */
function goneItem(): TreeItem {
  return new TreeItem('(gone)', TreeItemCollapsibleState.None);
}

function accessibleState(row: PlanRow): string | undefined {
  const { status } = row.host;
  switch (row.kind) {
    case 'phase':
      return stateWord(status?.phases.get(row.id)?.state);
    case 'task':
      return stateWord(status?.tasks.get(row.id)?.state);
    case 'step':
      return stateWord(status?.steps.get(row.id)?.state);
    case 'plan':
      return stateWord(status?.whole.state);
    default:
      return undefined;
  }
}

function stateWord(state: RowState | undefined): string | undefined {
  switch (state) {
    case 'needsPerson':
      return 'needs you';
    case 'doing':
      return 'running';
    case 'todo':
      return 'to do';
    default:
      return state;
  }
}
