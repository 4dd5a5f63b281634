import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { keyHelp } from '../../ui/keyHelp';
import type { ExportFormat, MatrixState } from '../contract';
import { focusFirst, keyGroups, moveFocus } from '../keys';
import type { Matrix, View } from '../matrix';
import { edits } from './edits';
import { gallery, pictureDialog } from './gallery';
import { comparison } from './comparison';
import { verdicts } from './verdicts';
import { charts } from './charts';

/** The whole panel for its present state. */
export function page(matrix: Matrix): readonly Child[] {
  const { state, local } = matrix;
  if (!state) return [h('main', { class: 'analysis', 'aria-busy': true, 'aria-label': 'Results' })];
  if (state.empty) return [empty(matrix, state.empty)];
  return [
    h('main', { class: 'analysis', 'aria-label': 'Results', key: 'main' }, header(matrix, state), bars(matrix, state), h('div', { class: 'view', role: 'tabpanel', id: 'view', 'aria-label': titles[local.view], key: local.view }, view(matrix, state))),
    local.pictures && pictureDialog(matrix, local.pictures),
    local.help && keyHelp(keyGroups, () => matrix.update({ help: false })),
  ];
}

const titles: Readonly<Record<View, string>> = { matrix: 'Matrix', edits: 'Edits and cost', gallery: 'Gallery' };

function view(matrix: Matrix, state: MatrixState): readonly Child[] {
  switch (matrix.local.view) {
    case 'matrix':
      return [verdicts(state), comparison(matrix, state), charts(matrix, state)];
    case 'edits':
      return [edits(matrix, state)];
    case 'gallery':
      return gallery(matrix, state);
  }
}

function header(matrix: Matrix, state: MatrixState): Node {
  const tabs = Object.entries(titles) as [View, string][];
  return h(
    'header',
    { class: 'top' },
    h('div', {}, h('h1', {}, 'Results'), h('p', { class: 'mute facts' }, state.facts.map((fact) => h('span', {}, fact)))),
    h(
      'div',
      { class: 'switch', role: 'tablist', 'aria-label': 'View', on: { keydown: (event) => moveFocus(event as KeyboardEvent, '[role=tab]') } },
      tabs.map(([name, title], index) => {
        const on = matrix.local.view === name;
        return h('button', { role: 'tab', 'aria-selected': on, 'aria-controls': 'view', tabindex: on ? 0 : -1, title: `${title} (${index + 1})`, on: { click: () => matrix.update({ view: name }) } }, title);
      }),
    ),
    h('div', { class: 'menu-place' }, h('button', { class: 'second', 'aria-haspopup': 'menu', 'aria-expanded': matrix.local.menu === 'export', on: { click: () => matrix.update({ menu: matrix.local.menu === 'export' ? undefined : 'export' }) } }, 'Export'), matrix.local.menu === 'export' && exportMenu(matrix)),
    h('button', { class: 'primary', title: 'Runs the steps of the plan that write the analysis', on: { click: () => matrix.send({ type: 'write' }) } }, 'Write to Results'),
  );
}

const formats: readonly (readonly [ExportFormat, string])[] = [['csv', 'CSV'], ['json', 'JSON'], ['markdown', 'Markdown'], ['svg', 'Chart as SVG']];

function exportMenu(matrix: Matrix): Node {
  const choose = (format: ExportFormat) => () => {
    matrix.update({ menu: undefined });
    matrix.send({ type: 'export', format });
  };
  return h(
    'div',
    { class: 'menu', role: 'menu', 'aria-label': 'Export as', on: { keydown: (event) => moveFocus(event as KeyboardEvent, 'button') }, paint: focusFirst },
    formats.map(([format, label]) => h('button', { role: 'menuitem', class: 'menu-item', on: { click: choose(format) } }, label)),
  );
}

function bars(matrix: Matrix, { blind, warnings }: MatrixState): readonly Child[] {
  return [
    blind && h('div', { class: 'bar', role: 'status' }, icon('blind'), blind.text, h('button', { class: 'link', on: { click: () => matrix.send({ type: 'reveal' }) } }, 'Reveal…'), h('button', { class: 'link', on: { click: () => matrix.send({ type: 'review' }) } }, 'Go on rating')),
    ...warnings.map((warning) => h('div', { class: 'bar', role: 'status' }, icon('warn'), warning)),
  ];
}

function empty(matrix: Matrix, { message, advice }: { readonly message: string; readonly advice: string }): Node {
  return h('main', { class: 'analysis nothing', 'aria-label': 'Results' }, h('h1', {}, message), h('p', { class: 'mute' }, advice), h('button', { class: 'primary', on: { click: () => matrix.send({ type: 'review' }) } }, 'Compare and Score Outputs'));
}
