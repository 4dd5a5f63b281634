import { h, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { keyHelp } from '../../ui/keyHelp';
import { keyGroups } from '../keys';
import type { Panel } from '../panel';
import { card } from './card';
import { tray } from './tray';

export function page(panel: Panel): readonly (Node | undefined)[] {
  const { state, local } = panel;
  if (!state) return [h('main', { class: 'panel waiting' }, h('p', { class: 'mute', role: 'status' }, panel.busy ?? 'Measuring the pictures…'))];
  return [
    h(
      'main',
      { class: `panel${local.dropping ? ' dropping' : ''}`, key: 'panel' },
      header(panel),
      state.pictures.length === 0 ? empty(panel) : h('ul', { class: 'cards', 'aria-label': 'Source pictures' }, state.pictures.map((picture, index) => card(panel, picture, index))),
      tray(panel),
      h('div', { class: 'keys', role: 'note', 'aria-label': 'Keys' }, hints.map(([key, does]) => h('span', { key: does }, h('kbd', {}, key), does))),
    ),
    local.dropping ? h('div', { class: 'drop-here', key: 'drop', 'aria-hidden': true }, icon('picture'), 'Drop pictures here') : undefined,
    local.toast && h('div', { class: `toast ${local.toast.tone}`, key: 'toast', 'aria-hidden': true }, icon(local.toast.tone === 'error' ? 'warn' : 'info'), local.toast.text),
    local.help ? keyHelp(keyGroups, () => panel.update({ help: false })) : undefined,
  ];
}

const hints: readonly (readonly [string, string])[] = [['←→', 'move'], ['A', 'add'], ['F', 'mend'], ['R', 'replace'], ['Del', 'take out'], ['W', 'words'], ['U', 'undo'], ['?', 'all keys']];

function header(panel: Panel): Node {
  const { state, busy } = panel;
  return h(
    'header',
    { class: 'head' },
    h('div', { class: 'what' }, h('h1', {}, 'Source pictures'), h('p', { class: 'mute' }, busy ?? placeText(state?.folder, state?.pattern))),
    h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'choose' }) } }, icon('plus'), 'Add Files…'),
    h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'draw' }) } }, icon('picture'), 'Draw Characters'),
    h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'thresholds' }) } }, icon('settings'), 'Thresholds…'),
    h('button', { class: 'sec', disabled: state?.canUndo !== true, on: { click: () => panel.send({ kind: 'undo' }) } }, icon('left'), 'Undo'),
  );
}

function placeText(folder = '', pattern: string | undefined): string {
  return pattern === undefined ? `for ${folder}/` : `for ${folder}/, named like ${pattern}`;
}

function empty(panel: Panel): Node {
  const wanted = panel.state?.wanted;
  return h(
    'div',
    { class: 'empty' },
    icon('picture', 'large'),
    h('p', {}, wanted === undefined ? 'There are no source pictures yet.' : `The plan asks for ${wanted === 1 ? '1 source picture' : `${wanted} source pictures`}.`),
    h('p', { class: 'mute' }, 'Drop or paste pictures here; each is measured at once.'),
    h('p', { class: 'row' }, h('button', { class: 'pri', on: { click: () => panel.send({ kind: 'choose' }) } }, 'Add Files…'), h('button', { class: 'sec', on: { click: () => panel.send({ kind: 'draw' }) } }, 'Draw Characters')),
  );
}
