import type { KeyGroup } from '../ui/keyHelp';

/** Everything that a key can do; each can be bound anew. */
export type CommandId =
  | `digit${0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}`
  | 'yes' | 'no' | 'pin' | 'failureModes' | 'note' | 'flag' | 'best' | 'worst' | 'clear' | 'undo'
  | 'nextCell' | 'previousCell' | 'holdSource' | 'grid' | 'flip' | 'blink' | 'slider' | 'onion' | 'difference'
  | 'previousSide' | 'nextSide' | 'fit' | 'actualSize' | 'zoomIn' | 'zoomOut' | 'link' | 'face' | 'help' | 'reveal' | 'vote'
  | 'left' | 'right' | 'up' | 'down' | 'farLeft' | 'farRight' | 'farUp' | 'farDown';

export type KeyMap = Readonly<Partial<Record<CommandId, readonly string[]>>>;

/** No Ctrl, Alt, Cmd or F key: those belong to the editor. */
export const defaultKeys: KeyMap = {
  digit0: ['0'], digit1: ['1'], digit2: ['2'], digit3: ['3'], digit4: ['4'], digit5: ['5'], digit6: ['6'], digit7: ['7'], digit8: ['8'], digit9: ['9'],
  yes: ['y'], no: ['n'], pin: ['x'], failureModes: ['m'], note: ['t'], flag: ['g'], best: ['b'], worst: ['w'], clear: ['Backspace'], undo: ['u'],
  nextCell: ['j'], previousCell: ['k'], holdSource: ['Space'],
  grid: ['Escape'], flip: ['Enter'], blink: ['i'], slider: ['s'], onion: ['o'], difference: ['d'], previousSide: ['['], nextSide: [']'],
  fit: ['f'], actualSize: ['z'], zoomIn: ['+', '='], zoomOut: ['-'], link: ['l'], face: ['a'], help: ['?'], reveal: ['r'], vote: ['v'],
  left: ['ArrowLeft'], right: ['ArrowRight'], up: ['ArrowUp'], down: ['ArrowDown'],
  farLeft: ['Shift+ArrowLeft'], farRight: ['Shift+ArrowRight'], farUp: ['Shift+ArrowUp'], farDown: ['Shift+ArrowDown'],
};

/** The keys in force: the defaults, with those that the settings bind anew. */
let bound: KeyMap = defaultKeys;

/**
 * Binds commands to other keys. A key that is taken from another command is no longer that one's; commands that do not
 * exist are left out.
 */
export function bindKeys(overrides: Readonly<Record<string, readonly string[]>> = {}): void {
  const known = Object.entries(overrides).filter(([command]) => command in defaultKeys);
  const taken = new Set(known.flatMap(([, keys]) => keys));
  const rest = Object.entries(defaultKeys).map(([command, keys]) => [command, keys.filter((key) => !taken.has(key))] as const);
  bound = Object.fromEntries([...rest, ...known]);
}

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

export function commandFor(name: string, keys: KeyMap = bound): CommandId | undefined {
  return (Object.entries(keys) as [CommandId, readonly string[]][]).find(([, names]) => names.includes(name))?.[0];
}

/** How a key is written on a button. */
export function keyLabel(command: CommandId, keys: KeyMap = bound): string {
  const [name = ''] = keys[command] ?? [];
  return names[name] ?? (name.length === 1 ? name.toUpperCase() : name);
}

const names: Readonly<Record<string, string>> = {
  Escape: 'Esc', Enter: '↵', ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', '-': '−', Backspace: '⌫',
};

export function keyGroups(keys: KeyMap = bound): readonly KeyGroup[] {
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
        row('source and output in turn', 'blink'),
        row('divider between two pictures', 'slider'),
        row('one over the other', 'onion'),
        row('difference from the source', 'difference'),
        row('nearest in score, other side, gain', 'previousSide', 'nextSide'),
        row('whole picture', 'fit'),
        row('actual pixels at the pointer', 'actualSize'),
        row('zoom', 'zoomIn', 'zoomOut'),
        row('zoom all outputs together', 'link'),
        row('hold the face in place', 'face'),
      ],
    },
    {
      title: 'Move',
      keys: [
        { does: 'next, previous output', keys: ['Tab', '⇧ Tab'] },
        row('next, previous cell', 'nextCell', 'previousCell'),
        row('outputs; zoomed in they pan, with Shift ten times as far', 'left', 'right', 'up', 'down'),
        row('vote on undecided pairs, when all is rated', 'vote'),
        row('this help', 'help'),
      ],
    },
    { title: 'Type of a pin', keys: pinTypes.map(({ key, label }) => ({ does: label, keys: [key.toUpperCase()] })) },
  ];
}
