import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { CompareState } from '../contract';
import { keyLabel } from '../keys';
import type { Panel } from '../panel';

/** What was just saved, with the way back. Spoken by the live region, so it is no status of its own. */
export function toast(panel: Panel, { last }: CompareState): Node | false {
  if (!last || panel.local.toast !== last.id) return false;
  return h(
    'div',
    { class: 'toast', key: `toast-${last.id}` },
    icon('info'),
    h('span', { class: 'text' }, last.text),
    last.undo && h('button', { class: 'link', on: { click: () => panel.undo() } }, 'Undo', h('kbd', {}, keyLabel('undo'))),
    h('button', { class: 'icon-btn', 'aria-label': 'Dismiss', on: { click: () => panel.update({ toast: undefined }) } }, icon('close')),
  );
}
