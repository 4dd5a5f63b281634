import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { tracks, type Column } from '../columns';
import { openDetails, selectRange, selectRows, sortBy } from '../commands';
import type { SurveyRow } from '../contract';
import { linesBetween, type Line } from '../lines';
import type { Panel } from '../panel';
import { activeFilters } from './filterBar';
import { cell } from './cells';

/** The list, of which only the lines in sight are on the page. One tab stop; the cursor is told by `aria-activedescendant`. */
export function table(panel: Panel): Node {
  const { columns, list, scroll } = panel;
  const current = panel.current;
  const grid = { '--columns': tracks(columns) };
  const lines = linesBetween(list, scroll.top, scroll.top + scroll.height);
  return h(
    'div',
    {
      class: 'table', role: 'grid', 'aria-label': `Candidates, ${list.rows.length} shown of ${panel.state?.rows.length ?? 0}`, 'aria-rowcount': list.rows.length + 1, 'aria-colcount': columns.length, 'aria-multiselectable': true,
      tabindex: 0, 'data-part': 'table', style: grid, 'aria-activedescendant': current ? cellId(current.repository, panel.local.column) : false,
      on: { scroll: (event) => onScroll(panel, event) },
      paint: (element) => follow(panel, element),
    },
    h('div', { class: 'columns', role: 'row', 'aria-rowindex': 1 }, columns.map((column) => heading(panel, column))),
    h('div', { class: 'lines', role: 'presentation', style: { height: `${list.height}px` } }, lines.map((line) => lineNode(panel, line, columns, current))),
    list.rows.length === 0 && onlyCell(empty(panel)),
    hiddenLine(panel),
  );
}

function onScroll(panel: Panel, { currentTarget }: Event): void {
  const element = currentTarget as HTMLElement | null;
  if (!element) return;
  const top = element.scrollTop;
  if (Math.abs(top - panel.scroll.top) < 1) return;
  panel.scroll = { top, height: element.clientHeight };
  panel.update({});
}

/** Brings the cursor into sight after it moved. */
function follow(panel: Panel, element: HTMLElement): void {
  panel.scroll = { top: element.scrollTop, height: element.clientHeight };
  if (!panel.takeScroll()) return;
  const current = panel.current;
  const line = panel.list.lines.find((one) => one.kind === 'row' && one.row === current);
  if (!line) return;
  const view = element.clientHeight - headHeight;
  const before = element.scrollTop;
  if (line.top < before) element.scrollTop = line.top;
  else if (line.top + 46 > before + view) element.scrollTop = line.top + 46 - view;
}

const headHeight = 40;

function heading(panel: Panel, column: Column): Node {
  const { sorting } = panel.local;
  const sorted = sorting.column === column.id;
  const order = sorted ? (sorting.descending ? 'descending' : 'ascending') : 'none';
  if (column.kind === 'select') {
    const { rows } = panel.list;
    const all = rows.length > 0 && rows.every(({ selected, excluded }) => selected || excluded !== undefined);
    return h('div', { class: 'th select', role: 'columnheader', key: column.id }, h('button', { class: `check${all ? ' on' : ''}`, role: 'checkbox', 'aria-checked': all, tabindex: -1, 'aria-label': 'Select all shown', on: { click: () => selectRows(panel, rows, !all) } }, all && icon('check')));
  }
  return h(
    'div',
    { class: `th ${column.kind}${column.right ? ' right' : ''}`, role: 'columnheader', 'aria-sort': order, key: column.id },
    column.label !== '' && h('button', { tabindex: -1, title: `Sort by ${column.label}`, on: { click: () => sortBy(panel, column.id) } }, column.label, sorted && icon(sorting.descending ? 'down' : 'up')),
    column.label === '' && h('span', { class: 'sr' }, column.kind),
    column.under !== '' && h('small', {}, column.under),
  );
}

function lineNode(panel: Panel, line: Line, columns: readonly Column[], current: SurveyRow | undefined): Node {
  const place = { transform: `translateY(${line.top}px)` };
  if (line.kind === 'group') return h('div', { class: 'group', role: 'row', key: `group ${line.title}`, style: place }, h('span', { role: 'gridcell' }, h('b', {}, line.title), h('span', { class: 'mute' }, String(line.count))));
  const { row } = line;
  const isCurrent = row === current;
  return h(
    'div',
    {
      class: `line${row.selected ? ' picked' : ''}${isCurrent ? ' current' : ''}${row.excluded === undefined ? '' : ' out'}`, role: 'row', key: row.repository, style: place,
      'aria-selected': row.selected, 'aria-rowindex': panel.list.rows.indexOf(row) + 2, 'aria-label': [row.repository, row.verdict, row.excluded].filter(Boolean).join(', '),
      on: { click: (event) => onClick(panel, row, event as MouseEvent), dblclick: () => openDetails(panel, row) },
    },
    columns.map((column) => {
      const here = isCurrent && panel.local.column === column.id;
      return h('div', { class: `td ${column.kind}${column.right ? ' right' : ''}${here ? ' here' : ''}`, role: 'gridcell', id: cellId(row.repository, column.id), 'data-column': column.id, key: column.id }, cell(panel, row, column));
    }),
  );
}

function onClick(panel: Panel, row: SurveyRow, event: MouseEvent): void {
  const target = event.target instanceof Element ? event.target : undefined;
  const column = target?.closest<HTMLElement>('[data-column]')?.dataset.column;
  panel.go(row.repository, column && column !== 'picture' ? { column } : {});
  if (event.shiftKey) selectRange(panel, row);
  else if (column === 'selected' || event.ctrlKey || event.metaKey) selectRows(panel, [row], !row.selected);
  if (!target?.closest('button')) panel.focus('table');
}

function cellId(repository: string, column: string): string {
  return `cell-${repository}-${column}`.replace(/[^\w-]/g, '_');
}

function empty(panel: Panel): Node {
  const filters = activeFilters(panel);
  if ((panel.state?.rows.length ?? 0) === 0) return h('p', { class: 'empty' }, 'The survey has no candidates yet. Run the step that asks the Hub, or press Refresh.');
  return h('div', { class: 'empty' }, h('p', {}, filters.length === 0 ? 'Every candidate was left out.' : 'No candidate matches. Take away:'), h('p', { class: 'row' }, filters.map(({ label, remove }) => h('button', { class: 'chip on', key: label, on: { click: remove } }, label, icon('close')))));
}

/** Whatever is not shown is counted with its reasons. */
function hiddenLine(panel: Panel): Node | undefined {
  const { hidden } = panel.list;
  const count = hidden.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return undefined;
  const { showHidden } = panel.local;
  return onlyCell(
    h(
      'p',
      { class: 'more' },
      icon('funnel'),
      `${count} more ${count === 1 ? 'is' : 'are'} hidden: ${hidden.map((one) => `${one.count} ${one.reason}`).join(', ')}.`,
      h('button', { class: 'link', 'aria-expanded': showHidden, on: { click: () => panel.update({ showHidden: !showHidden }) } }, showHidden ? 'Hide what was left out' : 'Show with reasons'),
    ),
  );
}

/** A grid has nothing but rows of cells, for a screen reader too. */
function onlyCell(content: Node): Node {
  return h('div', { role: 'row' }, h('div', { role: 'gridcell' }, content));
}
