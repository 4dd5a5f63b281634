import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { CompareState, CriterionView, OutputView } from '../contract';
import { pinLabel } from '../keys';
import type { Panel } from '../panel';

/** What a screen reader says of an output. */
export function outputName(state: CompareState, output: OutputView): string {
  const { letter, answers, flagged, best, worst, remarks, changed, picture, model } = output;
  const scores = state.criteria.flatMap((criterion) => (answers[criterion.id] === undefined ? [] : [scoreName(criterion, answers[criterion.id] ?? 0)]));
  const words = [
    `Output ${letter}`,
    model ?? '',
    picture === undefined ? 'no picture' : '',
    changed ? 'changed since rated' : '',
    ...(scores.length > 0 ? scores : ['not rated']),
    flagged ? 'flagged' : '',
    best ? 'best' : '',
    worst ? 'worst' : '',
    ...remarks,
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Letter, chips and pins of an output, as they lie on its picture. */
export function outputMarks(panel: Panel, output: OutputView, holding: boolean): readonly Child[] {
  if (holding) return [h('span', { class: 'letter word' }, 'Source')];
  const { letter, changed, remarks, pins } = output;
  const pinning = panel.local.letter === letter ? panel.local.pinning : undefined;
  return [
    h('span', { class: letter === panel.local.letter ? 'letter on' : 'letter' }, letter),
    changed ? chip('changed', 'Changed since rated') : remarks[0] !== undefined && chip('same', remarks[0]),
    ...pins.map((pin, index) => pinMark(pin.x, pin.y, String(index + 1), pinLabel(pin.type))),
    pinning && h('span', { class: 'cross', style: at(pinning.x, pinning.y) }, h('svg', { viewBox: '0 0 25 25', class: 'cross-hair' }, h('path', { d: 'M12.5 0v10M12.5 15v10M0 12.5h10M15 12.5h10' }))),
  ];
}

/** The line under a picture: scores in short, then marks. */
export function caption(state: CompareState, output: OutputView): Node {
  const { answers, best, worst, flagged, model, settings = '', picture } = output;
  const none = state.criteria.every(({ id }) => answers[id] === undefined);
  return h(
    'span',
    { class: model === undefined ? 'cap' : 'cap revealed' },
    model !== undefined && h('b', { class: 'model', title: settings }, model),
    picture === undefined
      ? h('span', { class: 'mute' }, 'No picture, not counted')
      : none
        ? h('span', { class: 'mute' }, 'Not rated')
        : h('span', { class: 'scores' }, state.criteria.map((criterion) => score(criterion, answers[criterion.id]))),
    h('span', { class: 'marks' }, flagged && icon('flag'), best && icon('best', 'best'), worst && icon('worst', 'worst')),
  );
}

export function at(x: number, y: number): Record<string, string> {
  return { left: `calc(var(--left) + var(--width) * ${x})`, top: `calc(var(--top) + var(--height) * ${y})` };
}

export function answerText(value: number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'Y' : 'N') : String(value);
}

function score({ label, kind }: CriterionView, answer: number | boolean | undefined): Node {
  const [first = label] = label.split(' ');
  const short = kind === 'count' ? `${first.slice(0, 3)}.` : first;
  return h('span', {}, h('span', { class: 'k' }, short), answer === undefined ? h('b', { class: 'none' }, '–') : h('b', {}, answerText(answer)));
}

function scoreName({ label, kind }: CriterionView, answer: number | boolean): string {
  if (kind === 'count') return `${Number(answer)} ${label.toLowerCase()}`;
  return `${label.toLowerCase()} ${typeof answer === 'boolean' ? (answer ? 'yes' : 'no') : answer}`;
}

function chip(name: 'same' | 'changed', text: string): Node {
  return h('span', { class: 'chip' }, icon(name), h('span', {}, text));
}

function pinMark(x: number, y: number, number: string, label: string): Node {
  return h('span', { class: x > 0.6 ? 'pin left' : 'pin', style: at(x, y) }, h('b', {}, number), h('span', {}, label));
}
