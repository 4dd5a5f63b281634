import { h, type Node } from './dom';
import { icon } from './icons';

export interface KeyGroup {
  readonly title: string;
  readonly keys: readonly { readonly keys: readonly string[]; readonly does: string }[];
}

/** All keys of a panel, over it. `Esc` and the button close it; focus stays inside while it is open. */
export function keyHelp(groups: readonly KeyGroup[], close: () => void): Node {
  return h(
    'div',
    { class: 'overlay', key: 'key-help', on: { click: (event) => event.target === event.currentTarget && close() } },
    h(
      'div',
      { class: 'dialog', role: 'dialog', 'aria-modal': true, 'aria-label': 'All keys', tabindex: -1, paint: (element) => !element.contains(document.activeElement) && element.focus() },
      h('header', { class: 'row' }, h('h2', {}, 'All keys'), h('button', { class: 'icon-btn', 'aria-label': 'Close', on: { click: close } }, icon('close'))),
      h('div', { class: 'key-groups' }, groups.map(keyGroup)),
    ),
  );
}

function keyGroup({ title, keys }: KeyGroup): Node {
  return h(
    'section',
    {},
    h('h3', {}, title),
    h('dl', {}, keys.map(({ keys: names, does }) => h('div', {}, h('dt', {}, names.map((name) => h('kbd', {}, name))), h('dd', {}, does)))),
  );
}
