import { announce } from '../ui/live';
import { typeInto } from '../ui/toolkit';
import { byScore } from './advance';
import { commandFor, keyName, pinTypes, type CommandId } from './keys';
import { fit, focusCurrent, hold, holdFaces, isZoomed, pan, setMode, zoom } from './looking';
import type { Panel } from './panel';
import { chooseAnswer, removePin, setPin, startPin, toggleMode } from './rating';

/** What a key press does; nothing while a person is writing, but for leaving the field. */
export function onKeyDown(panel: Panel, event: KeyboardEvent): void {
  const name = keyName(event);
  if (name === undefined) return;
  const field = textFieldOf(event.composedPath()[0]);
  if (field) return name === 'Escape' ? leaveField(panel, field) : undefined;
  if (name === 'Tab' && (document.activeElement === document.body || document.activeElement === null)) {
    event.preventDefault();
    return focusCurrent(panel);
  }
  const command = commandFor(name);
  const prompted = panel.isPrompting;
  if (name.endsWith('Tab') || belongsToControl(command, event.target)) return;
  if (!command && !prompted && panel.isSettled) return;
  event.preventDefault();
  if (event.repeat && !(command && repeating.has(command))) return;
  if (command === 'holdSource') held = true;
  if (command === 'holdSource' && !prompted && panel.isSettled) return hold(panel, true);
  panel.whenSettled(() => press(panel, name, event.key));
}

/** A key in its turn: by now a field may have been opened, or a question asked, by the key before it. */
function press(panel: Panel, name: string, character: string): void {
  const note = document.activeElement?.closest<HTMLElement>('.note');
  if (note) {
    if (name === 'Escape') leaveField(panel, note);
    else if (character.length === 1) typeInto(note, character);
    return;
  }
  if (handlePrompt(panel, name)) return;
  const command = commandFor(name);
  if (!command) return;
  // By now it may have been let go.
  if (command === 'holdSource') return hold(panel, held);
  if (answering.has(command)) panel.hurry();
  panel.whenSettled(() => run(panel, command));
}

export function onKeyUp(panel: Panel, event: KeyboardEvent): void {
  const name = keyName(event);
  if (name === undefined || commandFor(name) !== 'holdSource') return;
  held = false;
  hold(panel, false);
}

/** Whether the key that shows the source is down. */
let held = false;

export function run(panel: Panel, command: CommandId): void {
  const { state, local } = panel;
  if (command === 'help') return panel.update({ help: true, menu: false });
  if (state?.vote) return runOnVote(panel, command);
  if (!state?.cell || local.sheet) return runOnSheet(panel, command);
  if (command.startsWith('digit')) return digit(panel, Number(command.slice(5)));
  const act = actions[command as keyof typeof actions];
  act?.(panel);
}

const repeating = new Set<CommandId>(['left', 'right', 'up', 'down', 'farLeft', 'farRight', 'farUp', 'farDown', 'zoomIn', 'zoomOut', 'nextCell', 'previousCell', 'previousSide', 'nextSide']);
const answering = new Set<CommandId>(['digit0', 'digit1', 'digit2', 'digit3', 'digit4', 'digit5', 'digit6', 'digit7', 'digit8', 'digit9', 'yes', 'no']);

