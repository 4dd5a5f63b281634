import type { Page } from 'playwright-core';

/** When pictures of panels were on the screen, in milliseconds of the system's clock. */
export interface Paint {
  /** Of the surface: `solo`, `A`, `source`. */
  readonly slot: string;
  readonly at: number;
}

/** From now on every panel notes when a key went down in it, and when a frame with newly drawn pictures was handed to the screen. */
export async function clockPaints(page: Page): Promise<void> {
  await page.addInitScript(() => {
    if (window === window.top && !location.host.startsWith('panel.')) return;
    const clock = { paints: [] as { slot: string; at: number }[], keys: [] as number[] };
    (globalThis as unknown as Record<string, unknown>).clock = clock;
    const now = (): number => performance.timeOrigin + performance.now();
    const draw = CanvasRenderingContext2D.prototype.drawImage as (...given: unknown[]) => void;
    CanvasRenderingContext2D.prototype.drawImage = function (this: CanvasRenderingContext2D, ...given: unknown[]) {
      draw.apply(this, given);
      const slot = (this.canvas).closest<HTMLElement>('.pic[data-slot]')?.dataset.slot;
      if (slot === undefined) return;
      // The frame that is made next has it; the message comes once that frame is done.
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => clock.paints.push({ slot, at: now() });
        port2.postMessage(undefined);
      });
    };
    const add = EventTarget.prototype.addEventListener;
    // The editor's listeners go when it writes the panel's document; what the panel itself adds comes later.
    EventTarget.prototype.addEventListener = function (this: EventTarget, type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions) {
      if (type !== 'keydown' || this !== window || typeof listener !== 'function') return add.call(this, type, listener, options);
      return add.call(this, type, function (this: EventTarget, event: Event) {
        clock.keys.push(performance.timeOrigin + event.timeStamp);
        listener.call(this, event);
      }, options);
    };
  });
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
