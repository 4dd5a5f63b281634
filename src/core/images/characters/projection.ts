import type { Pose } from './person';

/** A head as a round thing that turns: where a feature of the front view lands, and how much narrower it becomes. */
export interface Projection {
  /** x in the picture of a feature at `x` from the middle of the face, `depth` 1 on the skin, more in front of it. */
  x(fromMiddle: number, depth?: number): number;
  /** Width factor of a feature there, 1 when seen straight on. */
  width(fromMiddle: number): number;
  readonly yaw: number;
}

export const middle = 160;
const radius = 66;
const fullTurn = 0.44;

export function projection({ yaw }: Pose): Projection {
  const turn = yaw * fullTurn;
  const angle = (fromMiddle: number) => Math.asin(Math.max(-1, Math.min(1, fromMiddle / radius)));
  return {
    x: (fromMiddle, depth = 1) => middle + radius * depth * Math.sin(angle(fromMiddle) + turn),
    width: (fromMiddle) => Math.max(0.3, Math.cos(angle(fromMiddle) + turn) / Math.cos(angle(fromMiddle))),
    yaw,
  };
}

/** Numbers of a path with one decimal: enough at three pixels a unit, and the same text on every machine. */
export function path(strings: TemplateStringsArray, ...values: readonly number[]): string {
  return strings.map((text, index) => text + (index < values.length ? round(values[index] ?? 0) : '')).join('');
}

export function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
