import { sortRows } from './columns';
import type { SurveyRow, SurveyState } from './contract';
import { hiddenBy } from './filters';
import { authorOf } from './format';
import type { Grouping, Local } from './local';

/** A line of the table: a candidate, or the heading of a group. */
export type Line = { readonly kind: 'row'; readonly row: SurveyRow; readonly top: number } | { readonly kind: 'group'; readonly title: string; readonly count: number; readonly top: number };

export interface List {
  readonly lines: readonly Line[];
  /** Candidates in the order of the lines. */
  readonly rows: readonly SurveyRow[];
  /** Pixels of all lines. */
  readonly height: number;
  /** How many are not shown, by reason; most first. */
  readonly hidden: readonly { readonly reason: string; readonly count: number }[];
}

export const rowHeight = 46;
export const groupHeight = 32;

/** Filtered, sorted and grouped. Made anew only when something that it depends on is another object. */
export function listOf(rows: SurveyState['rows'], { search, filters, group, sorting, showHidden }: Local): List {
  const key = [rows, search, filters, group, sorting.column, sorting.descending, showHidden] as const;
  if (last && key.every((part, index) => part === last?.key[index])) return last.list;
  const list = makeList(rows, { search, filters, group, sorting, showHidden });
  last = { key, list };
  return list;
}

let last: { readonly key: readonly unknown[]; readonly list: List } | undefined;

function makeList(rows: readonly SurveyRow[], { search, filters, group, sorting, showHidden }: Pick<Local, 'search' | 'filters' | 'group' | 'sorting' | 'showHidden'>): List {
  const reasons = new Map<string, number>();
  const shown: SurveyRow[] = [];
  const out: SurveyRow[] = [];
  for (const row of rows) {
    const reason = hiddenBy(row, filters, search);
    if (reason === undefined) shown.push(row);
    else {
      reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      if (showHidden && row.excluded !== undefined) out.push(row);
    }
  }
  const hidden = [...reasons].map(([reason, count]) => ({ reason, count })).sort((left, right) => right.count - left.count);
  const groups = [...grouped(sortRows(shown, sorting), group), ...(out.length > 0 ? [['Left out', sortRows(out, sorting)] as const] : [])];
  const lines: Line[] = [];
  let top = 0;
  for (const [title, members] of groups) {
    if (title !== '') {
      lines.push({ kind: 'group', title, count: members.length, top });
      top += groupHeight;
    }
    for (const row of members) {
      lines.push({ kind: 'row', row, top });
      top += rowHeight;
    }
  }
  return { lines, rows: groups.flatMap(([, members]) => members), height: top, hidden };
}

/** Groups in the order of their best row. */
function grouped(rows: readonly SurveyRow[], group: Grouping): readonly (readonly [string, readonly SurveyRow[]])[] {
  if (group === 'none') return [['', rows]];
  const groups = new Map<string, SurveyRow[]>();
  for (const row of rows) {
    const title = titleOf(row, group);
    const members = groups.get(title);
    if (members) members.push(row);
    else groups.set(title, [row]);
  }
  return [...groups];
}

function titleOf(row: SurveyRow, group: Exclude<Grouping, 'none'>): string {
  switch (group) {
    case 'base':
      return row.base || 'No base named';
    case 'author':
      return authorOf(row.repository);
    case 'category':
      return row.category === '' ? 'No category' : row.category.charAt(0).toUpperCase() + row.category.slice(1);
    case 'verdict':
      return row.verdict === '' ? 'No verdict yet' : row.verdict.replace(/ \(.*$/, '');
  }
}

/** The lines that reach into a window of the list, with some above and below, so that scrolling shows no gap. */
export function linesBetween({ lines }: List, top: number, bottom: number): readonly Line[] {
  const first = lowerBound(lines, top - 8 * rowHeight);
  const end = lowerBound(lines, bottom + 8 * rowHeight);
  return lines.slice(first, end);
}

/** Index of the first line whose end lies below a height. */
function lowerBound(lines: readonly Line[], height: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const line = lines[middle];
    if (line && line.top + rowHeight <= height) low = middle + 1;
    else high = middle;
  }
  return low;
}