const actions = {
  yes: (panel) => yesNo(panel, true),
  no: (panel) => yesNo(panel, false),
  pin: startPin,
  failureModes: (panel) => {
    panel.stay();
    panel.update({ pickingModes: true });
    announce('Failure modes: 1 to 9 toggles, Esc closes.');
  },
  note: (panel) => {
    panel.stay();
    document.querySelector<HTMLElement>('.note')?.focus();
  },
  flag: (panel) => panel.rate({ kind: 'flag', on: !panel.output?.flagged }),
  best: (panel) => panel.rate({ kind: 'best', on: !panel.output?.best }),
  worst: (panel) => panel.rate({ kind: 'worst', on: !panel.output?.worst }),
  clear,
  undo: (panel) => panel.undo(),
  nextCell: (panel) => panel.go((panel.state?.cell?.index ?? 0) + 1),
  previousCell: (panel) => panel.go((panel.state?.cell?.index ?? 0) - 1),
  grid: (panel) => {
    if (document.activeElement?.closest('.stage') ?? document.activeElement === document.body) setMode(panel, 'grid');
    else focusCurrent(panel);
  },
  flip: (panel) => setMode(panel, 'flip'),
  blink: (panel) => (panel.local.mode === 'blink' ? panel.update({ blinking: !panel.local.blinking }) : setMode(panel, 'blink')),
  slider: (panel) => setMode(panel, 'slider'),
  onion: (panel) => setMode(panel, 'onion'),
  difference: (panel) => setMode(panel, 'difference'),
  previousSide: (panel) => side(panel, -1),
  nextSide: (panel) => side(panel, 1),
  fit,
  actualSize: (panel) => zoom(panel, 'actual'),
  zoomIn: (panel) => zoom(panel, 1.25),
  zoomOut: (panel) => zoom(panel, 0.8),
  face: holdFaces,
  link: (panel) => panel.update({ linked: !panel.local.linked }),
  reveal: (panel) => panel.state?.summary && panel.send({ type: 'reveal' }),
  vote: (panel) => panel.state?.summary && panel.send({ type: 'voting', on: true }),
  left: (panel) => arrow(panel, -1, 0, 1),
  right: (panel) => arrow(panel, 1, 0, 1),
  up: (panel) => arrow(panel, 0, -1, 1),
  down: (panel) => arrow(panel, 0, 1, 1),
  farLeft: (panel) => arrow(panel, -1, 0, 10),
  farRight: (panel) => arrow(panel, 1, 0, 10),
  farUp: (panel) => arrow(panel, 0, -1, 10),
  farDown: (panel) => arrow(panel, 0, 1, 10),
} satisfies Partial<Record<CommandId, (panel: Panel) => unknown>>;

function runOnSheet(panel: Panel, command: CommandId): void {
  if (command === 'reveal') panel.send({ type: 'reveal' });
  else if (command === 'vote') panel.send({ type: 'voting', on: true });
  else if (command === 'undo') panel.undo();
  else if (command === 'nextCell' || command === 'previousCell') panel.update({ sheet: false });
}

function runOnVote(panel: Panel, command: CommandId): void {
  const choice = ({ digit1: 'left', left: 'left', digit2: 'right', right: 'right', digit3: 'tie', up: 'tie', digit4: 'bothBad', down: 'bothBad' } as const)[command as 'left'];
  if (choice) return panel.vote(choice);
  if (command === 'undo' || command === 'clear') return panel.undo();
  if (command === 'grid' || command === 'vote') return panel.send({ type: 'voting', on: false });
  if (command === 'fit') return fit(panel);
  if (command === 'actualSize') return zoom(panel, 'actual');
  if (command === 'zoomIn' || command === 'zoomOut') zoom(panel, command === 'zoomIn' ? 1.25 : 0.8);
}

function digit(panel: Panel, value: number): void {
  const { state, local, output } = panel;
  if (!state || !output) return;
  if (local.pickingModes) {
    const mode = state.failureModes[value - 1];
    return mode === undefined ? undefined : toggleMode(panel, mode);
  }
  if (output.picture === undefined) return announce('This output has no picture to rate.');
  const criterion = state.criteria.find(({ id }) => id === local.row);
  if (!criterion) return;
  if (criterion.kind === 'yesNo') return announce(`${criterion.label}: press Y or N.`);
  if (criterion.kind === 'scale' && (value < criterion.minimum || value > criterion.maximum)) return announce(`${criterion.label} goes from ${criterion.minimum} to ${criterion.maximum}.`);
  chooseAnswer(panel, criterion, value);
}

function yesNo(panel: Panel, value: boolean): void {
  const { state, local, output } = panel;
  const all = state?.criteria.filter(({ kind }) => kind === 'yesNo') ?? [];
  const criterion = all.find(({ id }) => id === local.row) ?? all.find(({ id }) => output?.answers[id] === undefined) ?? all[0];
  if (criterion && output?.picture !== undefined) panel.answer(criterion.id, value);
}

