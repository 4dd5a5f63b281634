import { h, type Node } from '../../ui/dom';
import type { CellView, CompareState, OutputView } from '../contract';
import type { FaceHold } from '../faceHold';
import { keyLabel } from '../keys';
import { viewportOf } from '../local';
import type { Panel } from '../panel';
import { pointAt, type Viewport } from '../viewport';
import { caption, outputMarks, outputName } from './output';

/** All outputs of the cell at once, with the source; reflowed by CSS where the panel is narrow. */
export function grid(panel: Panel, state: CompareState, cell: CellView): Node {
  const count = cell.outputs.length;
  const rows = count <= 3 ? 1 : count <= 12 ? 2 : Math.ceil((count + 2) / 7);
  const closeup = rows > 1;
  const columns = Math.ceil((count + (closeup ? 2 : 1)) / rows);
  const cards: Node[] = [source(panel, cell), ...cell.outputs.map((output) => card(panel, state, cell, output))];
  if (closeup) cards.splice(columns, 0, closeUp(panel, cell));
  const style = {
    '--columns': `repeat(${columns}, minmax(0, 1fr))`,
    '--rows': `repeat(${rows}, minmax(0, 1fr))`,
    '--strip': `repeat(${count * 2}, minmax(0, 1fr))`,
    '--half': `span ${count}`,
  };
  return h('div', { class: count === 1 ? 'view grid one' : 'view grid', role: 'group', 'aria-label': 'Source and outputs', key: 'grid', style }, cards, bigCurrent(panel, state, cell));
}

export function missingCard(): Node {
  return h('span', { class: 'pic empty', key: 'missing' }, h('span', { class: 'mute' }, 'No picture'));
}

function source(panel: Panel, { source: { picture, width, height, clipped } }: CellView): Node {
  const missing = picture === undefined || panel.pictures.isMissing(picture);
  return h(
    'div',
    { class: 'card source', role: 'img', 'aria-label': missing ? 'Source picture, missing' : 'Source picture', key: 'source' },
    missing
      ? missingCard()
      : panel.stage.surface({ slot: 'source', layers: [{ picture }], viewport: viewportOf(panel.local, 'source'), hold: panel.local.hold, children: [h('span', { class: 'letter word' }, 'Source')] }),
    h('span', { class: 'cap mute' }, `${width} × ${height}${clipped === undefined ? '' : ', HDR clipped'}`, h('span', { class: 'marks' }, 'Hold ', h('kbd', {}, keyLabel('holdSource')))),
  );
}

function card(panel: Panel, state: CompareState, cell: CellView, output: OutputView): Node {
  const current = panel.local.letter === output.letter;
  return h(
    'button',
    {
      class: 'card out', key: `out-${output.letter}`, 'data-output': output.letter, 'aria-label': outputName(state, output), ...(current && { 'aria-current': 'true' }),
      on: { focus: () => panel.select(output.letter, false), click: (event) => onClick(panel, output.letter, event as MouseEvent), dblclick: () => panel.update({ mode: 'flip' }) },
    },
    surface(panel, cell, output, output.letter),
    caption(state, output),
  );
}

/** In a narrow panel the current output stands beside the source; elsewhere this is not shown. */
function bigCurrent(panel: Panel, state: CompareState, cell: CellView): Node | false {
  const { output } = panel;
  if (!output) return false;
  return h('div', { class: 'card pairbig', 'aria-hidden': true, key: 'pair', on: { click: (event) => onClick(panel, output.letter, event as MouseEvent) } }, surface(panel, cell, output, 'pair'), caption(state, output));
}

function surface(panel: Panel, cell: CellView, output: OutputView, slot: string): Node {
  const holding = panel.local.holding && panel.local.letter === output.letter && cell.source.picture !== undefined;
  const picture = holding ? cell.source.picture : output.picture;
  if (picture === undefined || panel.pictures.isMissing(picture)) return missingCard();
  return panel.stage.surface({ slot, layers: [{ picture }], viewport: viewportOf(panel.local, output.letter), hold: panel.local.hold, children: outputMarks(panel, output, holding) });
}

const closeUpScale = 3;
const closeUpFace: FaceHold = { share: 0.8, x: 0, y: 0 };

/** Source over the current output at the same scale: their faces, or where the pointer last was. */
function closeUp(panel: Panel, { source }: CellView): Node {
  const { output, pointer, stage } = panel;
  const drawn = pointer && stage.drawn.get(pointer.slot);
  const point = (drawn && pointer && pointAt(drawn.rect, pointer)) ?? { x: 0.5, y: 0.36 };
  const viewport: Viewport = { scale: closeUpScale, ...point };
  const held = source.face !== undefined && output?.face !== undefined;
  const half = (slot: string, shown: string | undefined, letter: Node): Node | false =>
    shown !== undefined && stage.surface({ slot, layers: [{ picture: shown }], viewport, hold: held ? closeUpFace : undefined, children: [letter] });
  return h(
    'div',
    { class: 'card closeup', role: 'img', 'aria-label': `Close-up at the same scale: source and output ${panel.local.letter}`, key: 'closeup' },
    h('span', { class: 'halves' }, half('close-source', source.picture, h('span', { class: 'letter word' }, 'Source')), half('close-output', output?.picture, h('span', { class: 'letter on' }, panel.local.letter))),
    h('span', { class: 'cap mute' }, held ? 'Faces, same scale' : pointer ? 'Close-up at the pointer' : 'Close-up, same scale'),
  );
}

/** A click marks an output; while a pin is being placed it sets the pin. */
export function onClick(panel: Panel, letter: string, event: MouseEvent): void {
  const { pinning } = panel.local;
  if (pinning?.stage !== 'place' || letter !== panel.local.letter) return panel.select(letter, false);
  const drawn = panel.pointer && panel.stage.drawn.get(panel.pointer.slot);
  const spot = drawn && panel.pointer && pointAt(drawn.rect, panel.pointer);
  if (spot && event.detail > 0) panel.update({ pinning: { stage: 'type', ...spot } });
}
