import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import { control } from '../../ui/toolkit';
import { nextTarget } from '../advance';
import { chooseAnswer, removePin, setPin, startPin, toggleMode } from '../rating';
import type { CompareState, CriterionView, OutputView } from '../contract';
import { keyLabel, pinLabel, pinTypes } from '../keys';
import type { Panel } from '../panel';
import { toast } from './toast';

/** All questions about the current output. */
export function scores(panel: Panel, state: CompareState, output: OutputView): Node {
  return h(
    'aside',
    { class: 'inspector', 'aria-label': `Scores for output ${output.letter}` },
    who(state, output),
    h(
      'div',
      { class: 'fields' },
      output.picture === undefined
        ? h('p', { class: 'field mute' }, 'There is no picture to judge. This output is skipped and not counted.')
        : [...state.criteria.map((criterion) => question(panel, state, output, criterion)), failureModes(panel, state, output), note(panel, output)],
    ),
    toast(panel, state),
    verdicts(panel, output),
  );
}

function who(state: CompareState, output: OutputView): Node {
  const answered = state.criteria.map(({ id }) => output.answers[id] !== undefined);
  const done = answered.filter(Boolean).length;
  const target = nextTarget(withoutGap(state, output), output.letter);
  const then = target.kind === 'output' ? `, then ${target.letter}` : target.kind === 'cell' ? `, then cell ${target.index + 1}` : '';
  return h(
    'div',
    { class: 'who' },
    h('span', { class: 'letter on' }, output.letter),
    h('h2', {}, output.model ?? `Output ${output.letter}`),
    h('span', { class: 'steps' }, h('span', { class: 'dots', 'aria-hidden': true }, answered.map((on) => h('i', { class: on ? 'on' : '' }))), `${done} of ${answered.length} done${then}`),
  );
}

/** The state as it will be when this output is done, to say what comes then. */
function withoutGap(state: CompareState, output: OutputView): CompareState {
  const { cell } = state;
  if (!cell || output.rated) return state;
  const outputs = cell.outputs.map((other) => (other === output ? { ...other, rated: true } : other));
  return { ...state, cell: { ...cell, outputs } };
}

function question(panel: Panel, state: CompareState, output: OutputView, criterion: CriterionView): Node {
  const now = panel.local.row === criterion.id;
  const answer = output.answers[criterion.id];
  const mark = (): void => {
    if (panel.local.row !== criterion.id) panel.update({ row: criterion.id });
  };
  const hint = failure(state, output, [criterion.id, ...(criterion.kind === 'count' ? ['pins'] : [])]) ?? hintOf(criterion, answer, now);
  return h(
    'div',
    { class: `field f-${criterion.kind}${now ? ' now' : ''}`, key: criterion.id, on: { focusin: mark, click: mark } },
    h('div', { class: 'row' }, h('h3', {}, criterion.label), criterion.kind === 'count' && answer !== undefined && h('span', { class: 'count', 'aria-label': `${Number(answer)} ${criterion.label.toLowerCase()}` }, String(answer)), h('span', { class: 'v' }, hint)),
    criterion.kind === 'scale' && scale(panel, criterion, answer),
    criterion.kind === 'yesNo' && yesNo(panel, criterion, answer),
    criterion.kind === 'count' && artifacts(panel, criterion, output, answer),
  );
}

function hintOf(criterion: CriterionView, answer: number | boolean | undefined, now: boolean): readonly Child[] {
  if (criterion.kind === 'count') return [h('span', {}, 'Pin ', h('kbd', {}, keyLabel('pin')), ' or count ', h('kbd', {}, '0–9'))];
  if (criterion.kind !== 'scale') return [];
  if (now && answer === undefined) return ['Press ', h('kbd', {}, `${criterion.minimum}–${criterion.maximum}`)];
  if (answer === criterion.minimum) return [criterion.anchors?.[0]];
  return answer === criterion.maximum ? [criterion.anchors?.[1]] : [];
}

function failure({ save }: CompareState, output: OutputView, rows: readonly string[]): readonly Child[] | undefined {
  if (save.kind !== 'failed' || save.letter !== output.letter || !rows.includes(save.row)) return undefined;
  return [h('span', { class: 'unsaved' }, icon('warn'), `Not saved: ${save.reason}. Press the key again`)];
}

type Scale = Extract<CriterionView, { readonly kind: 'scale' }>;

function scale(panel: Panel, criterion: Scale, answer: number | boolean | undefined): readonly (Node | false)[] {
  const { minimum, maximum, anchors } = criterion;
  const values = Array.from({ length: maximum - minimum + 1 }, (_, index) => minimum + index);
  return [
    choices(criterion.label, values.map((value) => ({ label: String(value), chosen: answer === value, act: () => chooseAnswer(panel, criterion, value) }))),
    anchors !== undefined && h('div', { class: 'ends' }, h('span', {}, anchors[0]), h('span', {}, anchors[1])),
  ];
}

function yesNo(panel: Panel, criterion: CriterionView, answer: number | boolean | undefined): Node {
  return choices(criterion.label, [
    { label: 'Yes', key: keyLabel('yes'), chosen: answer === true, act: () => chooseAnswer(panel, criterion, true) },
    { label: 'No', key: keyLabel('no'), chosen: answer === false, act: () => chooseAnswer(panel, criterion, false) },
  ]);
}

interface Choice {
  readonly label: string;
  readonly key?: string;
  readonly chosen: boolean;
  act(): void;
}

