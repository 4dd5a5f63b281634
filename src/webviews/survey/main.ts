import './style.css';
import { countText, updatedText } from './format';
import { columnsOf, sortRows, type Column, type Sorting } from './columns';
import type { HostMessage, SurveyRow, SurveyState, WebviewMessage } from './contract';

declare function acquireVsCodeApi(): { postMessage(message: WebviewMessage): void };

const host = acquireVsCodeApi();
const page = pageElements();
/** What only the view knows: where the person is and how the table is turned. The survey itself is the host's. */
const view = { sorting: { column: 'score', descending: true } as Sorting, search: '', row: 0, column: 0, showHidden: false };
let state: SurveyState | undefined;

window.addEventListener('message', ({ data }: MessageEvent<HostMessage>) => {
  if (data.kind === 'said') page.live.textContent = data.text;
  else {
    state = data.state;
    render();
  }
});
page.search.addEventListener('input', () => {
  view.search = page.search.value.toLowerCase();
  view.row = 0;
  render();
});
page.done.addEventListener('click', () => host.postMessage({ kind: 'done' }));
page.hiddenToggle.addEventListener('click', () => {
  view.showHidden = !view.showHidden;
  render();
});
page.table.addEventListener('keydown', onKey);
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === page.search) return;
  event.preventDefault();
  page.search.focus();
});
host.postMessage({ kind: 'ready' });

function render(): void {
  if (!state) return;
  const rows = visibleRows(state);
  const columns = columnsOf(state);
  view.row = Math.max(0, Math.min(view.row, rows.length - 1));
  view.column = Math.max(0, Math.min(view.column, columns.length - 1));
  const hadFocus = page.table.contains(document.activeElement);
  page.title.textContent = state.title;
  page.subtitle.textContent = state.subtitle;
  page.table.setAttribute('aria-rowcount', String(rows.length + 1));
  page.head.replaceChildren(headRow(columns));
  page.body.replaceChildren(...rows.map((row, index) => bodyRow(row, index, columns)));
  page.empty.hidden = rows.length > 0;
  page.empty.textContent = state.rows.length === 0 ? 'The survey has no candidates yet.' : 'No candidate matches what you search for.';
  const selected = state.rows.filter((row) => row.selected).length;
  page.selection.textContent = `${selected} of ${state.rows.length} selected`;
  page.hiddenToggle.hidden = state.hidden.length === 0;
  page.hiddenToggle.textContent = `${state.hidden.length} more are hidden. ${view.showHidden ? 'Hide them again' : 'Show with reasons'}`;
  page.hiddenToggle.setAttribute('aria-expanded', String(view.showHidden));
  page.hiddenList.replaceChildren(...(view.showHidden ? state.hidden.map(hiddenItem) : []));
  if (hadFocus) focusCell();
}

function visibleRows({ rows }: SurveyState): readonly SurveyRow[] {
  const found = rows.filter((row) => `${row.repository} ${row.base} ${row.category} ${row.verdict}`.toLowerCase().includes(view.search));
  return sortRows(found, view.sorting);
}

function headRow(columns: readonly Column[]): HTMLElement {
  const row = element('tr');
  for (const column of columns) {
    const cell = element('th');
    cell.scope = 'col';
    const sorted = view.sorting.column === column.id;
    cell.setAttribute('aria-sort', sorted ? (view.sorting.descending ? 'descending' : 'ascending') : 'none');
    const button = element('button');
    button.tabIndex = -1;
    button.textContent = `${column.label}${sorted ? (view.sorting.descending ? ' ↓' : ' ↑') : ''}`;
    button.addEventListener('click', () => sortBy(column));
    cell.append(button);
    row.append(cell);
  }
  return row;
}

function bodyRow(row: SurveyRow, index: number, columns: readonly Column[]): HTMLElement {
  const line = element('tr');
  line.setAttribute('aria-rowindex', String(index + 2));
  line.setAttribute('aria-selected', String(row.selected));
  line.setAttribute('aria-label', [row.repository, row.verdict].filter(Boolean).join(', '));
  columns.forEach((column, position) => {
    const cell = element('td');
    cell.className = column.kind;
    cell.tabIndex = index === view.row && position === view.column ? 0 : -1;
    cell.append(...cellContent(row, column));
    cell.addEventListener('click', () => {
      view.row = index;
      view.column = position;
      if (column.kind === 'select') host.postMessage({ kind: 'select', repository: row.repository, selected: !row.selected });
      focusCell();
    });
    if (column.kind === 'name') cell.addEventListener('dblclick', () => host.postMessage({ kind: 'card', repository: row.repository }));
    line.append(cell);
  });
  return line;
}

function cellContent(row: SurveyRow, column: Column): readonly Node[] {
  switch (column.kind) {
    case 'select':
      return [icon(row.selected ? 'check' : 'chrome-minimize', row.selected ? 'selected' : 'not selected', row.selected ? '' : 'faint')];
    case 'name':
      return [twoLines(row.repository.split('/')[1] ?? row.repository, [row.repository.split('/')[0], row.verdict].filter(Boolean).join(' · '))];
    case 'base':
      return [twoLines(row.base || '–', row.relation)];
    case 'licence':
      return [twoLines(row.license || 'none given', row.gated ? 'gated' : 'open')];
    case 'number':
      return [text(column.id === 'updated' ? updatedText(row.updated) : countText(column.id === 'likes' ? row.likes : row.downloads))];
    case 'compatible':
      return [icon(row.compatible.sign === 'pass' ? 'pass' : row.compatible.sign, '', row.compatible.sign), text(` ${row.compatible.text}`)];
    case 'criterion': {
      const value = row.scores[column.id];
      return [text(value === undefined ? '–' : String(value)), bars(value)];
    }
    case 'score':
      return [text(row.score === undefined ? '–' : row.score.toFixed(1))];
    case 'category':
      return [text(row.category)];
  }
}

