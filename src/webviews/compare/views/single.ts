import { h, type Child, type Node } from '../../ui/dom';
import { icon } from '../../ui/icons';
import type { CellView, CompareState, OutputView } from '../contract';
import { heatStops } from '../difference';
import { keyLabel } from '../keys';
import { viewportOf } from '../local';
import type { Panel } from '../panel';
import type { Layer } from '../surface';
import { missingCard, onClick } from './grid';
import { caption, outputMarks, outputName } from './output';

/** One big picture, with all outputs small at its side. */
export function single(panel: Panel, state: CompareState, cell: CellView): Node {
  const { mode } = panel.local;
  return h('div', { class: `view single ${mode}`, key: 'single' }, rail(panel, state, cell), mode === 'difference' ? difference(panel, state, cell) : h('div', { class: 'solo', key: 'solo' }, solo(panel, cell), hints(mode)));
}

function rail(panel: Panel, state: CompareState, cell: CellView): Node {
  return h(
    'div',
    { class: 'rail', role: 'group', 'aria-label': 'Source and outputs', key: 'rail' },
    h('span', { class: 'thumb', role: 'img', 'aria-label': 'Source picture' }, panel.stage.thumbnail(cell.source.picture), h('span', { class: 'letter' }, 'Source')),
    cell.outputs.map((output) =>
      h(
        'button',
        { class: 'thumb', key: output.letter, 'data-output': output.letter, 'aria-label': outputName(state, output), ...(output.letter === panel.local.letter && { 'aria-current': 'true' }), on: { focus: () => panel.select(output.letter, false), click: () => panel.select(output.letter, false) } },
        panel.stage.thumbnail(output.picture),
        h('span', { class: 'letter' }, output.letter),
        stateMark(output),
      ),
    ),
  );
}

function stateMark(output: OutputView): Node | false {
  if (output.rated) return h('span', { class: 'st' }, icon('check'));
  return Object.keys(output.answers).length > 0 && h('span', { class: 'st' }, icon('half'));
}

function solo(panel: Panel, cell: CellView): Node {
  const { local, output } = panel;
  if (output?.picture === undefined || panel.pictures.isMissing(output.picture)) return missingCard();
  const source = cell.source.picture;
  if (local.mode === 'slider' && !local.holding) return slider(panel, cell, output, output.picture);
  const holding = (local.holding || (local.mode === 'blink' && local.blinking)) && source !== undefined;
  const onion = local.mode === 'onion' && source !== undefined && !holding;
  const layers: readonly Layer[] = holding ? [{ picture: source }] : onion ? [{ picture: source }, { picture: output.picture, opacity: local.opacity }] : [{ picture: output.picture }];
  const marks: readonly Child[] = onion ? [h('span', { class: 'letter word' }, `Source + ${output.letter}`)] : outputMarks(panel, output, holding);
  return clickable(panel, output, panel.stage.surface({ slot: 'solo', layers, viewport: viewportOf(local, output.letter), hold: local.hold, children: marks }));
}

function clickable(panel: Panel, output: OutputView, node: Node): Node {
  return h('span', { class: 'hit', key: 'hit', on: { click: (event) => onClick(panel, output.letter, event as MouseEvent) } }, node);
}

function slider(panel: Panel, cell: CellView, output: OutputView, picture: string): Node {
  const { local, state } = panel;
  const other = local.against === 'source' ? cell.source.picture : state?.cell?.outputs.find(({ letter }) => letter === local.against)?.picture;
  const otherName = local.against === 'source' ? 'Source' : local.against;
  const layers: readonly Layer[] = other === undefined ? [{ picture }] : [{ picture }, { picture: other, until: local.divider }];
  const percent = Math.round(local.divider * 100);
  const marks = [
    h('span', { class: local.against === 'source' ? 'letter word' : 'letter' }, otherName),
    h('span', { class: 'letter on r' }, output.letter),
    h(
      'span',
      {
        class: 'handle', role: 'slider', tabindex: 0, 'aria-label': `Divider between ${otherName === 'Source' ? 'source' : `output ${otherName}`} and output ${output.letter}`,
        'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': percent, 'aria-valuetext': `${percent} %`, style: { left: `${local.divider * 100}%` },
        on: { pointerdown: (event) => (event.currentTarget as HTMLElement).setPointerCapture((event as PointerEvent).pointerId), pointermove: (event) => dragDivider(panel, event as PointerEvent) },
      },
      h('span', {}, icon('divider')),
    ),
  ];
  return panel.stage.surface({ slot: 'solo', layers, viewport: viewportOf(local, output.letter), hold: local.hold, children: marks });
}

