import { h, type Child, type Node } from '../../ui/dom';
import { icon, type IconName } from '../../ui/icons';
import type { Column } from '../columns';
import { selectRows } from '../commands';
import type { Sign, SurveyRow } from '../contract';
import { authorOf, countText, nameOf, updatedText } from '../format';
import type { Panel } from '../panel';

/** What stands in a cell. */
export function cell(panel: Panel, row: SurveyRow, column: Column): readonly Child[] {
  switch (column.kind) {
    case 'select':
      return [h('button', { class: `check${row.selected ? ' on' : ''}`, role: 'checkbox', tabindex: -1, 'aria-checked': row.selected, 'aria-label': `Select ${nameOf(row.repository)}`, disabled: row.excluded !== undefined, on: { click: (event) => pick(panel, row, event) } }, row.selected && icon('check'))];
    case 'picture':
      return [picture(panel, row, 36)];
    case 'name':
      return lines(h('span', { title: row.repository }, nameOf(row.repository), row.isNew && h('b', { class: 'new' }, 'new')), [authorOf(row.repository), row.excluded ?? (row.changed || row.does)].filter(Boolean).join(' · '));
    case 'base':
      return lines(signed(row.baseSign, row.base || 'none named'), row.relation);
    case 'size':
      return lines(row.size || '–', row.layers);
    case 'licence':
      return lines(h('span', { class: 'signed' }, row.license || 'none given', !/^(?:apache|mit|bsd|openrail|cc-by|cc0)/i.test(row.license) && icon('warn', 'warning')), h('span', { class: 'signed' }, row.gated && icon('lock'), row.gated ? 'gated' : 'open'));
    case 'number':
      return [figure(row, column.id)];
    case 'compatible':
      return row.excluded === undefined ? lines(signed(row.compatible.sign, row.compatible.text), row.compatible.detail) : [h('button', { class: 'link', tabindex: -1, on: { click: (event) => bringBack(panel, row, event) } }, 'Bring back')];
    case 'criterion':
      return [pips(row.scores[column.id], panel.state?.totals.criteria.find(({ id }) => id === column.id)?.computed === true)];
    case 'score':
      return [row.score === undefined ? '–' : row.score.toFixed(1)];
    case 'category':
      return [row.category === '' ? '' : h('span', { class: 'tag' }, row.category)];
  }
}

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
