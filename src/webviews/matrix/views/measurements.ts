import { h, type Node } from '../../ui/dom';
import type { MatrixState, MeasurementRow } from '../contract';
import type { Matrix } from '../matrix';
import { figure } from './charts';

/** What pixels and networks say against what this person said. Never part of the rank. */
export function measurements(matrix: Matrix, { measurements: { criteria, rows, missing, offered, progress, identity } }: MatrixState): Node | false {
  if (rows.length === 0 && missing.length === 0) return false;
  return h(
    'section',
    { class: 'measurements', 'aria-labelledby': 'measurements' },
    h('div', { class: 'title' }, h('h2', { id: 'measurements' }, 'Measurements against ratings'), h('p', { class: 'mute' }, `Spearman, 95 % interval by picture · grey: says nothing here · of twenty that say nothing one seems to · flags only, never part of the rank${progress === undefined ? '' : ` · ${progress}`}`)),
    rows.length > 0 && table(criteria, rows),
    identity ? figure(matrix, 'Identity against the turn of the head', 'compare marks that stand above each other', identity) : false,
    missing.length > 0 && networks(matrix, missing, offered),
  );
}

function table(criteria: readonly string[], rows: readonly MeasurementRow[]): Node {
  return h(
    'div',
    // Nothing in it takes the focus, so it does itself, to be scrolled by keyboard.
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Table of measurements' },
    h(
      'table',
      { class: 'measure-table' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Measurement'), criteria.map((label) => h('th', { scope: 'col', class: 'number' }, label)))),
      h('tbody', {}, rows.map((row) => h('tr', { class: row.cells.some((cell) => cell?.says) ? '' : 'silent' }, h('th', { scope: 'row' }, row.name, row.within && h('span', { class: 'sub' }, 'within one edit')), row.cells.map(cellOf)))),
    ),
  );
}

function cellOf(cell: MeasurementRow['cells'][number]): Node {
  return h('td', { class: cell?.says ? 'number' : 'number silent' }, cell ? [cell.text, h('span', { class: 'sub', title: `${cell.n} outputs` }, cell.says ? cell.interval : 'says nothing')] : '–');
}

/** Nothing is fetched before the person has seen what, how much and under which licence. */
function networks(matrix: Matrix, missing: readonly string[], offered: boolean): Node {
  return h(
    'div',
    { class: 'networks' },
    h('p', { class: 'mute' }, 'Not measured here:'),
    h('ul', {}, missing.map((each) => h('li', { class: 'mute', key: each }, each))),
    offered && h('button', { class: 'link', on: { click: () => matrix.send({ type: 'networks' }) } }, 'Download networks…'),
  );
}
