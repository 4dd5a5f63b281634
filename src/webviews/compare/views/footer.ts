import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { CompareState, SaveState } from '../contract';
import { keyLabel, type CommandId } from '../keys';
import type { Panel } from '../panel';

const breakAfter = 20 * 60_000;

/** The keys that matter most now, and whether all is saved. */
export function footer(panel: Panel, state: CompareState): Node {
  const scale = state.criteria.find(({ kind }) => kind === 'scale');
  const hint = (text: string, className: string, ...commands: readonly CommandId[]): Node => h('span', { class: className }, commands.map((command) => h('kbd', {}, keyLabel(command))), ` ${text}`);
  const word = (text: string, ...keys: readonly string[]): Node => h('span', {}, keys.map((key) => h('kbd', {}, key)), ` ${text}`);
  const keys: readonly Child[] = state.vote
    ? [word('left is better', '1', '←'), word('right is better', '2', '→'), word('as good', '3', '↑'), word('both bad', '4', '↓'), hint('source', 'opt', 'holdSource'), hint('undo', '', 'undo'), hint('results', '', 'grid')]
    : panel.local.sheet
    ? [state.summary !== undefined && state.summary.tiedPairs.length > 0 && hint('vote', '', 'vote'), state.blind && hint('reveal', '', 'reveal'), hint('look at cells', '', 'nextCell', 'previousCell'), hint('all keys', '', 'help')]
    : [
        scale?.kind === 'scale' && h('span', {}, h('kbd', {}, `${scale.minimum}–${scale.maximum}`), ' score'),
        state.criteria.some(({ kind }) => kind === 'yesNo') && hint('same character', '', 'yes', 'no'),
        hint('pin', '', 'pin'),
        h('span', { class: 'opt' }, h('kbd', {}, 'Tab'), ' next output'),
        hint('source', 'opt', 'holdSource'),
        hint('next cell', 'opt', 'nextCell'),
        hint('undo', '', 'undo'),
        hint('all keys', '', 'help'),
      ];
  const tired = Date.now() - panel.startedAt > breakAfter;
  return h(
    'footer',
    { class: state.save.kind === 'failed' ? 'keys failed' : 'keys' },
    keys,
    h(
      'span',
      { class: 'end' },
      tired ? h('span', { class: 'key-states' }, '20 minutes: a short break keeps the scale steady') : h('span', { class: 'key-states', 'aria-hidden': true }, h('span', {}, icon('check'), 'rated'), h('span', {}, icon('half'), 'partly'), h('span', {}, icon('flag'), 'flagged')),
      saved(state.save),
    ),
  );
}

function saved(save: SaveState): Node | false {
  if (save.kind === 'failed') return h('span', { class: 'unsaved', role: 'alert' }, icon('warn'), `Not saved: ${save.reason}`);
  return save.kind === 'saved' && h('span', { class: 'saved' }, icon('check'), `Saved ${new Date(save.at).toLocaleTimeString(undefined, { hour12: false })}`);
}
