import type { Wish } from './analyticWords';

/** What a wish does to colours from -1 (dark) to 1 (bright): times the gain, plus the offset. */
export interface Effect {
  readonly wish: Wish;
  /** Red, green, blue. */
  readonly gain: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
  /** Places replace what lies at the sides; lights change the whole picture. */
  readonly where: 'sides' | 'everywhere';
}

export const effects: readonly Effect[] = [
  { wish: 'forest', where: 'sides', gain: [0.25, 0.35, 0.25], offset: [-0.5, -0.22, -0.52] },
  { wish: 'beach', where: 'sides', gain: [0.2, 0.2, 0.2], offset: [0.35, 0.5, 0.55] },
  { wish: 'studio', where: 'sides', gain: [0.05, 0.05, 0.05], offset: [0.3, 0.3, 0.34] },
  { wish: 'sunset', where: 'everywhere', gain: [0.95, 0.9, 0.75], offset: [0.06, -0.06, -0.2] },
  { wish: 'daylight', where: 'everywhere', gain: [0.95, 1, 1.05], offset: [-0.06, 0.02, 0.14] },
  { wish: 'night', where: 'everywhere', gain: [0.4, 0.42, 0.5], offset: [-0.55, -0.52, -0.35] },
  { wish: 'warm', where: 'everywhere', gain: [1, 1, 1], offset: [0.1, 0, -0.1] },
  { wish: 'cool', where: 'everywhere', gain: [1, 1, 1], offset: [-0.1, 0, 0.1] },
  { wish: 'even', where: 'everywhere', gain: [0.8, 0.8, 0.8], offset: [0.08, 0.08, 0.08] },
];
