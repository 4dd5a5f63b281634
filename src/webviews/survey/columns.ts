import type { SurveyRow, SurveyState } from './contract';

export interface Column {
  readonly id: string;
  readonly label: string;
  readonly kind: 'select' | 'name' | 'base' | 'licence' | 'number' | 'compatible' | 'criterion' | 'score' | 'category';
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

export function columnsOf({ criteria }: Pick<SurveyState, 'criteria'>): readonly Column[] {
  return [
    { id: 'selected', label: 'Pick', kind: 'select' },
    { id: 'name', label: 'Model', kind: 'name' },
    { id: 'base', label: 'Base', kind: 'base' },
    { id: 'license', label: 'Licence', kind: 'licence' },
    { id: 'likes', label: 'Likes', kind: 'number' },
    { id: 'downloads', label: 'Downloads', kind: 'number' },
    { id: 'updated', label: 'Updated', kind: 'number' },
    { id: 'compatible', label: 'Compatible', kind: 'compatible' },
    ...criteria.map((criterion): Column => ({ id: criterion, label: criterion.charAt(0).toUpperCase() + criterion.slice(1), kind: 'criterion' })),
    { id: 'score', label: 'Score', kind: 'score' },
    { id: 'category', label: 'Category', kind: 'category' },
  ];
}

/** By one column; ties by score, then likes, then name. What has no value comes last in both directions. */
export function sortRows(rows: readonly SurveyRow[], { column, descending }: Sorting): readonly SurveyRow[] {
  return [...rows].sort((left, right) => {
    const first = compare(valueOf(left, column), valueOf(right, column), descending);
    return first || compare(left.score, right.score, true) || right.likes - left.likes || left.repository.localeCompare(right.repository);
  });
}

type Value = string | number | undefined;

function valueOf(row: SurveyRow, column: string): Value {
  switch (column) {
    case 'selected':
      return row.selected ? 1 : 0;
    case 'name':
      return row.repository.split('/')[1] ?? row.repository;
    case 'base':
      return row.base || undefined;
    case 'license':
      return row.license || undefined;
    case 'likes':
      return row.likes;
    case 'downloads':
      return row.downloads;
    case 'updated':
      return row.updated;
    case 'compatible':
      return ['pass', 'warning', 'question', 'error'].indexOf(row.compatible.sign);
    case 'score':
      return row.score;
    case 'category':
      return row.category || undefined;
    default:
      return row.scores[column];
  }
}

function compare(left: Value, right: Value, descending: boolean): number {
  if (left === undefined || right === undefined) return left === right ? 0 : left === undefined ? 1 : -1;
  const order = typeof left === 'string' && typeof right === 'string' ? left.localeCompare(right) : Number(left) - Number(right);
  return descending ? -order : order;
}
