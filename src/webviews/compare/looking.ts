import { viewportOf, withViewport, type Mode } from './local';
import type { Panel } from './panel';
import { actualScale, panBy, zoomAt, type Point } from './viewport';

export function setMode(panel: Panel, mode: Mode): void {
  panel.wishFocus();
  panel.update({ mode, holding: false });
}

/** Zooms at the pointer where it is over a picture, else at the middle of the current one. */
export function zoom(panel: Panel, factor: number | 'actual', at?: { readonly slot: string } & Point): void {
  const slot = at?.slot ?? panel.pointer?.slot ?? panel.currentSlot;
  const drawn = panel.stage.drawn.get(slot);
  if (!drawn) return;
  const key = viewportKey(panel, slot);
  const viewport = viewportOf(panel.local, key);
  const pointer = at ?? (panel.pointer?.slot === slot ? panel.pointer : { x: drawn.area.width / 2, y: drawn.area.height / 2 });
  const wanted = factor === 'actual' ? actualScale(drawn.area, drawn.picture, window.devicePixelRatio) / viewport.scale : factor;
  panel.update(withViewport(panel.local, key, zoomAt(viewport, wanted, pointer, drawn.area, drawn.picture)));
}

export function pan(panel: Panel, slot: string, movement: Point): void {
  const drawn = panel.stage.drawn.get(slot);
  if (!drawn) return;
  const key = viewportKey(panel, slot);
  panel.update(withViewport(panel.local, key, panBy(viewportOf(panel.local, key), movement, drawn.area, drawn.picture)));
}

export function fit(panel: Panel): void {
  panel.update({ viewports: {} });
}

/** Big surfaces show the current output, so they share its view. */
export function viewportKey(panel: Panel, slot: string): string {
  if (slot.startsWith('vote-')) return 'source';
  return slot === 'solo' || slot === 'pair' || slot === 'heat' ? panel.local.letter : slot;
}

export function hold(panel: Panel, holding: boolean): void {
  if (panel.local.holding !== holding) panel.update({ holding });
}

export function focusCurrent(panel: Panel): void {
  document.querySelector<HTMLElement>(`[data-output="${CSS.escape(panel.local.letter)}"]`)?.focus({ preventScroll: true });
}
