import { ThemeColor, ThemeIcon } from 'vscode';
import type { GateRun } from '../../core/runner/runState';
import type { RowState } from '../status/planStatus';

const colors: Readonly<Partial<Record<RowState, string>>> = {
  failed: 'testing.iconFailed',
  needsPerson: 'testing.iconQueued',
  doing: 'charts.blue',
  interrupted: 'testing.iconQueued',
  done: 'testing.iconPassed',
};

const icons: Readonly<Record<RowState, string>> = {
  failed: 'error',
  needsPerson: 'person',
  doing: 'sync',
  queued: 'clockface',
  interrupted: 'debug-pause',
  blocked: 'circle-slash',
  todo: 'circle-large',
  deferred: 'dash',
  done: 'pass',
};

/** `spinning` where work goes on; a task that a person marked as in progress stands still. */
export function stateIcon(state: RowState, spinning: boolean): ThemeIcon {
  const color = colors[state];
  return new ThemeIcon(state === 'doing' && spinning ? 'sync~spin' : icons[state], color === undefined ? undefined : new ThemeColor(color));
}

export function gateIcon(run: GateRun): ThemeIcon {
  if (run.kind === 'waiting') return stateIcon('needsPerson', false);
  return new ThemeIcon('evalmark-gate', run.kind === 'agreed' ? new ThemeColor('testing.iconPassed') : undefined);
}

export const nextIcon = new ThemeIcon('debug-step-over', new ThemeColor('charts.blue'));
