import type { CriterionColumn, SurveyRow } from './contract';

export interface Column {
  readonly id: string;
  readonly label: string;
  /** The smaller line of the header. */
  readonly under: string;
  readonly kind: 'select' | 'picture' | 'name' | 'base' | 'size' | 'licence' | 'number' | 'compatible' | 'criterion' | 'score' | 'category';
  /** Pixels. */
  readonly width: number;
  /** Whether it takes what is left. */
  readonly grows?: boolean;
  /** When it gives way: 1 first; never where there is none. */
  readonly gives?: number;
  readonly right?: boolean;
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

/** Columns that fit: trend, updated, likes, downloads give way first; name, base, compatible and score never do. */
export function columnsOf(criteria: readonly CriterionColumn[], width: number): readonly Column[] {
  const narrow = width < 760;
  const all: readonly Column[] = [
    { id: 'selected', label: '', under: '', kind: 'select', width: 44 },
    { id: 'picture', label: '', under: '', kind: 'picture', width: 46, gives: 9 },
    { id: 'name', label: 'Model', under: 'what it does', kind: 'name', width: narrow ? 170 : 230, grows: true },
    { id: 'base', label: 'Base', under: 'relation', kind: 'base', width: narrow ? 140 : 188 },
    { id: 'size', label: 'LoRA', under: 'rank · size, layers', kind: 'size', width: 128, gives: 7 },
    { id: 'license', label: 'Licence', under: 'gating', kind: 'licence', width: 108, gives: 5 },
    { id: 'likes', label: 'Likes', under: '', kind: 'number', width: 58, gives: 3, right: true },
    { id: 'downloads', label: 'Downl.', under: '30 days', kind: 'number', width: 66, gives: 4, right: true },
    { id: 'trending', label: 'Trend', under: '', kind: 'number', width: 56, gives: 1, right: true },
    { id: 'updated', label: 'Updated', under: '', kind: 'number', width: 94, gives: 2, right: true },
    { id: 'compatible', label: 'Compatible', under: 'from the weights', kind: 'compatible', width: narrow ? 150 : 178 },
    ...criteria.map((criterion): Column => ({ id: criterion.id, label: criterion.label, under: criterion.computed ? 'filled in' : `weight ${criterion.weight}`, kind: 'criterion', width: 66, gives: criterion.computed ? 6 : 8 })),
    { id: 'score', label: 'Score', under: '', kind: 'score', width: 66, right: true },
    { id: 'category', label: 'Category', under: '', kind: 'category', width: 92, gives: 8 },
  ];
  let columns = all;
  for (let turn = 1; turn <= 9 && widthOf(columns) > width; turn++) columns = columns.filter(({ gives }) => gives !== turn);
  return columns;
}

function widthOf(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + column.width, 0);
}

/** For CSS grid. */
export function tracks(columns: readonly Column[]): string {
  return columns.map(({ width, grows }) => (grows ? `minmax(${width}px, 1fr)` : `${width}px`)).join(' ');
}

/** By one column; ties by score, then likes, then name. What has no value comes last in both directions. */
export function sortRows(rows: readonly SurveyRow[], { column, descending }: Sorting): readonly SurveyRow[] {
  return [...rows].sort((left, right) => {
    const first = compare(valueOf(left, column), valueOf(right, column), descending);
    return first || compare(left.score, right.score, true) || right.likes - left.likes || order(left.repository, right.repository);
  });
}

type Value = string | number | undefined;

function valueOf(row: SurveyRow, column: string): Value {
  const value = values[column];
  return value ? value(row) : row.scores[column];
}

const values: Readonly<Record<string, (row: SurveyRow) => Value>> = {
  selected: (row) => (row.selected ? 1 : 0),
  place: (row) => -row.place,
  name: (row) => (row.repository.split('/')[1] ?? row.repository).toLowerCase(),
  base: (row) => row.base.toLowerCase() || undefined,
  size: (row) => row.bytes || undefined,
  license: (row) => row.license || undefined,
  likes: (row) => row.likes,
  downloads: (row) => row.downloads,
  trending: (row) => row.trending,
  updated: (row) => row.updated || undefined,
  compatible: (row) => ['pass', 'warning', 'question', 'error', 'refused'].indexOf(row.compatible.sign),
  score: (row) => row.score,
  category: (row) => row.category || undefined,
};

function compare(left: Value, right: Value, descending: boolean): number {
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
  const found = typeof left === 'string' && typeof right === 'string' ? order(left, right) : Number(left) - Number(right);
  return descending ? -found : found;
}

/** Not by locale: thousands of comparisons have to be quick, and names on the Hub are ASCII. */
function order(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Best first makes sense for figures, A first for words. */
export function beginsDescending(column: string): boolean {
  return !['name', 'base', 'license', 'category', 'compatible'].includes(column);
}
