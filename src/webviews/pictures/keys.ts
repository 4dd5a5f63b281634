import type { KeyGroup } from '../ui/keyHelp';
import type { Panel } from './panel';

/** Keys of the whole panel. While words are typed only Escape, Enter and Ctrl+Enter are keys. */
export function onKeyDown(panel: Panel, event: KeyboardEvent): void {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) return finish(panel, event);
  const { target } = event;
  if (target instanceof HTMLInputElement) {
    if (event.key === 'Escape' || event.key === 'Enter') leaveWords(panel, target);
    return;
  }
  if (event.key === 'Escape') return panel.update({ help: false, toast: undefined });
  if (panel.local.help || event.ctrlKey || event.metaKey) return;
  const act = (event.altKey ? altKeys : keys)[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!act || (event.key === 'Enter' && target instanceof HTMLButtonElement)) return;
  event.preventDefault();
  act(panel);
}

type Act = (panel: Panel) => void;

const keys: Readonly<Record<string, Act>> = {
  ArrowRight: (panel) => panel.step(1),
  ArrowLeft: (panel) => panel.step(-1),
  ArrowDown: (panel) => panel.step(columns()),
  ArrowUp: (panel) => panel.step(-columns()),
  Home: (panel) => panel.step(-Infinity),
  End: (panel) => panel.step(Infinity),
  Enter: (panel) => ofCurrent(panel, (id) => panel.send({ kind: 'open', id })),
  Delete: (panel) => ofCurrent(panel, (id) => panel.send({ kind: 'remove', id })),
  r: (panel) => ofCurrent(panel, (id) => panel.send({ kind: 'replace', id })),
  f: mendFirst,
  w: (panel) => panel.write(),
  a: (panel) => panel.send({ kind: 'choose' }),
  d: (panel) => panel.send({ kind: 'draw' }),
  c: (panel) => panel.send({ kind: 'copy' }),
  n: (panel) => panel.send({ kind: 'rename' }),
  u: (panel) => panel.send({ kind: 'undo' }),
  '?': (panel) => panel.update({ help: true }),
};

const altKeys: Readonly<Record<string, Act>> = {
  ArrowLeft: (panel) => ofCurrent(panel, (id) => panel.send({ kind: 'move', id, by: -1 })),
  ArrowRight: (panel) => ofCurrent(panel, (id) => panel.send({ kind: 'move', id, by: 1 })),
};

function ofCurrent({ current }: Panel, act: (id: string) => void): void {
  if (current) act(current.id);
}

function mendFirst(panel: Panel): void {
  const { current } = panel;
  const [first] = current?.mends ?? [];
  if (current && first) panel.send({ kind: 'mend', id: current.id, mend: first.id });
  else if (current) panel.say('Nothing here can be mended: replace the picture (R) or take it out (Delete).');
}

function leaveWords(panel: Panel, field: HTMLInputElement): void {
  field.blur();
  panel.go(panel.current?.id);
}

/** What is being typed is written first. */
function finish(panel: Panel, event: KeyboardEvent): void {
  event.preventDefault();
  if (event.target instanceof HTMLInputElement) event.target.blur();
  panel.send({ kind: 'done' });
}

/** How many cards stand in a row. */
function columns(): number {
  const cards = [...document.querySelectorAll<HTMLElement>('.card')];
  const top = cards[0]?.offsetTop;
  return Math.max(1, cards.filter(({ offsetTop }) => offsetTop === top).length);
}

export const keyGroups: readonly KeyGroup[] = [
  {
    title: 'Pictures',
    keys: [
      { keys: ['←', '→', '↑', '↓'], does: 'move' }, { keys: ['Enter'], does: 'open in the editor' }, { keys: ['F'], does: 'mend what can be mended' }, { keys: ['R'], does: 'replace' },
      { keys: ['Delete'], does: 'take out; the file is kept' }, { keys: ['W'], does: 'words: what it shows' }, { keys: ['Alt', '←', '→'], does: 'earlier, later number' },
    ],
  },
  {
    title: 'All',
    keys: [
      { keys: ['A'], does: 'add files; or drop them, or paste' }, { keys: ['D'], does: 'draw characters for those that miss' }, { keys: ['C'], does: 'copy into the folder' }, { keys: ['N'], does: 'give the plan’s names' },
      { keys: ['U'], does: 'undo' }, { keys: ['Ctrl', 'Enter'], does: 'done' }, { keys: ['Esc'], does: 'back' }, { keys: ['?'], does: 'all keys' },
    ],
  },
];
