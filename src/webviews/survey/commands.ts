import { announce } from '../ui/live';
import { beginsDescending, type Column } from './columns';
import type { SurveyRow } from './contract';
import { countText, nameOf } from './format';
import type { Panel } from './panel';

/** One key press anywhere in the panel. Text fields keep theirs, but for Escape and Ctrl+Enter. */
export function onKeyDown(panel: Panel, event: KeyboardEvent): void {
  if (!panel.state || event.altKey || event.defaultPrevented) return;
  const field = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLSelectElement;
  const act = field ? fieldKey(panel, event) : event.ctrlKey || event.metaKey ? withControl(panel, event) : plainKey(panel, event);
  if (!act) return;
  event.preventDefault();
  act();
}

function fieldKey(panel: Panel, { key, ctrlKey, metaKey, target }: KeyboardEvent): (() => void) | undefined {
  if (key === 'Escape') return () => leaveField(panel, target as HTMLElement);
  if (key === 'Enter' && (ctrlKey || metaKey)) return () => writeVerdict(panel);
  if (key === 'ArrowDown' && target instanceof HTMLInputElement && target.type === 'search') return () => panel.focus('table');
  return key === 'F6' ? () => nextPart(panel) : undefined;
}

function leaveField(panel: Panel, field: HTMLElement): void {
  if (field instanceof HTMLInputElement && field.type === 'search' && panel.local.search !== '') return panel.update({ search: '' });
  if (panel.local.open !== undefined) panel.update({ open: undefined });
  else if (panel.local.verdict) panel.update({ verdict: undefined });
  panel.focus('table');
}

function withControl(panel: Panel, { key }: KeyboardEvent): (() => void) | undefined {
  if (key === 'Enter') return () => (panel.local.verdict ? writeVerdict(panel) : finish(panel));
  if (key === 'a' && inTable()) return () => selectRows(panel, panel.list.rows, true);
  return undefined;
}

function plainKey(panel: Panel, event: KeyboardEvent): (() => void) | undefined {
  const { key, shiftKey } = event;
  const { local } = panel;
  if (key === 'Escape') return () => back(panel);
  if (key === '?') return () => panel.update({ open: local.open === 'keys' ? undefined : 'keys' });
  if (local.open === 'keys') return undefined;
  if (key === 'F6') return () => nextPart(panel);
  if (key === '/') return () => panel.focus('search');
  if (key === 'u') return () => panel.send({ kind: 'undo' });
  // Buttons and menus answer to their own keys.
  const onButton = event.target instanceof Element && event.target.closest('button, a, [role=menu], [role=link]') !== null;
  const row = panel.current;
  if (!row || (onButton && [' ', 'Enter', 'ArrowDown', 'ArrowUp'].includes(key))) return undefined;
  return rowKey(panel, row, key, shiftKey) ?? moveKey(panel, row, key);
}

function rowKey(panel: Panel, row: SurveyRow, key: string, shift: boolean): (() => void) | undefined {
  const repositories = [row.repository];
  if (panel.local.verdict !== undefined && /^[1-5]$/.test(key)) return () => chooseVerdict(panel, Number(key));
  if (/^[1-5]$/.test(key)) return () => score(panel, row, Number(key));
  switch (key) {
    case '0':
    case 'Delete':
      return () => clear(panel, row);
    case ' ':
      return () => (shift ? selectRange(panel, row) : selectRows(panel, [row], !row.selected));
    case 'Enter':
      return () => openDetails(panel, row);
    case 'e':
      return () => openDetails(panel, row, 'facts');
    case 'o':
      return () => (panel.local.details && panel.local.tab === 'card' ? panel.send({ kind: 'link', repository: row.repository, address: ' ' }) : openDetails(panel, row, 'card'));
    case 'c':
      return () => panel.send({ kind: 'category', repositories });
    case 'v':
      return () => beginVerdict(panel, row);
    case 'x':
      return () => panel.send(row.excluded === undefined ? { kind: 'exclude', repositories } : { kind: 'include', repositories });
    case 's':
      return () => sortBy(panel, panel.local.column);
    default:
      return undefined;
  }
}

function moveKey(panel: Panel, row: SurveyRow, key: string): (() => void) | undefined {
  const { rows } = panel.list;
  const index = rows.indexOf(row);
  const page = Math.max(1, Math.floor(panel.scroll.height / 46) - 1);
  const moves: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -rows.length, End: rows.length };
  const move = moves[key];
  if (move !== undefined) return () => panel.go(rows[Math.max(0, Math.min(rows.length - 1, index + move))]?.repository);
  if (key !== 'ArrowLeft' && key !== 'ArrowRight') return undefined;
  const cells = cellColumns(panel);
  const at = Math.max(0, cells.findIndex(({ id }) => id === panel.local.column));
  return () => panel.update({ column: cells[Math.max(0, Math.min(cells.length - 1, at + (key === 'ArrowRight' ? 1 : -1)))]?.id ?? 'name' });
}

/** Columns that the cursor can be in. */
export function cellColumns(panel: Panel): readonly Column[] {
  return panel.columns.filter(({ kind }) => kind !== 'picture');
}