/** Takes back the last answer of the current output: the one just given, else the last of its questions. */
function clear(panel: Panel): void {
  const { state, output } = panel;
  const answered = state?.criteria.filter(({ id }) => output?.answers[id] !== undefined) ?? [];
  const recent = state?.last?.cell === state?.cell?.index && state?.last?.letter === output?.letter ? answered.find(({ id }) => id === state?.last?.row) : undefined;
  const criterion = recent ?? answered.at(-1);
  if (criterion) panel.answer(criterion.id, null, criterion.kind === 'count' && (output?.pins.length ?? 0) > 0 ? [] : undefined);
}

function side(panel: Panel, step: number): void {
  const { local, state } = panel;
  if (local.mode === 'difference') return panel.update({ gain: Math.min(8, Math.max(1, local.gain + step)) });
  if (local.mode === 'slider') {
    const sides = ['source', ...(state?.cell?.outputs.map(({ letter }) => letter).filter((letter) => letter !== local.letter) ?? [])];
    return panel.update({ against: cycle(sides, local.against, step) });
  }
  if (local.mode === 'flip' && state) panel.select(cycle(byScore(state).map(({ letter }) => letter), local.letter, step));
}

function arrow(panel: Panel, x: number, y: number, times: number): void {
  const { local, state } = panel;
  if (local.mode === 'slider' && x !== 0) return panel.update({ divider: share(local.divider + x * 0.02 * times) });
  if (local.mode === 'onion' && x !== 0) return panel.update({ opacity: share(local.opacity + x * 0.05 * times) });
  const slot = panel.currentSlot;
  if (isZoomed(panel, slot)) return pan(panel, slot, { x: -x * 8 * times, y: -y * 8 * times });
  const letters = state?.cell?.outputs.map(({ letter }) => letter) ?? [];
  panel.select(cycle(letters, local.letter, x + y));
}

/** Keys that a pin or a question is waiting for. */
function handlePrompt(panel: Panel, name: string): boolean {
  const { local } = panel;
  if (local.help || local.menu) return name === 'Escape' && (panel.update({ help: false, menu: false }), panel.wishFocus(), panel.update({}), true);
  if (local.pinning) return pinKey(panel, name);
  if (local.fewerPins !== undefined) {
    if (name === 'Escape') return panel.update({ fewerPins: undefined }), true;
    const index = Number(name) - 1;
    return panel.output?.pins[index] ? (removePin(panel, index), true) : /^\d$/.test(name);
  }
  return local.pickingModes && name === 'Escape' ? (panel.update({ pickingModes: false }), true) : false;
}

function pinKey(panel: Panel, name: string): boolean {
  const { pinning } = panel.local;
  if (!pinning) return false;
  if (name === 'Escape') return panel.update({ pinning: undefined }), true;
  if (pinning.stage === 'type') {
    const type = pinTypes.find(({ key }) => key === name);
    if (type) setPin(panel, type.id);
    return name !== 'Tab' && name !== 'Shift+Tab';
  }
  const moves: Readonly<Record<string, readonly [number, number]>> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = name.startsWith('Shift+') ? 0.1 : 0.01;
  const move = moves[name.replace('Shift+', '')];
  if (move) return panel.update({ pinning: { ...pinning, x: share(pinning.x + move[0] * step), y: share(pinning.y + move[1] * step) } }), true;
  if (name === 'Enter') return panel.update({ pinning: { ...pinning, stage: 'type' } }), true;
  return false;
}

/** Keys that mean something to the control that has the focus stay with it. */
function belongsToControl(command: CommandId | undefined, target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement) || target.closest('.stage') || target === document.body) return false;
  if (command === 'holdSource' || command === 'flip') return true;
  const arrows: readonly string[] = ['left', 'right', 'up', 'down', 'farLeft', 'farRight', 'farUp', 'farDown'];
  return command !== undefined && arrows.includes(command);
}

function textFieldOf(target: EventTarget | undefined): HTMLElement | undefined {
  if (target instanceof HTMLTextAreaElement) return target;
  return target instanceof HTMLInputElement && target.type !== 'range' ? target : undefined;
}

function leaveField(panel: Panel, field: HTMLElement): void {
  field.blur();
  focusCurrent(panel);
}

function cycle(items: readonly string[], current: string, step: number): string {
  const at = items.indexOf(current);
  return items[(at + step + items.length) % items.length] ?? current;
}

function share(value: number): number {
  return Math.min(1, Math.max(0, value));
}