function dragDivider(panel: Panel, event: PointerEvent): void {
  const handle = event.currentTarget as HTMLElement;
  const frame = handle.parentElement;
  if (event.buttons === 0 || !frame || !handle.hasPointerCapture(event.pointerId)) return;
  event.stopPropagation();
  const { left, width } = frame.getBoundingClientRect();
  panel.update({ divider: Math.min(1, Math.max(0, (event.clientX - left) / width)) });
}

function difference(panel: Panel, state: CompareState, cell: CellView): Node {
  const { local, output } = panel;
  const source = cell.source.picture;
  const shown = output?.picture;
  const viewport = viewportOf(local, local.letter);
  if (!output || shown === undefined || source === undefined) return h('div', { class: 'solo' }, missingCard());
  const mean = panel.stage.difference(shown, source)?.mean;
  return h(
    'div',
    { class: 'diffwrap', key: 'difference' },
    !cell.aligned && local.misaligned === 'warn' && misaligned(panel),
    h(
      'div',
      { class: 'solo duo' },
      h('div', { class: 'half' }, panel.stage.surface({ slot: 'solo', layers: [{ picture: local.holding ? source : shown }], viewport, hold: local.hold, children: outputMarks(panel, output, local.holding) }), caption(state, output)),
      h(
        'div',
        { class: 'half' },
        panel.stage.surface({ slot: 'heat', layers: [{ picture: shown, from: { picture: source, gain: local.gain } }], viewport, hold: local.hold, children: [h('span', { class: 'letter word' }, `${output.letter} − Source`), reading(panel, shown, source)] }),
        h('span', { class: 'cap mute' }, h('span', { class: 'legend' }, 'ΔE 0', h('i', {}, heatStops.map((colour) => h('b', { style: { background: colour } }))), `${Math.round(80 / local.gain)}+`), mean !== undefined && h('span', {}, `mean ${mean.toFixed(1)}`)),
      ),
    ),
  );
}

/** The value under the pointer. */
function reading(panel: Panel, shown: string, source: string): Node | false {
  const { pointer } = panel;
  const drawn = pointer && (pointer.slot === 'heat' || pointer.slot === 'solo') ? panel.stage.drawn.get(pointer.slot) : undefined;
  const found = panel.stage.difference(shown, source);
  if (!pointer || !drawn || !found) return false;
  const [x, y] = [(pointer.x - drawn.rect.left) / drawn.rect.width, (pointer.y - drawn.rect.top) / drawn.rect.height];
  if (x < 0 || x >= 1 || y < 0 || y >= 1) return false;
  const value = found.values[Math.floor(y * found.height) * found.width + Math.floor(x * found.width)] ?? 0;
  return h('span', { class: 'read', style: { left: `calc(var(--left) + var(--width) * ${x} + 14px)`, top: `calc(var(--top) + var(--height) * ${y} - 9px)` } }, `ΔE ${value.toFixed(1)}`);
}

function misaligned(panel: Panel): Node {
  return h(
    'div',
    { class: 'warnbar', role: 'status' },
    icon('warn'),
    'Camera edit: the pictures are not aligned, so most of the difference is movement. Judge identity in Flip or Slider.',
    h('span', { class: 'end' }, h('button', { class: 'icon-btn', 'aria-label': 'Dismiss', on: { click: () => panel.update({ misaligned: 'dismissed' }) } }, icon('close'))),
  );
}

function hints(mode: string): Node {
  const key = (...names: readonly string[]): readonly Node[] => names.map((name) => h('kbd', {}, name));
  const lead = {
    blink: h('span', { key: 'l' }, key(keyLabel('blink')), ' the other one'),
    flip: h('span', { key: 'l' }, key(keyLabel('previousSide'), keyLabel('nextSide')), ' nearest in score'),
    slider: h('span', { key: 'l' }, 'Drag, or ', key('←', '→')),
    onion: h('span', { key: 'l' }, key('←', '→'), ' opacity'),
  }[mode];
  return h('span', { class: 'cap mute hints' }, h('span', {}, key('Tab'), ' next output'), h('span', {}, 'Hold ', key(keyLabel('holdSource')), ' for the source'), lead);
}
