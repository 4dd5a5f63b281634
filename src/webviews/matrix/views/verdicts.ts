import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { MatrixState, ModelHead, Verdict, VerdictRow } from '../contract';

/** Each limit of the evaluation against each model. */
export function verdicts({ verdicts: rows, models }: MatrixState): Node | false {
  if (rows.length === 0) return false;
  return h(
    'section',
    { class: 'part', 'aria-labelledby': 'verdicts' },
    h('div', { class: 'title' }, h('h2', { id: 'verdicts' }, 'Verdicts'), h('p', { class: 'mute' }, 'pass: all of the 95 % interval meets the limit · fail: none of it does · not proven: the limit lies inside')),
    h(
      'div',
      // Nothing in it takes the focus, so it does itself, to be scrolled by keyboard.
      { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Table of verdicts' },
      h(
        'table',
        { class: 'verdict-table' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Criterion'), models.map((model) => h('th', { scope: 'col' }, head(model))))),
        h('tbody', {}, rows.map(verdictRow), h('tr', { class: 'total' }, h('th', { scope: 'row' }, 'Meets'), models.map((_, place) => h('td', {}, h('b', {}, meets(rows, place)))))),
      ),
    ),
  );
}

export function head({ letter, title }: Pick<ModelHead, 'letter' | 'title'>): Node {
  return h('span', { class: 'model' }, h('span', { class: 'letter' }, letter), title !== undefined && h('span', { class: 'name', title }, title));
}

function verdictRow({ name, basis, cells }: VerdictRow): Node {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, name, h('span', { class: 'sub' }, basis)),
    cells.map((cell) => h('td', {}, cell ? [sign(cell.verdict), h('span', { class: 'sub indent' }, cell.text)] : h('span', { class: 'mute' }, '–'))),
  );
}

const signs = { pass: ['pass', 'pass', 'good'], fail: ['fail', 'fail', 'bad'], notProven: ['open', 'not proven', 'open'] } as const;

function sign(verdict: Verdict): Node {
  const [name, text, className] = signs[verdict];
  return h('span', { class: `sign ${className}` }, icon(name), h('b', {}, text));
}

function meets(rows: readonly VerdictRow[], place: number): string {
  const known = rows.flatMap(({ cells }) => cells[place] ?? []);
  return `${known.filter(({ verdict }) => verdict === 'pass').length} of ${known.length}`;
}