/** A digit answers the criterion under the cursor, the first one from any other column, and goes on to the next one, then to the next row. */
export function score(panel: Panel, row: SurveyRow, value: number): void {
  const criteria = (panel.state?.totals.criteria ?? []).filter(({ computed }) => !computed);
  const target = criteria.find(({ id }) => id === panel.local.column) ?? criteria[0];
  if (!target) return panel.toast('No step of the plan says what to score.');
  const next = criteria[criteria.indexOf(target) + 1];
  const { rows } = panel.list;
  const after = rows[rows.indexOf(row) + 1];
  panel.send({ kind: 'score', repository: row.repository, criterion: target.id, value });
  if (next) panel.go(row.repository, { column: next.id });
  else panel.go(after?.repository ?? row.repository, { column: criteria[0]?.id ?? target.id });
  panel.toast(`${target.label} ${value}.${next ? ` Next: ${next.label}.` : after ? ` Next: ${nameOf(after.repository)}.` : ' That was the last one.'}`);
}

function clear(panel: Panel, row: SurveyRow): void {
  const criterion = panel.state?.totals.criteria.find(({ id, computed }) => id === panel.local.column && !computed);
  if (criterion) panel.send({ kind: 'score', repository: row.repository, criterion: criterion.id, value: null });
  else if (panel.local.column === 'category') panel.send({ kind: 'category', repositories: [row.repository] });
}

export function selectRows(panel: Panel, rows: readonly SurveyRow[], selected: boolean): void {
  const changed = rows.filter((row) => row.selected !== selected && row.excluded === undefined);
  if (changed.length > 0) panel.send({ kind: 'select', repositories: changed.map(({ repository }) => repository), selected });
  panel.update({ anchor: rows.at(-1)?.repository });
  const count = panel.selected.length + (selected ? changed.length : -changed.length);
  const range = panel.state?.totals.range;
  const bytes = panel.state?.totals.download;
  panel.toast(`${countText(count)}${range && range.maximum < (panel.state?.rows.length ?? 0) ? ` of ${range.minimum}-${range.maximum}` : ''} selected${bytes ? '' : '.'}`);
}

export function selectRange(panel: Panel, row: SurveyRow): void {
  const { rows } = panel.list;
  const from = rows.findIndex(({ repository }) => repository === panel.local.anchor);
  const to = rows.indexOf(row);
  if (from < 0) return selectRows(panel, [row], !row.selected);
  selectRows(panel, rows.slice(Math.min(from, to), Math.max(from, to) + 1), true);
}

export function openDetails(panel: Panel, row: SurveyRow, tab = panel.local.tab): void {
  panel.go(row.repository, { details: true, tab, selection: false });
}

export function beginVerdict(panel: Panel, row: SurveyRow): void {
  const [word, reason] = /^(.*?)(?: \((.*)\))?$/.exec(row.verdict)?.slice(1) ?? [];
  panel.go(row.repository, { details: true, selection: false, verdict: { word: word || suggestedWord(panel, row), reason: reason ?? '' } });
  announce('Verdict: a digit chooses, then the reason; Ctrl+Enter writes it.');
}

/** What the warnings speak for; a person changes it with one key. */
function suggestedWord(panel: Panel, row: SurveyRow): string {
  const verdicts = panel.state?.verdicts ?? [];
  const wanted = row.compatible.sign === 'error' ? 'WRONG' : row.compatible.detail.startsWith('card:') ? 'MISLEADING' : 'VALIDATED';
  return (verdicts.find(({ word }) => word.startsWith(wanted)) ?? verdicts[0])?.word ?? '';
}

export function chooseVerdict(panel: Panel, key: number): void {
  const chosen = panel.state?.verdicts[key - 1];
  if (!chosen) return;
  panel.update({ verdict: { word: chosen.word, reason: panel.local.verdict?.reason ?? '' } });
  panel.focus('reason');
}

export function writeVerdict(panel: Panel): void {
  const { verdict } = panel.local;
  const row = panel.current;
  if (!verdict || verdict.word === '' || !row) return;
  panel.send({ kind: 'verdict', repository: row.repository, ...verdict });
  panel.update({ verdict: undefined });
  panel.focus('table');
}

export function sortBy(panel: Panel, column: string): void {
  const { sorting } = panel.local;
  const descending = sorting.column === column ? !sorting.descending : beginsDescending(column);
  panel.update({ sorting: { column, descending }, open: undefined });
  panel.go(panel.local.current);
}

/** What Escape leaves, the innermost first. */
export function back(panel: Panel): void {
  const { local } = panel;
  if (local.open !== undefined) panel.update({ open: undefined });
  else if (local.verdict) panel.update({ verdict: undefined });
  else if (local.selection) panel.update({ selection: false });
  else if (local.details) panel.update({ details: false });
  panel.focus('table');
}

export function finish(panel: Panel): void {
  panel.send({ kind: 'done' });
}

function nextPart(panel: Panel): void {
  const parts = [...document.querySelectorAll<HTMLElement>('[data-part]')];
  const at = parts.findIndex((part) => part.contains(document.activeElement));
  const next = parts[(at + 1) % parts.length];
  if (next?.dataset.part === 'table') panel.focus('table');
  else (next?.querySelector<HTMLElement>('button, input, [tabindex="0"]') ?? next)?.focus();
}

function inTable(): boolean {
  return document.activeElement?.closest('[data-part=table]') !== null;
}