function hiddenItem({ repository, reason }: SurveyState['hidden'][number]): HTMLElement {
  const item = element('li');
  const back = element('button');
  back.className = 'link';
  back.textContent = 'Bring back';
  back.addEventListener('click', () => host.postMessage({ kind: 'include', repository }));
  item.append(text(`${repository}: ${reason} `), back);
  return item;
}

function onKey(event: KeyboardEvent): void {
  if (!state || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = visibleRows(state);
  const columns = columnsOf(state);
  const row = rows[view.row];
  const column = columns[view.column];
  if (!row || !column) return;
  const act = keyAction(event.key, row, column, rows.length, columns);
  if (!act) return;
  event.preventDefault();
  act();
}

function keyAction(key: string, row: SurveyRow, column: Column, rowCount: number, columns: readonly Column[]): (() => void) | undefined {
  const { repository } = row;
  const move = (rows: number, cells: number) => () => {
    view.row = Math.max(0, Math.min(rowCount - 1, view.row + rows));
    view.column = Math.max(0, Math.min(columns.length - 1, view.column + cells));
    render();
    focusCell();
  };
  if (/^[1-5]$/.test(key)) return () => scoreAndAdvance(row, column, columns, Number(key), rowCount);
  switch (key) {
    case 'ArrowDown':
      return move(1, 0);
    case 'ArrowUp':
      return move(-1, 0);
    case 'ArrowRight':
      return move(0, 1);
    case 'ArrowLeft':
      return move(0, -1);
    case 'Home':
      return move(-rowCount, 0);
    case 'End':
      return move(rowCount, 0);
    case '0':
    case 'Delete':
      return column.kind === 'criterion' ? () => host.postMessage({ kind: 'score', repository, criterion: column.id, value: null }) : undefined;
    case ' ':
      return () => host.postMessage({ kind: 'select', repository, selected: !row.selected });
    case 'Enter':
      return () => host.postMessage({ kind: 'card', repository });
    case 'c':
      return () => host.postMessage({ kind: 'category', repository });
    case 'x':
      return () => host.postMessage({ kind: 'exclude', repository });
    case 's':
      return () => sortBy(column);
    default:
      return undefined;
  }
}

/** A digit answers the criterion under the cursor (the first one from any other column) and goes on to the next. */
function scoreAndAdvance(row: SurveyRow, column: Column, columns: readonly Column[], value: number, rowCount: number): void {
  const criteria = columns.filter(({ kind }) => kind === 'criterion');
  const target = column.kind === 'criterion' ? column : criteria[0];
  if (!target) return;
  host.postMessage({ kind: 'score', repository: row.repository, criterion: target.id, value });
  const next = criteria[criteria.indexOf(target) + 1];
  if (next) view.column = columns.indexOf(next);
  else if (view.row < rowCount - 1) {
    view.row += 1;
    view.column = columns.indexOf(criteria[0] ?? target);
  }
  page.live.textContent = `${target.label} ${value}.${next ? ` Next: ${next.label}.` : ''}`;
}

function sortBy(column: Column): void {
  view.sorting = { column: column.id, descending: view.sorting.column === column.id ? !view.sorting.descending : column.kind !== 'name' };
  render();
  focusCell();
}

function focusCell(): void {
  page.body.querySelector<HTMLElement>('td[tabindex="0"]')?.focus();
}

function pageElements() {
  const find = (id: string) => document.getElementById(id) as HTMLElement;
  return {
    title: find('title'),
    subtitle: find('subtitle'),
    search: find('search') as HTMLInputElement,
    table: find('table'),
    head: find('head'),
    body: find('body'),
    empty: find('empty'),
    selection: find('selection'),
    hiddenToggle: find('hidden-toggle'),
    hiddenList: find('hidden-list'),
    done: find('done'),
    live: find('live'),
  };
}

function twoLines(first: string, second: string): HTMLElement {
  const box = element('div');
  const small = element('small');
  small.textContent = second;
  box.append(text(first), small);
  return box;
}

function bars(value: number | undefined): HTMLElement {
  const box = element('span');
  box.className = 'bars';
  box.setAttribute('aria-hidden', 'true');
  for (let index = 1; index <= 5; index++) {
    const bar = element('i');
    if (value !== undefined && index <= value) bar.className = 'full';
    box.append(bar);
  }
  return box;
}

function icon(name: string, label: string, className: string): HTMLElement {
  const box = element('span');
  box.className = `codicon codicon-${name} ${className}`;
  if (label) box.setAttribute('aria-label', label);
  else box.setAttribute('aria-hidden', 'true');
  return box;
}

function element<Name extends keyof HTMLElementTagNameMap>(name: Name): HTMLElementTagNameMap[Name] {
  return document.createElement(name);
}

function text(content: string): Text {
  return document.createTextNode(content);
}
