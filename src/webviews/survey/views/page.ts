import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { Panel } from '../panel';
import { details } from './details';
import { dialogs } from './dialogs';
import { filterBar } from './filterBar';
import { header, offlineBar } from './header';
import { selection } from './selection';
import { table } from './table';
import { tray } from './tray';

export function page(panel: Panel): readonly (Node | undefined)[] {
  if (!panel.state) return [h('main', { class: 'panel waiting' }, h('p', { class: 'mute' }, panel.local.toast?.text ?? 'Reading the survey…'))];
  return [
    h(
      'main',
      { class: `panel${panel.local.details ? ' with-details' : ''}`, key: 'panel' },
      header(panel),
      offlineBar(panel),
      filterBar(panel),
      h('div', { class: 'middle' }, table(panel), details(panel)),
      selection(panel),
      tray(panel),
      keyLine(panel),
    ),
    toast(panel),
    dialogs(panel),
  ];
}

/** Puts the focus where a command wants it, once the page is up to date. */
export function afterPage(panel: Panel): void {
  const wanted = panel.takeFocus();
  if (wanted === undefined) return;
  const place = { table: '[data-part=table]', search: '#search', reason: '#reason', details: '.detail-body' }[wanted];
  document.querySelector<HTMLElement>(place)?.focus({ preventScroll: true });
}

function toast({ local }: Panel): Node | undefined {
  return local.toast && h('div', { class: `toast ${local.toast.tone}`, key: 'toast', 'aria-hidden': true }, icon(local.toast.tone === 'error' ? 'warn' : 'info'), local.toast.text);
}

type Hint = readonly [readonly string[], string];

function keyLine({ local }: Panel): Node {
  const hints: readonly Hint[] = local.details
    ? [[['↑', '↓'], 'previous, next'], [['V'], 'verdict'], [['E'], 'evidence'], [['O'], 'open card'], [['Ctrl', 'Enter'], 'write verdict'], [['Esc'], 'back to the list'], [['?'], 'all keys']]
    : [[['↑', '↓'], 'move'], [['Space'], 'select'], [['Enter'], 'details'], [['1…5'], 'score, then next criterion'], [['C'], 'category'], [['V'], 'verdict'], [['X'], 'exclude with reason'], [['S'], 'sort'], [['U'], 'undo'], [['?'], 'all keys']];
  return h('div', { class: 'keys', role: 'note', 'aria-label': 'Keys' }, hints.map(([keys, does]) => h('span', { key: does }, keys.map((key) => h('kbd', {}, key)), does)));
}
