import type { Listener } from '../../ui/dom';
import { isZoomed, pan, zoom } from '../looking';
import type { Panel } from '../panel';

/** Pointer and wheel on the pictures: zoom at the pointer, drag to pan, and where a pin would go. */
export function stageEvents(panel: Panel): Readonly<Record<string, Listener>> {
  return {
    pointermove: (event) => move(panel, event as PointerEvent),
    pointerleave: () => {
      panel.pointer = undefined;
    },
    wheel: (event) => wheel(panel, event as WheelEvent),
  };
}

function move(panel: Panel, event: PointerEvent): void {
  const here = surfaceAt(event);
  panel.pointer = here;
  if (!here) return;
  const { pinning, mode } = panel.local;
  const dragging = event.buttons === 1 && (event.movementX !== 0 || event.movementY !== 0);
  if (dragging && isZoomed(panel, here.slot)) pan(panel, here.slot, { x: event.movementX, y: event.movementY });
  else if (pinning?.stage === 'place') placeCrossHair(panel);
  else if (mode === 'grid' || mode === 'difference') panel.drawSoon();
}

function placeCrossHair(panel: Panel): void {
  const { pointer, local } = panel;
  const drawn = pointer && pointer.slot === panel.currentSlot ? panel.stage.drawn.get(pointer.slot) : undefined;
  if (!pointer || !drawn || !local.pinning) return;
  const share = (value: number): number => Math.min(1, Math.max(0, value));
  panel.update({ pinning: { ...local.pinning, x: share((pointer.x - drawn.rect.left) / drawn.rect.width), y: share((pointer.y - drawn.rect.top) / drawn.rect.height) } });
}

function wheel(panel: Panel, event: WheelEvent): void {
  const here = surfaceAt(event);
  if (!here) return;
  event.preventDefault();
  const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
  zoom(panel, Math.exp(-event.deltaY * lines * 0.002), here);
}

function surfaceAt(event: MouseEvent): { readonly slot: string; readonly x: number; readonly y: number } | undefined {
  const element = (event.target as Element).closest<HTMLElement>('.pic[data-slot]');
  const slot = element?.dataset.slot;
  if (!element || slot === undefined) return undefined;
  const { left, top } = element.getBoundingClientRect();
  return { slot, x: event.clientX - left, y: event.clientY - top };
}
