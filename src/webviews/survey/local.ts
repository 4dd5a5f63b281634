import type { Sorting } from './columns';
import type { SurveyState } from './contract';

/** Which values of a filter let a row through; a filter that is not here lets every row through. */
export type Filters = Readonly<Partial<Record<FilterId, readonly string[]>>>;

export type FilterId = 'kind' | 'base' | 'author' | 'category' | 'verdict' | 'license' | 'compatible' | 'open' | 'new' | 'scored';

export type Grouping = 'none' | 'base' | 'author' | 'category' | 'verdict';

/** What only the page knows: where the person is and how the list is turned. The survey itself is the host's. */
export interface Local {
  readonly search: string;
  readonly filters: Filters;
  readonly group: Grouping;
  readonly sorting: Sorting;
  /** The candidate under the cursor, whatever its place in the list. */
  readonly current: string | undefined;
  /** Id of the column under the cursor. */
  readonly column: string;
  /** Where a range begins that Shift+Space selects. */
  readonly anchor: string | undefined;
  /** What was left out is listed as well, greyed. */
  readonly showHidden: boolean;
  readonly details: boolean;
  /** Part of the details that is shown below the facts. */
  readonly tab: 'facts' | 'card' | 'files';
  readonly selection: boolean;
  readonly open: 'filter' | 'group' | 'sort' | 'weights' | 'keys' | undefined;
  /** A verdict that is being written. */
  readonly verdict: { readonly word: string; readonly reason: string } | undefined;
  readonly toast: { readonly text: string; readonly tone: 'info' | 'error' } | undefined;
}

export const initial: Local = {
  search: '', filters: {}, group: 'none', sorting: { column: 'score', descending: true }, current: undefined, column: 'name', anchor: undefined,
  showHidden: false, details: false, tab: 'facts', selection: false, open: undefined, verdict: undefined, toast: undefined,
};

/** What the editor keeps of the page while it is hidden. */
export type Remembered = Pick<Local, 'search' | 'filters' | 'group' | 'sorting' | 'current' | 'column' | 'showHidden' | 'details'> & Partial<Pick<SurveyState, 'plan' | 'page'>>;

export function rememberedOf({ search, filters, group, sorting, current, column, showHidden, details }: Local, state: Pick<SurveyState, 'plan' | 'page'> | undefined): Remembered {
  return { search, filters, group, sorting, current, column, showHidden, details, ...(state && { plan: state.plan, page: state.page }) };
}

/** Where the person was when the editor was closed. */
export function recalled(kept: Remembered | undefined): Local {
  const { plan: _plan, page: _page, ...place } = kept ?? {};
  return { ...initial, ...place };
}
