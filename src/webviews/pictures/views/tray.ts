import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { Panel } from '../panel';

/** How far the pictures are, and what brings them where they belong. */
export function tray(panel: Panel): Node {
  const { state, pictures, passing } = panel;
  const wanted = state?.wanted ?? 1;
  const enough = pictures.length >= wanted;
  const waiting = pictures.filter(({ becomes }) => becomes !== undefined).length;
  const all = passing.length === pictures.length && pictures.length > 0;
  return h(
    'div',
    { class: 'tray', role: 'region', 'aria-label': 'Summary' },
    h('span', { class: 'fact' }, h('span', { class: enough ? 'pass' : 'warning' }, icon(enough ? 'pass' : 'warn')), h('b', {}, state?.wanted === undefined ? String(pictures.length) : `${pictures.length} of ${state.wanted}`), wanted === 1 ? 'picture' : 'pictures'),
    pictures.length > 0 && h('span', { class: 'fact' }, h('span', { class: all ? 'pass' : 'error' }, icon(all ? 'pass' : 'fail')), h('b', {}, `${passing.length} of ${pictures.length}`), passing.length === 1 ? 'passes' : 'pass'),
    state !== undefined && state.variety.text !== '' && h('span', { class: 'fact wide' }, h('span', { class: state.variety.alike ? 'warning' : 'pass' }, icon(state.variety.alike ? 'warn' : 'pass')), state.variety.text),
    h('span', { class: 'space' }),
    waiting > 0 && h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'copy' }) } }, icon('down'), `Copy ${waiting} to ${state?.folder ?? ''}`),
    state !== undefined && state.misnamed > 0 && h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'rename' }) } }, `Name ${state.misnamed} Like ${state.pattern ?? ''}`),
    h('button', { class: 'pri', id: 'done', on: { click: () => panel.send({ kind: 'done' }) } }, 'Done'),
  );
}
