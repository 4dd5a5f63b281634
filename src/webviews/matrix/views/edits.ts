import { h, type Child, type Node } from '../../ui/dom';
import type { HeatRow, MatrixState, MeasureView } from '../contract';
import { moveFocus } from '../keys';
import type { Matrix } from '../matrix';
import { figure } from './charts';
import { measurements } from './measurements';
import { head } from './verdicts';

/** How models fare on each edit, and what they cost. */
export function edits(matrix: Matrix, state: MatrixState): Node {
  const { heat, charts } = state;
  const measure = heat.measures.find(({ id }) => id === matrix.local.measure) ?? heat.measures[0];
  const cost = charts[matrix.local.cost] ?? charts.seconds ?? charts.memory;
  return h(
    'div',
    { class: 'columns' },
    h('section', { class: 'heat', 'aria-labelledby': 'heat' }, h('div', { class: 'title' }, h('h2', { id: 'heat' }, 'Edits × models'), measureChoice(matrix, heat.measures, measure)), measure ? heatTable(matrix, state, measure) : h('p', { class: 'mute' }, 'Nothing is rated yet.'), measurements(matrix, state)),
    h(
      'section',
      { class: 'cost', 'aria-label': 'Cost and artifacts' },
      cost ? [costChoice(matrix, state), figure(matrix, matrix.local.cost === 'memory' && charts.memory ? 'Quality against memory' : 'Quality against seconds', 'overall with its 95 % interval', cost), h('p', { class: 'mute legend' }, 'Filled: nothing is both cheaper and better (stepped line). Hollow: beaten on both.')] : h('p', { class: 'mute' }, 'Quality against cost needs two models that were rated and timed.'),
      charts.artifacts ? figure(matrix, 'Artifacts by type', 'those that were pinned', charts.artifacts) : h('p', { class: 'mute' }, 'No artifact was pinned.'),
    ),
  );
}

function measureChoice(matrix: Matrix, measures: readonly MeasureView[], chosen: MeasureView | undefined): Node {
  return h(
    'div',
    { class: 'switch end', role: 'radiogroup', 'aria-label': 'Measure', on: { keydown: (event) => moveFocus(event as KeyboardEvent, '[role=radio]') } },
    measures.map((measure) => h('button', { role: 'radio', 'aria-checked': measure === chosen, tabindex: measure === chosen ? 0 : -1, on: { click: () => matrix.update({ measure: measure.id }) } }, measure.label)),
  );
}

function costChoice(matrix: Matrix, { charts }: MatrixState): Node | false {
  if (!charts.seconds || !charts.memory) return false;
  const choice = (cost: 'seconds' | 'memory', label: string): Node => h('button', { role: 'radio', 'aria-checked': matrix.local.cost === cost, tabindex: matrix.local.cost === cost ? 0 : -1, on: { click: () => matrix.update({ cost }) } }, label);
  return h('div', { class: 'switch right', role: 'radiogroup', 'aria-label': 'Cost', on: { keydown: (event) => moveFocus(event as KeyboardEvent, '[role=radio]') } }, choice('seconds', 'Seconds'), choice('memory', 'Memory'));
}

function heatTable(matrix: Matrix, { heat, models }: MatrixState, measure: MeasureView): Node {
  const rows = heat.kinds.flatMap(({ edits: own }) => own);
  const first = rows[0]?.edit;
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'heat-table', 'aria-label': `${measure.label} by edit and model`, on: { keydown: (event) => moveFocus(event as KeyboardEvent, 'button.heat-cell', models.length) } },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Edit', h('span', { class: 'sub' }, measure.unit)), models.map((model) => h('th', { scope: 'col', class: 'middle' }, head(model))), h('th', { scope: 'col', class: 'middle' }, 'All', h('span', { class: 'sub' }, 'models')))),
      h(
        'tbody',
        {},
        heat.kinds.flatMap(({ label, edits: own }): readonly Child[] => [
          h('tr', { class: 'group', key: `kind ${label}` }, h('th', { scope: 'rowgroup', colspan: models.length + 2 }, label)),
          ...own.map((row) => heatRow(matrix, row, measure, models.map(({ letter }) => letter), row.edit === first)),
        ]),
        h('tr', { class: 'total', key: 'total' }, h('th', { scope: 'row' }, 'All edits', h('span', { class: 'sub' }, 'shared cells [95 %]')), models.map((_, place) => {
          const total = heat.totals[measure.id]?.[place];
          return h('td', { class: 'middle' }, total ? [h('b', {}, total.text), h('span', { class: 'sub' }, total.sub)] : '–');
        }), h('td', {})),
      ),
    ),
    h('p', { class: 'mute legend' }, h('span', { class: 'poor sample' }, text(measure.poor, measure)), ` ${measure.lowIsGood ? 'over' : 'under'} it, outlined. Each number is of few outputs: read rows and columns, not single cells. `, matrix.state?.blind ? '' : 'Enter opens its pictures.'),
  );
}

function heatRow(matrix: Matrix, { edit, prompt, values }: HeatRow, measure: MeasureView, letters: readonly string[], isFirst: boolean): Node {
  const row = values[measure.id] ?? [];
  const known = row.filter((value) => value !== undefined);
  return h(
    'tr',
    { key: edit },
    h('th', { scope: 'row' }, edit, h('span', { class: 'sub prompt', title: prompt }, `“${prompt}”`)),
    row.map((value, place) => h('td', { class: 'heat-place' }, value === undefined ? h('span', { class: 'mute' }, '–') : cell(matrix, value, measure, edit, letters[place] ?? '', isFirst && place === 0))),
    h('td', { class: 'middle mute' }, known.length > 0 ? text(known.reduce((sum, value) => sum + value, 0) / known.length, measure) : '–'),
  );
}

/** The number is always written; the tint is the second cue, the dashed outline the third, and high contrast has bars. */
function cell(matrix: Matrix, value: number, measure: MeasureView, edit: string, letter: string, isStop: boolean): Node {
  const height = Math.min(1, Math.max(0, (value - measure.low) / (measure.high - measure.low)));
  const good = measure.lowIsGood ? 1 - height : height;
  const poor = measure.lowIsGood ? value > measure.poor : value < measure.poor;
  return h(
    'button',
    {
      class: poor ? 'heat-cell poor' : 'heat-cell', key: measure.id, tabindex: isStop ? 0 : -1, 'aria-label': `${edit}, model ${letter}: ${measure.label} ${text(value, measure)}${poor ? ', poor' : ''}`,
      style: { '--tint': `${Math.round(8 + good * 42)}%`, '--bar': `${Math.round(good * 100)}%` }, on: { click: () => matrix.show(letter, edit) },
    },
    text(value, measure),
    h('span', { class: 'level', 'aria-hidden': true }, h('i', {})),
  );
}

function text(value: number, { percent, decimals }: MeasureView): string {
  return percent ? String(Math.round(value * 100)) : value.toFixed(decimals);
}