/** One stop for the focus; arrows move in it, and only a press chooses, because choosing saves. */
function choices(label: string, list: readonly Choice[]): Node {
  const stop = Math.max(0, list.findIndex(({ chosen }) => chosen));
  return h(
    'div',
    { class: 'seg', role: 'radiogroup', 'aria-label': label, on: { keydown: (event) => onArrows(event as KeyboardEvent) } },
    list.map(({ label: text, key, chosen, act }, index) => h('button', { role: 'radio', 'aria-checked': chosen, tabindex: index === stop ? 0 : -1, on: { click: act } }, text, key !== undefined && h('kbd', {}, key))),
  );
}

function onArrows(event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const at = buttons.findIndex((button) => button === document.activeElement);
  buttons[(at + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
  event.stopPropagation();
}

function artifacts(panel: Panel, criterion: CriterionView, output: OutputView, answer: number | boolean | undefined): readonly (Node | false)[] {
  const { pinning, fewerPins } = panel.local;
  return [
    fewerPins !== undefined && h('p', { class: 'prompted', role: 'status' }, `Which pin goes? Press its number, `, h('kbd', {}, 'Esc'), ' keeps them.'),
    h(
      'ul',
      { class: 'arts' },
      output.pins.map((pin, index) =>
        h('li', {}, h('b', {}, String(index + 1)), pinLabel(pin.type), h('span', { class: 'mute' }, whereabouts(pin.x, pin.y)), h('button', { class: 'icon-btn', 'aria-label': `Remove artifact ${index + 1}, ${pinLabel(pin.type).toLowerCase()}`, on: { click: () => removePin(panel, index) } }, icon('close'))),
      ),
    ),
    pinning?.stage === 'place' && h('p', { class: 'prompted', role: 'status' }, 'Click the spot, or move the cross-hair with the arrows and press ', h('kbd', {}, '↵')),
    pinning?.stage === 'type' && h('div', { class: 'tags', role: 'group', 'aria-label': 'Type of artifact' }, pinTypes.map(({ id, label, key }) => h('button', { on: { click: () => setPin(panel, id) } }, label, h('kbd', {}, key.toUpperCase())))),
    !pinning &&
      fewerPins === undefined &&
      h('div', { class: 'counts' }, output.pins.length === 0 && h('button', { class: 'quiet', 'aria-pressed': answer === 0, on: { click: () => chooseAnswer(panel, criterion, 0) } }, 'None'), h('button', { class: 'quiet', on: { click: () => startPin(panel) } }, 'Set a pin')),
  ];
}

function whereabouts(x: number, y: number): string {
  const row = y < 1 / 3 ? 'upper' : y > 2 / 3 ? 'lower' : '';
  const column = x < 1 / 3 ? 'left' : x > 2 / 3 ? 'right' : '';
  return [row, column].filter((word) => word !== '').join(' ') || 'middle';
}

function failureModes(panel: Panel, state: CompareState, output: OutputView): Node | false {
  const picking = panel.local.pickingModes;
  return (
    state.failureModes.length > 0 &&
    h(
      'div',
      { class: picking ? 'field f-modes now' : 'field f-modes', key: 'modes' },
      h('div', { class: 'row' }, h('h3', {}, 'Failure modes'), h('span', { class: 'v' }, failure(state, output, ['failureModes']) ?? (picking ? [h('kbd', {}, '1–9'), ' ', h('kbd', {}, 'Esc')] : [h('kbd', {}, keyLabel('failureModes'))]))),
      h(
        'div',
        { class: 'tags', role: 'group', 'aria-label': 'Failure modes' },
        state.failureModes.map((mode, index) => {
          const on = output.failureModes.includes(mode);
          return h('button', { 'aria-pressed': on, on: { click: () => toggleMode(panel, mode) } }, on && icon('check'), picking && index < 9 && h('kbd', {}, String(index + 1)), mode);
        }),
      ),
    )
  );
}

function note(panel: Panel, output: OutputView): Node {
  const save = (event: Event): void => {
    const text = (event.currentTarget as HTMLTextAreaElement).value.trim();
    if (text !== output.note) panel.rate({ kind: 'note', note: text }, output.letter);
  };
  const label = `Note on output ${output.letter}`;
  return h(
    'div',
    { class: 'field f-note', key: 'note' },
    h('div', { class: 'row' }, h('h3', {}, 'Note'), h('span', { class: 'v' }, (panel.state && failure(panel.state, output, ['note'])) ?? [h('kbd', {}, keyLabel('note'))])),
    h(control.textArea, { class: 'note', key: `note-${panel.state?.cell?.index}-${output.letter}`, 'aria-label': label, placeholder: 'What a reader of the report should know', rows: 2, resize: 'none', value: output.note, on: { focusout: save } }),
  );
}

function verdicts(panel: Panel, output: OutputView): Node {
  const mark = (kind: 'best' | 'worst' | 'flag', label: string, on: boolean): Node =>
    h('button', { 'aria-pressed': on, disabled: output.picture === undefined, on: { click: () => panel.rate({ kind, on: !on }) } }, icon(kind, on ? kind : ''), h('span', {}, label), h('kbd', {}, keyLabel(kind)));
  return h('div', { class: 'verdicts' }, mark('best', 'Best', output.best), mark('worst', 'Worst', output.worst), mark('flag', 'Flag', output.flagged));
}
