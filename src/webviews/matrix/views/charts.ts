import { h, type Node } from '../../ui/dom';
import type { MatrixState, NoteView, SvgView } from '../contract';
import type { Matrix } from '../matrix';

/** Dots and intervals, and what they do not say. */
export function charts(matrix: Matrix, { charts: { sameCharacter, overall }, table, notes }: MatrixState): Node {
  const same = table.columns.find(({ id }) => id === 'same')?.label.replace(/, %$/, '') ?? 'Kept';
  return h(
    'section',
    { class: 'part bottom', 'aria-label': 'Charts and notes' },
    sameCharacter && figure(matrix, same, '95 % intervals', sameCharacter),
    overall && figure(matrix, 'Overall', '0 to 1, 95 % intervals', overall),
    notes.length > 0 && h('div', { class: 'notes' }, h('h2', {}, 'What the numbers do not say'), h('ul', {}, notes.map(note))),
  );
}

/** A drawing of the host, with its points as stops that open the pictures of their model. */
export function figure(matrix: Matrix, title: string, unit: string, drawing: SvgView): Node {
  const open = (event: Event): void => {
    const model = (event.target as Element).closest('[data-model]')?.getAttribute('data-model');
    if (model && (event.type === 'click' || (event as KeyboardEvent).key === 'Enter')) matrix.show(model);
  };
  return h('figure', { on: { click: open, keydown: open } }, h('figcaption', {}, title, h('span', { class: 'mute' }, unit)), element(drawing));
}

function element({ tag, attributes, children }: SvgView): Node {
  return h(tag, attributes, children.map((child) => (typeof child === 'string' ? child : element(child))));
}

function note({ lead, text }: NoteView): Node {
  return h('li', {}, lead !== undefined && h('b', {}, lead), text);
}
