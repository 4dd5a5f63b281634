import { h, type Child, type Node } from '../../ui/dom';
import { icon, type IconName } from '../../ui/icons';
import type { Panel } from '../panel';

/** How far the pictures are, and what brings them where they belong. */
export function tray(panel: Panel): Node {
  return h('div', { class: 'tray', role: 'region', 'aria-label': 'Summary' }, counts(panel), h('span', { class: 'space' }), buttons(panel));
}

function counts({ state, pictures, passing }: Panel): Child[] {
  const wanted = state?.wanted ?? 1;
  const all = passing.length === pictures.length;
  const variety = state?.variety;
  return [
    fact(pictures.length >= wanted ? 'pass' : 'warning', state?.wanted === undefined ? String(pictures.length) : `${pictures.length} of ${state.wanted}`, wanted === 1 ? 'picture' : 'pictures'),
    pictures.length > 0 && fact(all ? 'pass' : 'error', `${passing.length} of ${pictures.length}`, passing.length === 1 ? 'passes' : 'pass'),
    variety !== undefined && variety.text !== '' && fact(variety.alike ? 'warning' : 'pass', '', variety.text, ' wide'),
  ];
}

const icons: Readonly<Record<'pass' | 'warning' | 'error', IconName>> = { pass: 'pass', warning: 'warn', error: 'fail' };

function fact(sign: 'pass' | 'warning' | 'error', figure: string, words: string, more = ''): Node {
  return h('span', { class: `fact${more}` }, h('span', { class: sign }, icon(icons[sign])), figure !== '' && h('b', {}, figure), words);
}

function buttons(panel: Panel): Child[] {
  const { state, pictures } = panel;
  const waiting = pictures.filter(({ becomes }) => becomes !== undefined).length;
  const misnamed = state?.misnamed ?? 0;
  return [
    waiting > 0 && h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'copy' }) } }, icon('down'), `Copy ${waiting} to ${state?.folder ?? ''}`),
    misnamed > 0 && h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'rename' }) } }, `Name ${misnamed} Like ${state?.pattern ?? ''}`),
    h('button', { class: 'pri', id: 'done', on: { click: () => panel.send({ kind: 'done' }) } }, 'Done'),
  ];
}
