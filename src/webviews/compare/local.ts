import type { FaceHold } from './faceHold';
import { fitted, type Viewport } from './viewport';

export type Mode = 'grid' | 'flip' | 'blink' | 'slider' | 'onion' | 'difference';

/** How this window looks at things; nothing of it is about what was rated. */
export interface Local {
  /** The current output. */
  readonly letter: string;
  /** The marked question. */
  readonly row: string | undefined;
  readonly mode: Mode;
  readonly linked: boolean;
  /** By letter or `source`; `all` while they are linked. */
  readonly viewports: Readonly<Record<string, Viewport>>;
  /** Where faces are held, while they are. */
  readonly hold: FaceHold | undefined;
  /** Of the output over the source, 0 to 1. */
  readonly opacity: number;
  /** Share of the width that shows the other side, 0 to 1. */
  readonly divider: number;
  readonly gain: number;
  /** What the slider compares with: `source` or a letter. */
  readonly against: string;
  /** The source is shown in the output's place. */
  readonly holding: boolean;
  /** In blink: whether it is the source's turn. */
  readonly blinking: boolean;
  readonly pinning: Pinning | undefined;
  /** The number that was pressed; pins must go before it can be fewer. */
  readonly fewerPins: number | undefined;
  readonly pickingModes: boolean;
  readonly help: boolean;
  readonly menu: boolean;
  /** The finished session instead of a cell. */
  readonly sheet: boolean;
  /** Id of the change that the toast tells. */
  readonly toast: number | undefined;
  readonly misaligned: 'warn' | 'dismissed';
}

/** `place`: a cross-hair looks for the spot; `type`: the spot is set, its kind is asked. */
export interface Pinning {
  readonly stage: 'place' | 'type';
  readonly x: number;
  readonly y: number;
}

export const initial: Local = {
  letter: 'A', row: undefined, mode: 'grid', linked: true, viewports: {}, hold: undefined, opacity: 0.5, divider: 0.5, gain: 2, against: 'source', holding: false, blinking: false,
  pinning: undefined, fewerPins: undefined, pickingModes: false, help: false, menu: false, sheet: false, toast: undefined, misaligned: 'warn',
};

export function viewportOf({ linked, viewports }: Local, slot: string): Viewport {
  return viewports[linked ? 'all' : slot] ?? fitted;
}

export function withViewport(local: Local, slot: string, viewport: Viewport): Local {
  return { ...local, viewports: { ...local.viewports, [local.linked ? 'all' : slot]: viewport } };
}
