import type { SurveyRow } from './contract';
import { authorOf } from './format';
import type { FilterId, Filters } from './local';

interface Filter {
  readonly id: FilterId;
  readonly title: string;
  /** The values of a row; those of a switch are `yes` or none. */
  values(row: SurveyRow): readonly string[];
  /** How a row that it hides is counted: "not compatible". */
  readonly hides: string;
}

/** In the order in which a hidden row's reason is looked for. */
export const filters: readonly Filter[] = [
  { id: 'base', title: 'Base', values: ({ base }) => [base || 'none named'], hides: 'of another base' },
  { id: 'kind', title: 'Kind', values: ({ kind }) => [kind || 'not read'], hides: 'of another kind' },
  { id: 'compatible', title: 'Compatible only', values: ({ compatible }) => (compatible.sign === 'pass' || compatible.sign === 'warning' ? yes : []), hides: 'not compatible' },
  { id: 'open', title: 'Not gated', values: ({ gated }) => (gated ? [] : yes), hides: 'gated' },
  { id: 'new', title: 'New', values: ({ isNew }) => (isNew ? yes : []), hides: 'not new' },
  { id: 'scored', title: 'Not scored', values: ({ score }) => (score === undefined ? yes : []), hides: 'scored' },
  { id: 'author', title: 'Author', values: ({ repository }) => [authorOf(repository)], hides: 'by other authors' },
  { id: 'category', title: 'Category', values: ({ category }) => [category || 'none'], hides: 'of another category' },
  { id: 'verdict', title: 'Verdict', values: ({ verdict }) => [verdictWord(verdict)], hides: 'of another verdict' },
  { id: 'license', title: 'Licence', values: ({ license }) => [license || 'none given'], hides: 'of another licence' },
];

const yes = ['yes'] as const;

export function isSwitch(id: FilterId): boolean {
  return id === 'compatible' || id === 'open' || id === 'new' || id === 'scored';
}

/** Filters are joined by "and", the values within one by "or". */
export function passes(row: SurveyRow, chosen: Filters, except?: FilterId): boolean {
  return filters.every((filter) => filter.id === except || fits(row, filter, chosen));
}

/** Why a row is not shown: its own reason first, then the first filter that it does not fit, then the search. */
export function hiddenBy(row: SurveyRow, chosen: Filters, search: string): string | undefined {
  if (row.excluded !== undefined) return reasonGroup(row.excluded);
  const filter = filters.find((one) => !fits(row, one, chosen));
  if (filter) return filter.hides;
  return matches(row, search) ? undefined : 'not found by the search';
}

function fits(row: SurveyRow, { id, values }: Filter, chosen: Filters): boolean {
  const wanted = chosen[id];
  return wanted === undefined || wanted.length === 0 || values(row).some((value) => wanted.includes(value));
}

/** Each word has to be somewhere. */
export function matches(row: SurveyRow, search: string): boolean {
  if (search === '') return true;
  const text = `${row.repository} ${row.does} ${row.base} ${row.category} ${row.verdict} ${row.tags} ${row.license}`.toLowerCase();
  return search.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

/** "derives from A, not from B" is one of many of another base. */
function reasonGroup(reason: string): string {
  if (reason.startsWith('derives from ')) return 'of another base';
  if (reason.startsWith('names no base')) return 'without a base';
  return reason.startsWith('is the base') ? 'the base itself' : 'left out by you';
}

function verdictWord(verdict: string): string {
  return verdict === '' ? 'none' : verdict.replace(/ \(.*$/, '');
}

/** The values that occur, with how many of the rows that the other filters let through have them; most first. */
export function valuesOf(rows: readonly SurveyRow[], id: FilterId, chosen: Filters): readonly { readonly value: string; readonly count: number }[] {
  const filter = filters.find((one) => one.id === id);
  const counts = new Map<string, number>();
  for (const row of rows) {
    if (!filter || row.excluded !== undefined || !passes(row, chosen, id)) continue;
    for (const value of filter.values(row)) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  for (const value of chosen[id] ?? []) if (!counts.has(value)) counts.set(value, 0);
  return [...counts].map(([value, count]) => ({ value, count })).sort((left, right) => right.count - left.count || (left.value < right.value ? -1 : 1));
}

/** "Base Qwen-Image-Edit", or the switch's own name. */
export function chipText(id: FilterId, values: readonly string[]): string {
  const title = filters.find((filter) => filter.id === id)?.title ?? id;
  return isSwitch(id) ? title : `${title} ${values.join(', ')}`;
}
