import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { keyHelp, type KeyGroup } from '../../ui/keyHelp';
import type { Panel } from '../panel';

export function dialogs(panel: Panel): Node | undefined {
  const close = (): void => {
    panel.update({ open: undefined });
    panel.focus('table');
  };
  if (panel.local.open === 'keys') return keyHelp(keys, close);
  return panel.local.open === 'weights' ? weights(panel, close) : undefined;
}

/** How much each criterion counts in the score. */
function weights(panel: Panel, close: () => void): Node {
  const criteria = panel.state?.totals.criteria ?? [];
  return h(
    'div',
    { class: 'overlay', key: 'weights', on: { click: (event) => event.target === event.currentTarget && close() } },
    h(
      'div',
      { class: 'dialog weights', role: 'dialog', 'aria-modal': true, 'aria-label': 'Criteria', tabindex: -1, paint: (element) => !element.contains(document.activeElement) && element.focus() },
      h('header', { class: 'row' }, h('h2', {}, 'Criteria'), h('button', { class: 'icon-btn', 'aria-label': 'Close', on: { click: close } }, icon('close'))),
      h('p', { class: 'mute' }, criteria.length === 0 ? 'No step of the plan scores anything. Write one as “Relevance to …”.' : 'The score is the mean of what was given, weighted by these. 0 leaves a criterion out.'),
      criteria.map(({ id, label, weight, computed }) =>
        h(
          'label',
          { class: 'weight', key: id },
          h('span', {}, h('b', {}, label), h('small', { class: 'mute' }, computed ? 'filled in from likes and downloads; its step keeps it' : id)),
          h('input', { type: 'number', min: '0', max: '10', step: '1', value: String(weight), 'aria-label': `Weight of ${label}`, on: { change: (event) => setWeight(panel, id, event) } }),
        ),
      ),
    ),
  );
}

function setWeight(panel: Panel, criterion: string, { target }: Event): void {
  const value = Number((target as HTMLInputElement).value);
  if (Number.isFinite(value) && value >= 0 && value <= 10) panel.send({ kind: 'weight', criterion, value });
}

const keys: readonly KeyGroup[] = [
  {
    title: 'Move',
    keys: [
      { keys: ['↑', '↓'], does: 'previous, next candidate' }, { keys: ['←', '→'], does: 'cell' }, { keys: ['Home', 'End'], does: 'first, last' }, { keys: ['Enter'], does: 'details' },
      { keys: ['E'], does: 'claims and facts' }, { keys: ['O'], does: 'card; again: its page' }, { keys: ['F6'], does: 'table, details, selection' }, { keys: ['Esc'], does: 'back' }, { keys: ['/'], does: 'search' },
    ],
  },
  {
    title: 'Judge',
    keys: [
      { keys: ['1', '…', '5'], does: 'score, then the next criterion, then the next row' }, { keys: ['0', 'Delete'], does: 'take the score back' }, { keys: ['V'], does: 'verdict: a digit, then the reason' },
      { keys: ['Ctrl', 'Enter'], does: 'write the verdict; without one, finish' }, { keys: ['C'], does: 'category' }, { keys: ['X'], does: 'leave out with a reason, or bring back' }, { keys: ['U'], does: 'undo, 50 steps' },
    ],
  },
  { title: 'List', keys: [{ keys: ['Space'], does: 'select' }, { keys: ['Shift', 'Space'], does: 'select a range' }, { keys: ['Ctrl', 'A'], does: 'select all shown' }, { keys: ['S'], does: 'sort by this column, again: turn round' }, { keys: ['?'], does: 'all keys' }] },
];
