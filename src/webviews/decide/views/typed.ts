import type { Listener } from '../../ui/dom';

/** Sends every change of a field on as it is typed, so that nothing is lost when the editor goes. */
export function typed(send: (text: string) => void): Readonly<Record<string, Listener>> {
  return { input: ({ target }) => send((target as HTMLTextAreaElement).value) };
}
