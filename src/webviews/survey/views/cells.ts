import { h, type Child, type Node } from '../../ui/dom';
import { icon, type IconName } from '../../ui/icons';
import type { Column } from '../columns';
import { selectRows } from '../commands';
import type { Sign, SurveyRow } from '../contract';
import { authorOf, countText, nameOf, updatedText } from '../format';
import type { Panel } from '../panel';

/** What stands in a cell. */
export function cell(panel: Panel, row: SurveyRow, column: Column): readonly Child[] {
  return cells[column.kind](panel, row, column);
}

const cells: Readonly<Record<Column['kind'], (panel: Panel, row: SurveyRow, column: Column) => readonly Child[]>> = {
  select: (panel, row) => [h('button', { class: `check${row.selected ? ' on' : ''}`, role: 'checkbox', tabindex: -1, 'aria-checked': row.selected, 'aria-label': `Select ${nameOf(row.repository)}`, disabled: row.excluded !== undefined, on: { click: (event) => pick(panel, row, event) } }, row.selected && icon('check'))],
  picture: (panel, row) => [picture(panel, row, 36)],
  name: (_panel, row) => lines(h('span', { title: row.repository }, nameOf(row.repository), row.isNew && h('b', { class: 'new' }, 'new')), [authorOf(row.repository), row.excluded ?? (row.changed || row.does)].filter(Boolean).join(' · ')),
  base: (_panel, row) => lines(signed(row.baseSign, row.base || 'none named'), row.relation),
  size: (_panel, row) => lines(row.size || '–', row.layers),
  licence: (_panel, { license, gated }) => lines(h('span', { class: 'signed' }, license || 'none given', !/^(?:apache|mit|bsd|openrail|cc-by|cc0)/i.test(license) && icon('warn', 'warning')), h('span', { class: 'signed' }, gated && icon('lock'), gated ? 'gated' : 'open')),
  number: (_panel, row, { id }) => [figure(row, id)],
  compatible: (panel, row) => (row.excluded === undefined ? lines(signed(row.compatible.sign, row.compatible.text), row.compatible.detail) : [h('button', { class: 'link', tabindex: -1, on: { click: (event) => bringBack(panel, row, event) } }, 'Bring back')]),
  criterion: (panel, row, column) => [pips(row.scores[column.id], panel.state?.totals.criteria.find(({ id }) => id === column.id)?.computed === true)],
  score: (_panel, row) => [row.score === undefined ? '–' : row.score.toFixed(1)],
  category: (_panel, row) => [row.category === '' ? '' : h('span', { class: 'tag' }, row.category)],
};

function pick(panel: Panel, row: SurveyRow, event: Event): void {
  event.stopPropagation();
  panel.go(row.repository, { column: 'selected' });
  selectRows(panel, [row], !row.selected);
  panel.focus('table');
}

function bringBack(panel: Panel, row: SurveyRow, event: Event): void {
  event.stopPropagation();
  panel.send({ kind: 'include', repositories: [row.repository] });
}

/** A plain placeholder where there is no picture, never a broken one. */
export function picture(panel: Panel, { repository, picture: address }: Pick<SurveyRow, 'repository' | 'picture'>, size: number): Node {
  const url = address === undefined ? undefined : panel.pictures.get(repository, address);
  const want = (): void => {
    if (address !== undefined && url === undefined) panel.pictures.want(repository, address, () => undefined);
  };
  const side = { width: `${size}px`, height: `${size}px` };
  if (url !== undefined) return h('img', { class: 'pic', src: url, alt: '', style: side, key: 'pic' });
  return h('span', { class: 'pic none', style: side, paint: want, key: 'no-pic' }, icon('picture'));
}

function lines(first: Child, second: Child): readonly Node[] {
  return [h('div', { class: 'first' }, first), h('div', { class: 'second' }, second)];
}

const icons: Readonly<Record<Sign, IconName>> = { pass: 'pass', warning: 'warn', error: 'fail', question: 'open', refused: 'refused' };

export function signed(sign: Sign | undefined, text: string): Node {
  return h('span', { class: 'signed' }, sign && icon(icons[sign], sign), h('span', {}, text));
}

function figure(row: SurveyRow, id: string): string {
  if (id === 'updated') return updatedText(row.updated);
  return countText(id === 'likes' ? row.likes : id === 'downloads' ? row.downloads : row.trending);
}

export function pips(value: number | undefined, computed = false): Node {
  const on = value ?? 0;
  return h('span', { class: `pips${value === undefined ? ' none' : ''}${computed ? ' computed' : ''}`, role: 'img', 'aria-label': value === undefined ? 'not scored' : `${value} of 5` }, h('b', {}, value === undefined ? '–' : String(value)), [1, 2, 3, 4, 5].map((step) => h('i', { class: step <= on ? 'on' : '' })));
}
