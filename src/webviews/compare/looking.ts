import { announce } from '../ui/live';
import { closeFace, holdHere, panHeld, zoomHeld } from './faceHold';
import { viewportOf, withViewport, type Mode } from './local';
import type { Panel } from './panel';
import { actualScale, fitted, panBy, zoomAt, type Point } from './viewport';

export function setMode(panel: Panel, mode: Mode): void {
  panel.wishFocus();
  panel.update({ mode, holding: false });
}

/** Zooms at the pointer where it is over a picture, else at the middle of the current one. */
export function zoom(panel: Panel, factor: number | 'actual', at?: { readonly slot: string } & Point): void {
  const slot = at?.slot ?? panel.pointer?.slot ?? panel.currentSlot;
  const drawn = panel.stage.drawn.get(slot);
  if (!drawn) return;
  const pointer = at ?? (panel.pointer?.slot === slot ? panel.pointer : { x: drawn.area.width / 2, y: drawn.area.height / 2 });
  const { hold } = panel.local;
  if (hold && drawn.face) return panel.look({ hold: zoomHeld(hold, factor === 'actual' ? drawn.picture.width / (drawn.rect.width * window.devicePixelRatio) : factor, pointer, drawn.area) });
  const key = viewportKey(panel, slot);
  const viewport = viewportOf(panel.local, key);
  const wanted = factor === 'actual' ? actualScale(drawn.area, drawn.picture, window.devicePixelRatio) / viewport.scale : factor;
  panel.look(withViewport(panel.local, key, zoomAt(viewport, wanted, pointer, drawn.area, drawn.picture)));
}

export function pan(panel: Panel, slot: string, movement: Point): void {
  const drawn = panel.stage.drawn.get(slot);
  if (!drawn) return;
  const { hold } = panel.local;
  if (hold && drawn.face) return panel.look({ hold: panHeld(hold, movement, drawn.area) });
  const key = viewportKey(panel, slot);
  panel.look(withViewport(panel.local, key, panBy(viewportOf(panel.local, key), movement, drawn.area, drawn.picture)));
}

export function fit(panel: Panel): void {
  panel.update({ viewports: {}, hold: undefined });
}

/** Holds the face of every picture where that of the current one is, or lets go; whole pictures come close first. */
export function holdFaces(panel: Panel): void {
  const { local, stage, currentSlot } = panel;
  if (local.hold) return panel.update({ hold: undefined });
  if (!panel.hasFaces) return announce('No face was found in these pictures.');
  const drawn = stage.drawn.get(currentSlot);
  const zoomed = viewportOf(local, viewportKey(panel, currentSlot)).scale > fitted.scale;
  panel.update({ hold: drawn?.face && zoomed ? holdHere(drawn.face, drawn.rect, drawn.area) : closeFace });
}

/** Whether dragging and arrows move the picture. */
export function isZoomed(panel: Panel, slot: string): boolean {
  const { local, stage } = panel;
  return (local.hold !== undefined && stage.drawn.get(slot)?.face !== undefined) || viewportOf(local, viewportKey(panel, slot)).scale > fitted.scale;
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
