import type { Frame, Page } from 'playwright-core';

/** What a panel was told, and whether anything in it names what must stay hidden. */
export interface Watched {
  readonly messages: number;
  /** Bytes of pictures and other buffers that were searched. */
  readonly bytes: number;
  readonly found: readonly string[];
}

/** From now on every message to a panel of the editor is searched, before the panel itself sees it. */
export async function watchPanels(page: Page, secrets: readonly string[]): Promise<void> {
  await page.addInitScript((hidden) => {
    if (window === window.top) return;
    const watched = { messages: 0, bytes: 0, found: [] as string[] };
    (globalThis as unknown as Record<string, unknown>).watched = watched;
    const search = (text: string): void => {
      for (const secret of hidden) if (text.includes(secret)) watched.found.push(`${secret} in ${text.slice(0, 300)}`);
    };
    const searchDeep = (value: unknown): void => {
      if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        watched.bytes += value.byteLength;
        search(new TextDecoder('latin1').decode(value));
      } else if (typeof value === 'object' && value !== null) {
        for (const [key, part] of Object.entries(value)) {
          search(key);
          searchDeep(part);
        }
      } else if (typeof value === 'string') {
        search(value);
      }
    };
    // The editor writes its panels' documents into a frame that is there already, which drops listeners but not this.
    const add = EventTarget.prototype.addEventListener;
    EventTarget.prototype.addEventListener = function (this: EventTarget, type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | AddEventListenerOptions) {
      if (type !== 'message' || typeof listener !== 'function') return add.call(this, type, listener, options);
      return add.call(this, type, function (this: EventTarget, event: Event) {
        watched.messages++;
        searchDeep((event as MessageEvent).data);
        listener.call(this, event);
      }, options);
    };
  }, secrets);
}

export function watched(frame: Frame): Promise<Watched> {
  return frame.evaluate(() => (globalThis as unknown as { watched: Watched }).watched);
}

/** Secrets that stand anywhere in a document: texts, attributes, scripts, what the panel keeps. */
export async function secretsIn(frame: Frame, secrets: readonly string[]): Promise<readonly string[]> {
  const html = await frame.evaluate(() => document.documentElement.outerHTML);
  return secrets.filter((secret) => html.includes(secret));
}
