import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { menu } from './menu';
import type { Panel } from '../panel';

/** Where one is, what was asked of the models, and how far the session is. */
export function header(panel: Panel): Node {
  const { state, local } = panel;
  const cell = local.sheet ? undefined : state?.cell;
  return h('header', { class: 'head' }, cell ? place(panel, cell) : h('h1', { class: 'prompt' }, state?.title ?? 'Compare'), state && status(panel));
}

function place(panel: Panel, { index, picture, kind, prompt, settings }: NonNullable<NonNullable<Panel['state']>['cell']>): readonly Node[] {
  const total = panel.state?.cellCount ?? 0;
  const step = (label: string, name: 'left' | 'right', to: number): Node =>
    h('button', { class: 'icon-btn', 'aria-label': label, title: label, disabled: to < 0 || to >= total, on: { click: () => panel.go(to) } }, icon(name));
  return [
    h('nav', { class: 'cell-nav', 'aria-label': 'Cell' }, step('Previous cell (K)', 'left', index - 1), h('span', {}, h('b', {}, String(index + 1)), ` of ${total}`), step('Next cell (J)', 'right', index + 1)),
    h('span', { class: 'sep' }),
    h('span', { class: 'row subject' }, h('span', { class: 'mute name' }, picture), h('span', { class: 'tag quiet' }, kind)),
    h('h1', { class: 'prompt', title: `${prompt}\n${settings}` }, prompt),
    h('span', { class: 'mute settings' }, settings),
  ];
}

function status(panel: Panel): readonly Node[] {
  const { state, local } = panel;
  if (!state) return [];
  const { rated, total, secondsPerOutput, secondsLeft } = state.progress;
  const blindTitle = state.blind ? 'Letters are shuffled in every cell. Model names are not loaded.' : 'Ratings that are changed from now on are marked as not blind.';
  return [
    h('span', { class: 'tag', title: blindTitle }, icon(state.blind ? 'blind' : 'eye'), state.blind ? 'Blind' : 'Revealed'),
    h('span', { class: 'sep' }),
    h(
      'div',
      { class: 'progress' },
      h('div', { class: 'bar', role: 'progressbar', 'aria-label': 'Outputs rated', 'aria-valuemin': 0, 'aria-valuemax': total, 'aria-valuenow': rated }, h('i', { style: { width: `${total > 0 ? (rated / total) * 100 : 0}%` } })),
      h('span', {}, `${rated} / ${total}`, h('span', { class: 'unit' }, ' outputs')),
    ),
    h(
      'div',
      { class: 'pace' },
      !local.sheet && secondsPerOutput !== undefined && h('span', { class: 'p1' }, `${secondsPerOutput.toFixed(1)} s per output`),
      !local.sheet && secondsLeft !== undefined && secondsLeft > 0 && h('span', {}, timeLeft(secondsLeft)),
    ),
    h(
      'div',
      { class: 'menu-place' },
      h('button', { class: 'icon-btn', 'aria-label': 'Session menu', 'aria-haspopup': 'menu', 'aria-expanded': local.menu, title: 'Session menu', on: { click: () => panel.update({ menu: !local.menu }) } }, icon('more')),
      local.menu && menu(panel),
    ),
  ];
}

export function timeLeft(seconds: number): string {
  return seconds < 60 ? `${Math.ceil(seconds)} s left` : `${Math.round(seconds / 60)} min left`;
}
