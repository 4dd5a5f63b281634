import type { PlanHost } from '../plans/planHost';

/** A row of the plan tree: only what it stands for; what it shows is looked up when it is drawn. */
export type PlanRow =
  | { readonly kind: 'plan' | 'next' | 'problem'; readonly host: PlanHost }
  | { readonly kind: 'phase' | 'task' | 'step' | 'gate'; readonly host: PlanHost; readonly id: string };

export type RowKind = PlanRow['kind'];

/** Gives the same object for the same row each time, as the editor's tree wants it. */
export class RowBook {
  private readonly rows = new Map<string, PlanRow>();

  of(kind: RowKind, host: PlanHost, id = ''): PlanRow {
    const key = rowKey(kind, host, id);
    const known = this.rows.get(key);
    if (known?.host === host) return known;
    const row: PlanRow = kind === 'plan' || kind === 'next' || kind === 'problem' ? { kind, host } : { kind, host, id };
    this.rows.set(key, row);
    return row;
  }
}

export function keyOf(row: PlanRow): string {
  return rowKey(row.kind, row.host, 'id' in row ? row.id : '');
}

function rowKey(kind: RowKind, host: PlanHost, id: string): string {
  return `${host.uri.path}\u0000${kind}\u0000${id}`;
}
