import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { Panel } from '../panel';

/** What was asked of the Hub and when, and what can be done about it. */
export function header(panel: Panel): Node {
  const { state, busy } = panel;
  return h(
    'header',
    { class: 'head' },
    h(
      'div',
      { class: 'what' },
      h('h1', { title: state?.title ?? '' }, 'Survey'),
      h('p', { class: 'mute' }, [...(state?.query ?? []), busy ?? state?.age ?? ''].filter(Boolean).map((part) => h('span', {}, part))),
    ),
    h('button', { class: 'sec', disabled: busy !== undefined, on: { click: () => panel.send({ kind: 'refresh' }) } }, icon('reload', busy === undefined ? '' : 'turning'), 'Refresh'),
    h('button', { class: 'sec', 'aria-haspopup': 'dialog', on: { click: () => panel.update({ open: 'weights' }) } }, icon('settings'), 'Criteria…'),
    h('button', { class: 'sec wide', on: { click: () => panel.send({ kind: 'document' }) } }, icon('book'), `Open ${state?.document ?? ''}`),
  );
}

/** Above the list when it may be old. */
export function offlineBar({ state }: Panel): Node | undefined {
  return state?.offline === undefined ? undefined : h('p', { class: 'notice warn', role: 'status' }, icon('warn'), state.offline);
}
