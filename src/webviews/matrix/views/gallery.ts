import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { GallerySection, MatrixState, Pick, PickPicture, PictureSet } from '../contract';
import type { Matrix } from '../matrix';

/** Best, worst and most disputed outputs, picked by rules that are printed. */
export function gallery(matrix: Matrix, { gallery: sections, blind }: MatrixState): readonly Child[] {
  if (blind) return [h('p', { class: 'part mute' }, 'While the models are hidden no output is called best or worst.')];
  if (sections.length === 0) return [h('p', { class: 'part mute' }, 'Fewer than two outputs are rated.')];
  return sections.map((section) => part(matrix, section));
}

function part(matrix: Matrix, { title, rule, picks }: GallerySection): Node {
  return h('section', { class: 'part picks-part', key: title, 'aria-label': title }, h('div', { class: 'title' }, h('h2', {}, title), h('p', { class: 'mute' }, rule)), h('div', { class: 'picks' }, picks.map((pick) => strip(matrix, pick))));
}

function strip(matrix: Matrix, pick: Pick): Node {
  const { cell, letter, title, prompt, scores, detail, pictures } = pick;
  return h(
    'button',
    { class: 'pick', title: 'Open in Compare', 'aria-label': `${title}, ${prompt}: ${scores}. Open in Compare`, on: { click: () => matrix.send({ type: 'open', cell }) } },
    h('span', { class: 'strip' }, pictures.map((picture) => shown(matrix, picture))),
    h('span', { class: 'model' }, h('span', { class: 'letter' }, letter), h('span', { class: 'name' }, title)),
    h('span', { class: 'prompt' }, `“${prompt}”`),
    h('span', { class: 'scores' }, scores),
    h('span', { class: 'mute detail' }, detail),
  );
}

function shown(matrix: Matrix, { label, picture, pins }: PickPicture): Node {
  return h(
    'span',
    { class: 'shot' },
    matrix.pictures.isMissing(picture) ? h('span', { class: 'gone mute' }, 'No picture') : h('canvas', { 'aria-hidden': true, paint: (element) => paint(matrix, element as HTMLCanvasElement, picture) }),
    h('span', { class: 'word' }, label),
    pins.map(({ x, y }, index) => h('span', { class: 'pin', style: { left: `${x * 100}%`, top: `${y * 100}%` } }, String(index + 1))),
  );
}

const painted = new WeakMap<HTMLCanvasElement, string>();

function paint(matrix: Matrix, canvas: HTMLCanvasElement, id: string): void {
  const bitmap = matrix.pictures.get(id)?.whole;
  const signature = `${id} ${bitmap !== undefined}`;
  if (!bitmap || painted.get(canvas) === signature) return;
  painted.set(canvas, signature);
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}

/** The outputs behind a number; each opens its cell. */
export function pictureDialog(matrix: Matrix, { title, picks, total }: PictureSet): Node {
  const close = (): void => matrix.closePictures();
  return h(
    'div',
    { class: 'overlay', key: 'pictures', on: { click: (event) => event.target === event.currentTarget && close() } },
    h(
      'div',
      { class: 'dialog wide', role: 'dialog', 'aria-modal': true, 'aria-label': title, tabindex: -1, on: { keydown: (event) => keepFocus(event as KeyboardEvent) }, paint: (element) => !element.contains(document.activeElement) && element.focus() },
      h('header', { class: 'row' }, h('h2', {}, title), h('span', { class: 'mute' }, picks.length < total ? `the first ${picks.length} of ${total} outputs` : `${total} ${total === 1 ? 'output' : 'outputs'}`), h('button', { class: 'icon-btn', 'aria-label': 'Close', on: { click: close } }, icon('close'))),
      h('div', { class: 'picks' }, picks.map((pick) => strip(matrix, pick))),
    ),
  );
}

function keepFocus(event: KeyboardEvent): void {
  if (event.key !== 'Tab') return;
  const buttons = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const [first, last] = [buttons[0], buttons.at(-1)];
  const leaving = event.shiftKey ? first : last;
  if (document.activeElement !== leaving) return;
  event.preventDefault();
  (event.shiftKey ? last : first)?.focus();
}
