import type { RowView } from './contract';
import type { Sort } from './matrix';

/** Rows in order. What a model has no figure for comes last in both directions; ties keep the host's order, best first. */
export function sorted(rows: readonly RowView[], { column, descending }: Sort): readonly RowView[] {
  const turn = descending ? -1 : 1;
  if (column === 'model') return rows.toSorted((left, right) => turn * left.title.localeCompare(right.title, 'en', { numeric: true }));
  return rows.toSorted((left, right) => {
    const [one, other] = [left.cells[column]?.sort, right.cells[column]?.sort];
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined);
    return turn * (one - other);
  });
}
