import { h, type Node } from '../../ui/dom';
import { icon, type IconName } from '../../ui/icons';
import { fit, holdFaces, setMode, zoom } from '../looking';
import { keyLabel } from '../keys';
import { viewportOf, type Mode } from '../local';
import type { Panel } from '../panel';

const modes: readonly { readonly mode: Mode; readonly label: string }[] = [
  { mode: 'grid', label: 'Grid' },
  { mode: 'flip', label: 'Flip' },
  { mode: 'blink', label: 'Blink' },
  { mode: 'slider', label: 'Slider' },
  { mode: 'onion', label: 'Onion' },
  { mode: 'difference', label: 'Difference' },
];

/** How the pictures are shown. */
export function tools(panel: Panel): Node {
  const { local } = panel;
  return h(
    'div',
    { class: 'tools', role: 'toolbar', 'aria-label': 'View' },
    h('div', { class: 'modes', role: 'radiogroup', 'aria-label': 'View mode', on: { keydown: (event) => onArrows(panel, event as KeyboardEvent) } }, modes.map(({ mode, label }) => modeButton(panel, mode, label))),
    modeOptions(panel),
    h(
      'div',
      { class: 'zoom' },
      h('button', { class: 'icon-btn', 'aria-label': 'Zoom out', title: 'Zoom out (−)', on: { click: () => zoom(panel, 0.8) } }, icon('minus')),
      h('span', { class: 'pct' }),
      h('button', { class: 'icon-btn', 'aria-label': 'Zoom in', title: 'Zoom in (+)', on: { click: () => zoom(panel, 1.25) } }, icon('plus')),
      toggle('fit', 'Fit', keyLabel('fit'), isFitted(panel), `Fit the picture (${keyLabel('fit')})`, () => fit(panel)),
      h('button', { class: 'tbtn', title: 'Actual pixels at the pointer (Z)', on: { click: () => zoom(panel, 'actual') } }, '1:1', h('kbd', {}, keyLabel('actualSize'))),
      h('span', { class: 'sep' }),
      toggle('link', 'Linked', keyLabel('link'), local.linked, `Zoom and pan all outputs together (${keyLabel('link')})`, () => panel.update({ linked: !local.linked })),
      panel.hasFaces && toggle('face', 'Face', keyLabel('face'), local.hold !== undefined, `Hold the face in place (${keyLabel('face')})`, () => holdFaces(panel)),
    ),
  );
}

function modeButton(panel: Panel, mode: Mode, label: string): Node {
  const on = panel.local.mode === mode;
  const key = keyLabel(mode);
  return h(
    'button',
    { role: 'radio', 'aria-checked': on, 'aria-label': `${label} ${key}`, tabindex: on ? 0 : -1, 'data-mode': mode, title: `${label} (${key})`, on: { click: () => setMode(panel, mode) } },
    icon(mode),
    h('span', {}, label),
    ' ',
    h('kbd', {}, key),
  );
}

function modeOptions(panel: Panel): readonly (Node | false)[] {
  const { local } = panel;
  const sides = [h('kbd', {}, keyLabel('previousSide')), h('kbd', {}, keyLabel('nextSide'))];
  const option = {
    grid: undefined,
    flip: undefined,
    blink: h('span', { class: 'mute' }, local.blinking ? 'Source' : `Output ${local.letter}`),
    slider: h('span', { class: 'row' }, 'Against', h('b', {}, local.against === 'source' ? 'Source' : `Output ${local.against}`), sides),
    onion: h('label', { class: 'row' }, `Opacity of ${local.letter}`, range('Opacity', 0, 100, local.opacity * 100, (value) => panel.update({ opacity: value / 100 })), h('b', {}, `${Math.round(local.opacity * 100)} %`)),
    difference: h('label', { class: 'row' }, 'Gain', range('Gain', 1, 8, local.gain, (value) => panel.update({ gain: value })), h('b', {}, `× ${local.gain}`), sides),
  }[local.mode];
  return option ? [h('span', { class: 'sep opts-sep' }), h('div', { class: 'opts' }, option)] : [];
}

function range(label: string, minimum: number, maximum: number, value: number, set: (value: number) => void): Node {
  return h('input', { type: 'range', 'aria-label': label, min: minimum, max: maximum, value: String(Math.round(value)), on: { input: (event) => set(Number((event.target as HTMLInputElement).value)) } });
}

function toggle(name: IconName, label: string, key: string, pressed: boolean, title: string, act: () => void): Node {
  return h('button', { class: 'tbtn', 'aria-pressed': pressed, 'aria-label': `${label} ${key}`, title, on: { click: act } }, icon(name), h('span', {}, label), ' ', h('kbd', {}, key));
}

function isFitted(panel: Panel): boolean {
  return panel.local.hold === undefined && viewportOf(panel.local, panel.local.letter).scale === 1;
}

/** Tells the zoom, which is known only once the pictures are drawn. */
export function showZoom(panel: Panel): void {
  const place = document.querySelector('.zoom .pct');
  if (place) place.textContent = percentText(panel);
}

/** Pixels of the screen for each pixel of the current output. */
function percentText(panel: Panel): string {
  const drawn = panel.stage.drawn.get(panel.currentSlot);
  return drawn ? `${Math.round((drawn.rect.width / drawn.picture.width) * window.devicePixelRatio * 100)} %` : '';
}

function onArrows(panel: Panel, event: KeyboardEvent): void {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  const at = modes.findIndex(({ mode }) => mode === panel.local.mode);
  const next = modes[(at + step + modes.length) % modes.length];
  if (!next) return;
  panel.update({ mode: next.mode });
  document.querySelector<HTMLElement>(`[data-mode="${next.mode}"]`)?.focus();
}
