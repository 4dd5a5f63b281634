import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { sortBy } from '../commands';
import { chipText, filters, isSwitch, valuesOf } from '../filters';
import type { FilterId, Filters, Grouping } from '../local';
import type { Panel } from '../panel';

/** Search, filters as chips, grouping and sorting, and how many are left. */
export function filterBar(panel: Panel): Node {
  const { local, state, list } = panel;
  const total = state?.rows.length ?? 0;
  return h(
    'div',
    { class: 'bar', role: 'toolbar', 'aria-label': 'Filter' },
    h('label', { class: 'search' }, icon('search'), searchField(panel), h('kbd', { 'aria-hidden': true }, '/')),
    chips(panel),
    h('div', { class: 'menu-place' }, h('button', { class: 'quiet-btn', 'aria-haspopup': 'menu', 'aria-expanded': local.open === 'filter', on: { click: () => toggle(panel, 'filter') } }, icon('plus'), 'Filter'), local.open === 'filter' && filterMenu(panel)),
    h('span', { class: 'space' }),
    choice(panel, 'group', 'Group', groups.find(({ id }) => id === local.group)?.label ?? '', groups.map(({ id, label }) => item(label, id === local.group, () => panel.update({ group: id, open: undefined })))),
    choice(panel, 'sort', 'Sort', sortLabel(panel), sortItems(panel)),
    h('span', { class: 'count mute', role: 'status' }, `${list.rows.filter(({ excluded }) => excluded === undefined).length} of ${total}`),
  );
}

function searchField(panel: Panel): Node {
  const type = (event: Event): void => panel.update({ search: (event.target as HTMLInputElement).value.trimStart() });
  return h('input', { id: 'search', type: 'search', placeholder: 'Name, author, tag, text of the card', 'aria-label': 'Search candidates', value: panel.local.search, on: { input: type } });
}

const switches: readonly FilterId[] = ['compatible', 'open', 'new', 'scored'];

function chips(panel: Panel): readonly Node[] {
  const { filters: chosen } = panel.local;
  const valued = (Object.keys(chosen) as FilterId[]).filter((id) => !isSwitch(id) && (chosen[id]?.length ?? 0) > 0);
  return [
    ...valued.map((id) => chip(chipText(id, chosen[id] ?? []), true, () => set(panel, id, []))),
    ...switches.flatMap((id) => {
      if (id === 'new' && panel.state?.newSince === undefined) return [];
      const on = (chosen[id]?.length ?? 0) > 0;
      const label = id === 'new' ? `New since ${panel.state?.newSince ?? ''}` : chipText(id, []);
      const count = id === 'new' ? (valuesOf(panel.state?.rows ?? [], id, chosen)[0]?.count ?? 0) : undefined;
      return [chip(label, on, () => set(panel, id, on ? [] : ['yes']), count)];
    }),
  ];
}

function chip(label: string, on: boolean, click: () => void, count?: number): Node {
  return h('button', { class: `chip${on ? ' on' : ''}`, 'aria-pressed': on, key: `chip ${label}`, on: { click } }, h('span', {}, label), count !== undefined && h('b', {}, String(count)), on && icon('close'));
}

function set(panel: Panel, id: FilterId, values: readonly string[]): void {
  const { [id]: _old, ...others } = panel.local.filters;
  const next: Filters = values.length === 0 ? others : { ...others, [id]: values };
  panel.update({ filters: next });
}

/** Without each of these filters more would be shown; used where nothing is left. */
export function activeFilters(panel: Panel): readonly { readonly label: string; remove(): void }[] {
  const { filters: chosen, search } = panel.local;
  const on = (Object.keys(chosen) as FilterId[]).filter((id) => (chosen[id]?.length ?? 0) > 0);
  const found = on.map((id) => ({ label: chipText(id, chosen[id] ?? []), remove: () => set(panel, id, []) }));
  return search === '' ? found : [...found, { label: `“${search}”`, remove: () => panel.update({ search: '' }) }];
}

function filterMenu(panel: Panel): Node {
  const { filters: chosen } = panel.local;
  const lists = filters.filter(({ id }) => !isSwitch(id));
  return h(
    'div',
    { class: 'menu filter-menu', role: 'menu', 'aria-label': 'Filter by' },
    lists.map(({ id, title }) =>
      h('section', { key: id }, h('h3', {}, title), valuesOf(panel.state?.rows ?? [], id, chosen).slice(0, 8).map(({ value, count }) => {
        const values = chosen[id] ?? [];
        const on = values.includes(value);
        const change = (): void => set(panel, id, on ? values.filter((other) => other !== value) : [...values, value]);
        return h('button', { class: 'menu-item', role: 'menuitemcheckbox', 'aria-checked': on, key: value, on: { click: change } }, h('i', { class: `check${on ? ' on' : ''}` }, on && icon('check')), h('span', {}, value), h('b', {}, String(count)));
      })),
    ),
  );
}

const groups: readonly { readonly id: Grouping; readonly label: string }[] = [
  { id: 'none', label: 'None' }, { id: 'base', label: 'Base' }, { id: 'author', label: 'Author' }, { id: 'category', label: 'Category' }, { id: 'verdict', label: 'Verdict' },
];

function sortLabel(panel: Panel): string {
  const { column } = panel.local.sorting;
  return column === 'place' ? 'Hub’s order' : (panel.columns.find(({ id }) => id === column)?.label ?? column);
}

function sortItems(panel: Panel): readonly Node[] {
  const { sorting } = panel.local;
  const columns = panel.columns.filter(({ label, kind }) => label !== '' && kind !== 'select' && kind !== 'picture');
  return [item('Hub’s order', sorting.column === 'place', () => sortBy(panel, 'place')), ...columns.map(({ id, label }) => item(label, id === sorting.column, () => sortBy(panel, id)))];
}

function choice(panel: Panel, id: 'group' | 'sort', label: string, value: string, items: readonly Node[]): Node {
  const open = panel.local.open === id;
  return h(
    'div',
    { class: 'menu-place' },
    h('button', { class: 'drop', 'aria-haspopup': 'menu', 'aria-expanded': open, on: { click: () => toggle(panel, id) } }, h('span', { class: 'mute' }, label), value, icon('chevron')),
    open && h('div', { class: 'menu right', role: 'menu', 'aria-label': label }, items),
  );
}

function item(label: string, on: boolean, click: () => void): Node {
  return h('button', { class: 'menu-item', role: 'menuitemradio', 'aria-checked': on, key: label, on: { click } }, h('span', {}, label), on && icon('check'));
}

function toggle(panel: Panel, id: 'filter' | 'group' | 'sort'): void {
  panel.update({ open: panel.local.open === id ? undefined : id });
}
