import type { KeyGroup } from '../ui/keyHelp';

/** Everything that a key can do; each can be bound anew. */
export type CommandId =
  | `digit${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | 'yes' | 'no' | 'pin' | 'failureModes' | 'note' | 'flag' | 'best' | 'worst' | 'clear' | 'undo'
  | 'nextCell' | 'previousCell' | 'holdSource' | 'grid' | 'flip' | 'slider' | 'onion' | 'difference'
  | 'previousSide' | 'nextSide' | 'fit' | 'actualSize' | 'zoomIn' | 'zoomOut' | 'link' | 'help' | 'reveal'
  | 'left' | 'right' | 'up' | 'down' | 'farLeft' | 'farRight' | 'farUp' | 'farDown';

export type KeyMap = Readonly<Partial<Record<CommandId, readonly string[]>>>;

/** No Ctrl, Alt, Cmd or F key: those belong to the editor. */
export const defaultKeys: KeyMap = {
  digit0: ['0'], digit1: ['1'], digit2: ['2'], digit3: ['3'], digit4: ['4'], digit5: ['5'], digit6: ['6'], digit7: ['7'], digit8: ['8'], digit9: ['9'],
  yes: ['y'], no: ['n'], pin: ['x'], failureModes: ['m'], note: ['t'], flag: ['g'], best: ['b'], worst: ['w'], clear: ['Backspace'], undo: ['u'],
  nextCell: ['j'], previousCell: ['k'], holdSource: ['Space'],
  grid: ['Escape'], flip: ['Enter'], slider: ['s'], onion: ['o'], difference: ['d'], previousSide: ['['], nextSide: [']'],
  fit: ['f'], actualSize: ['z'], zoomIn: ['+', '='], zoomOut: ['-'], link: ['l'], help: ['?'], reveal: ['r'],
  left: ['ArrowLeft'], right: ['ArrowRight'], up: ['ArrowUp'], down: ['ArrowDown'],
  farLeft: ['Shift+ArrowLeft'], farRight: ['Shift+ArrowRight'], farUp: ['Shift+ArrowUp'], farDown: ['Shift+ArrowDown'],
};

/** Types of artifacts; the key that says which one is pinned. */
export const pinTypes: readonly { readonly id: string; readonly label: string; readonly key: string }[] = [
  { id: 'hands', label: 'Hands', key: 'h' },
  { id: 'face', label: 'Face', key: 'f' },
  { id: 'text', label: 'Text', key: 't' },
  { id: 'seam', label: 'Seam', key: 's' },
  { id: 'limb', label: 'Extra limb', key: 'l' },
  { id: 'background', label: 'Background leak', key: 'b' },
  { id: 'texture', label: 'Texture', key: 'x' },
  { id: 'colour', label: 'Colour', key: 'c' },
  { id: 'other', label: 'Other', key: 'o' },
];

export function pinLabel(type: string): string {
  return pinTypes.find(({ id }) => id === type)?.label ?? type;
}

/** The name of a key as the map writes it; `undefined` for chords that belong to the editor. */
export function keyName({ key, shiftKey, ctrlKey, metaKey, altKey }: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>): string | undefined {
  if (ctrlKey || metaKey || altKey) return undefined;
  if (key === ' ') return 'Space';
  if (key.length === 1) return key.toLowerCase();
  return shiftKey ? `Shift+${key}` : key;
}

export function commandFor(name: string, keys: KeyMap = defaultKeys): CommandId | undefined {
  return (Object.entries(keys) as [CommandId, readonly string[]][]).find(([, names]) => names.includes(name))?.[0];
}

/** How a key is written on a button. */
export function keyLabel(command: CommandId, keys: KeyMap = defaultKeys): string {
  const [name = ''] = keys[command] ?? [];
  return names[name] ?? (name.length === 1 ? name.toUpperCase() : name);
}

const names: Readonly<Record<string, string>> = {
  Escape: 'Esc', Enter: '↵', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', '-': '−', Backspace: '⌫',
};

export function keyGroups(keys: KeyMap = defaultKeys): readonly KeyGroup[] {
  const row = (does: string, ...commands: readonly CommandId[]) => ({ does, keys: commands.map((command) => keyLabel(command, keys)) });
  return [
    {
      title: 'Score',
      keys: [
        { does: 'answers the marked question', keys: ['1–5'] },
        row('same character, at any time', 'yes', 'no'),
        { does: 'number of artifacts, when they are marked', keys: ['0–9'] },
        row('pins an artifact at the pointer; then the key of its type', 'pin'),
        row('failure modes; then 1–9, Esc closes', 'failureModes'),
        row('note; Esc leaves it', 'note'),
        row('flags the output', 'flag'),
        row('best, worst of the cell; again takes it back', 'best', 'worst'),
        row('clears the last answer of this output', 'clear'),
        row('undoes the last change', 'undo'),
      ],
    },
    {
      title: 'Look',
      keys: [
        row('shows the source while held', 'holdSource'),
        row('all outputs', 'grid'),
        row('one at a time, in place', 'flip'),
        row('divider between two pictures', 'slider'),
        row('one over the other', 'onion'),
        row('difference from the source', 'difference'),
        row('nearest in score, other side, gain', 'previousSide', 'nextSide'),
        row('whole picture', 'fit'),
        row('actual pixels at the pointer', 'actualSize'),
        row('zoom', 'zoomIn', 'zoomOut'),
        row('zoom all outputs together', 'link'),
      ],
    },
    {
      title: 'Move',
      keys: [
        { does: 'next, previous output', keys: ['Tab', '⇧ Tab'] },
        row('next, previous cell', 'nextCell', 'previousCell'),
        row('outputs; zoomed in they pan, with Shift ten times as far', 'left', 'right', 'up', 'down'),
        row('this help', 'help'),
      ],
    },
    { title: 'Type of a pin', keys: pinTypes.map(({ key, label }) => ({ does: label, keys: [key.toUpperCase()] })) },
  ];
}
