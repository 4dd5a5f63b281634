import { h, type Child, type Node } from '../../ui/dom';
import type { Panel } from '../panel';

/** What concerns the whole session. */
export function menu(panel: Panel): Node {
  const { state } = panel;
  const close = (act: () => void) => () => {
    panel.update({ menu: false });
    act();
  };
  const item = (label: string, act: () => void, key?: string): Node =>
    h('button', { class: 'menu-item', role: 'menuitem', on: { click: close(act) } }, label, key !== undefined && h('kbd', {}, key));
  const items: readonly Child[] = [
    item('All keys', () => panel.update({ help: true }), '?'),
    state?.summary && !panel.local.sheet && item('Results of this session', () => panel.update({ sheet: true })),
    item('Open the ratings file', () => panel.send({ type: 'openRatings' })),
    state?.blind ? item('Reveal models…', () => panel.send({ type: 'reveal' })) : item('Begin a new blind session', () => panel.send({ type: 'newSession' })),
    item('Close', () => panel.send({ type: 'close' })),
    state !== undefined && state.brokenLines > 0 && h('p', { class: 'mute' }, `${state.brokenLines} unreadable ${state.brokenLines === 1 ? 'line' : 'lines'} in the ratings file, kept as ${state.brokenLines === 1 ? 'it is' : 'they are'}.`),
  ];
  return h('div', { class: 'menu', role: 'menu', 'aria-label': 'Session', on: { keydown: onArrows }, paint: focusFirst }, items);
}

function focusFirst(element: HTMLElement): void {
  if (!element.contains(document.activeElement)) element.querySelector('button')?.focus();
}

function onArrows(event: Event): void {
  const { key, currentTarget } = event as KeyboardEvent;
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return;
  const items = [...(currentTarget as HTMLElement).querySelectorAll('button')];
  const at = items.findIndex((item) => item === document.activeElement);
  items[(at + (key === 'ArrowDown' ? 1 : -1) + items.length) % items.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}
