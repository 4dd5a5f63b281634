import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { CellValue, ColumnView, MatrixState, RowView } from '../contract';
import type { Matrix } from '../matrix';
import { focusFirst, moveFocus } from '../keys';
import { sorted } from '../sorting';
import { head } from './verdicts';

/** The comparison as a table: any header sorts, a row opens its pictures. */
export function comparison(matrix: Matrix, state: MatrixState): Node {
  const { table } = state;
  const columns = table.columns.filter(({ id }) => !matrix.local.hidden.includes(id));
  const rows = sorted(table.rows, matrix.local.sort);
  return h(
    'section',
    { class: 'part', 'aria-labelledby': 'comparison' },
    h(
      'div',
      { class: 'title' },
      h('h2', { id: 'comparison' }, 'Comparison'),
      h('p', { class: 'mute' }, table.subtitle),
      h('span', { class: 'end menu-place' }, columnsButton(matrix), matrix.local.menu === 'columns' && columnsMenu(matrix, table.columns)),
      h('button', { class: 'link', title: 'Opens evaluation.json at its criteria', on: { click: () => matrix.send({ type: 'weights' }) } }, 'Weights'),
    ),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'matrix-table', 'aria-rowcount': rows.length + 1 },
        h('thead', {}, h('tr', {}, header(matrix, { id: 'model', label: 'Model', unit: 'recipe', numeric: false }), columns.map((column) => header(matrix, column)))),
        h('tbody', { on: { keydown: (event) => moveFocus(event as KeyboardEvent, 'tr') } }, rows.map((row, place) => tableRow(matrix, state, row, columns, place))),
      ),
    ),
  );
}

function columnsButton(matrix: Matrix): Node {
  const open = matrix.local.menu === 'columns';
  return h('button', { class: 'link', 'aria-haspopup': 'menu', 'aria-expanded': open, on: { click: () => matrix.update({ menu: open ? undefined : 'columns' }) } }, matrix.local.hidden.length > 0 ? `Columns (${matrix.local.hidden.length} hidden)` : 'Columns');
}

function columnsMenu(matrix: Matrix, columns: readonly ColumnView[]): Node {
  const { hidden } = matrix.local;
  const toggle = (id: string) => () => matrix.update({ hidden: hidden.includes(id) ? hidden.filter((other) => other !== id) : [...hidden, id] });
  return h(
    'div',
    { class: 'menu', role: 'menu', 'aria-label': 'Columns that are shown', on: { keydown: (event) => moveFocus(event as KeyboardEvent, 'button') }, paint: focusFirst },
    columns.map(({ id, label }) => h('button', { class: 'menu-item check', role: 'menuitemcheckbox', 'aria-checked': !hidden.includes(id), key: id, on: { click: toggle(id) } }, hidden.includes(id) ? h('span', { class: 'i' }) : icon('check'), label)),
  );
}

function header(matrix: Matrix, { id, label, unit, numeric }: ColumnView): Node {
  const { sort } = matrix.local;
  const on = sort.column === id;
  return h(
    'th',
    { scope: 'col', key: id, class: numeric ? 'number' : '', 'aria-sort': on ? (sort.descending ? 'descending' : 'ascending') : 'none' },
    h('button', { title: `Sort by ${label}`, on: { click: () => matrix.sortBy(id) } }, label, on && h('span', { class: 'arrow', 'aria-hidden': true }, sort.descending ? '↓' : '↑'), h('span', { class: 'sub' }, unit)),
  );
}

function tableRow(matrix: Matrix, { models }: MatrixState, row: RowView, columns: readonly ColumnView[], place: number): Node {
  const open = (): void => matrix.show(row.letter);
  const named = models.some(({ title }) => title !== undefined);
  return h(
    'tr',
    {
      key: row.letter, class: row.missing === undefined ? '' : 'missing', tabindex: place === 0 ? 0 : -1, 'data-letter': row.letter,
      on: { click: open, keydown: (event) => (event as KeyboardEvent).key === 'Enter' && open() },
    },
    h('th', { scope: 'row' }, head({ letter: row.letter, ...(named && { title: row.title }) }), h('span', { class: 'sub recipe' }, row.recipe)),
    row.missing !== undefined && columns.every(({ id }) => row.cells[id] === undefined || id === 'rated')
      ? h('td', { colspan: columns.length, class: 'mute' }, row.missing)
      : columns.map((column) => h('td', { key: column.id, class: column.numeric ? 'number' : '' }, figure(row.cells[column.id], row.missing))),
  );
}

function figure(value: CellValue | undefined, missing: string | undefined): readonly Child[] {
  if (!value) return [h('span', { class: 'mute' }, missing ?? '–')];
  const number = h('span', { class: 'value' }, value.text);
  return [value.bar ? h('span', { class: 'with-bar' }, number, bar(value.bar)) : number, h('span', { class: 'sub' }, value.sub === undefined || value.sub === '' ? '\u00A0' : value.sub)];
}

function bar({ low, high, value, limit }: NonNullable<CellValue['bar']>): Node {
  const x = (share: number): string => (share * 100).toFixed(1);
  return h(
    'svg',
    { class: 'small-bar', viewBox: '0 0 100 12', preserveAspectRatio: 'none', 'aria-hidden': true },
    h('path', { class: 'axis', d: 'M0 6h100' }),
    h('path', { class: 'range', d: `M${x(low)} 6H${x(high)}` }),
    limit !== undefined && h('path', { class: 'limit', d: `M${x(limit)} 0v12` }),
    h('path', { class: 'dot', d: `M${x(value)} 2v8` }),
  );
}
