import { h, type Node } from './dom';

export type IconName = keyof typeof paths;

/** A drawn icon in the text's colour; always beside a word or inside a named button. */
export function icon(name: IconName, className = ''): Node {
  const [line, solid]: readonly string[] = paths[name];
  return h('svg', { class: `i ${className}`.trim(), viewBox: '0 0 16 16', 'aria-hidden': true }, h('path', { d: line }), solid !== undefined && h('path', { class: 's', d: solid }));
}

/** Lines, then what is filled; on a grid of 16. */
const paths = {
  left: ['M10 3 5 8l5 5'],
  right: ['m6 3 5 5-5 5'],
  grid: ['M2.5 2.5h4.5v4.5h-4.5zM9 2.5h4.5v4.5h-4.5zM2.5 9h4.5v4.5h-4.5zM9 9h4.5v4.5h-4.5z'],
  flip: ['M4.5 4.5h9v9h-9zM2.5 11.5v-9h9'],
  blink: ['M8 2v2M8 12v2M2 8h2M12 8h2M4 4l1.3 1.3M10.7 10.7 12 12M12 4l-1.3 1.3M5.3 10.7 4 12', 'M10 8a2 2 0 1 1-4 0 2 2 0 0 1 4 0z'],
  vote: ['M2.5 7.5h11v6h-11zM5 7.5l4.5-5 3 2.5-2 2.5'],
  slider: ['M2 3.5h12v9H2zM8 1.5v13', 'M10 5h2.5v6H10z'],
  onion: ['M10 6.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM14 9.5a4 4 0 1 1-8 0 4 4 0 0 1 8 0z'],
  difference: ['M8 2.5v6M5 5.5h6M5 12.5h6'],
  minus: ['M3.5 8h9'],
  plus: ['M8 3.5v9M3.5 8h9'],
  fit: ['M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3M5.5 5.5h5v5h-5z'],
  face: ['M2.5 5.5v-3h3M10.5 2.5h3v3M13.5 10.5v3h-3M5.5 13.5h-3v-3M5.8 6.3v1M10.2 6.3v1M5.5 9.5c1.400 1.400 3.600 1.400 5 0'],
  link: ['M6.5 4.5h-2a3.5 3.5 0 0 0 0 7h2M9.5 4.5h2a3.5 3.5 0 0 1 0 7h-2M5.5 8h5'],
  blind: ['M1.5 8C3 5.3 5.3 4 8 4s5 1.3 6.5 4c-1.5 2.7-3.8 4-6.5 4S3 10.7 1.5 8zM3 13.5 13 2.5'],
  eye: ['M1.5 8C3 5.3 5.3 4 8 4s5 1.3 6.5 4c-1.5 2.7-3.8 4-6.5 4S3 10.7 1.5 8zM9.8 8a1.8 1.8 0 1 1-3.6 0 1.8 1.8 0 0 1 3.6 0z'],
  more: ['M3.5 8h.01', 'M2.3 8a1.2 1.2 0 1 1 2.4 0 1.2 1.2 0 0 1-2.4 0zM6.8 8a1.2 1.2 0 1 1 2.4 0 1.2 1.2 0 0 1-2.4 0zM11.3 8a1.2 1.2 0 1 1 2.4 0 1.2 1.2 0 0 1-2.4 0z'],
  flag: ['M3.5 14V2.5h8.5L10.2 6l1.8 3.5H3.5'],
  best: ['m8 2 1.8 3.9 4.2.5-3.1 2.9.8 4.2L8 11.4l-3.7 2.1.8-4.2L2 6.4l4.2-.5z'],
  worst: ['M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 4.8v6M5.5 8.5 8 11l2.5-2.5'],
  check: ['m3 8.5 3.3 3.3L13 4.5'],
  close: ['m4 4 8 8M12 4l-8 8'],
  warn: ['M8 2 1.5 13.5h13zM8 6.3v3.7M8 11.7v.1'],
  info: ['M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM8 7.3v3.7M8 5v.1'],
  same: ['M2.5 5.5h8v8h-8zM5.5 5.5v-3h8v8h-3'],
  half: ['M13 8A5 5 0 1 1 3 8a5 5 0 0 1 10 0z', 'M8 3a5 5 0 0 1 0 10z'],
  divider: ['M5.5 4.5 2.5 8l3 3.5M10.5 4.5l3 3.5-3 3.5'],
  pair: ['M2 3.5h5v9H2zM9 3.5h5v9H9z'],
  open: ['M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM6.2 6.3A1.9 1.9 0 1 1 8 8.6v.8M8 11.3v.1'],
  fail: ['M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4'],
  pass: ['M14 8A6 6 0 1 1 2 8a6 6 0 0 1 12 0zM5.2 8.3l2 2 3.6-4.3'],
  changed: ['M13.5 8a5.5 5.5 0 1 1-1.6-3.9M13.5 2v3h-3'],
  search: ['M11 6.8a4.2 4.2 0 1 1-8.4 0 4.2 4.2 0 0 1 8.4 0zM10 10l3.6 3.6'],
  funnel: ['M2.5 3h11L9.3 8v4.6l-2.6 1V8z'],
  reload: ['M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.8v3h-3'],
  settings: ['M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M11.5 4.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0zM7.5 11.5a1.5 1.5 0 1 1-3 0 1.5 1.5 0 0 1 3 0z'],
  book: ['M8 4C6.5 3 4.5 2.7 2.5 3v9.5c2-.3 4 0 5.5 1 1.5-1 3.5-1.3 5.5-1V3C11.5 2.7 9.5 3 8 4zM8 4v9.5'],
  cloud: ['M4.5 11.5a3 3 0 0 1-.3-6 4 4 0 0 1 7.6.5 2.7 2.7 0 0 1 .2 5.4M8 8v6M5.8 11.8 8 14l2.2-2.2'],
  chevron: ['m4 6 4 4 4-4'],
  up: ['M8 13V3M4 7l4-4 4 4'],
  down: ['M8 3v10M4 9l4 4 4-4'],
  lock: ['M4 7.5h8v6H4zM5.5 7.5V5.5a2.5 2.5 0 0 1 5 0v2'],
  refused: ['M5 9.5V2.5h6.2l1.5 5.6c.2.8-.3 1.4-1 1.4H9.3l.5 2.8c.1.900-.5 1.7-1.3 1.7L5 9.5zM5 9.5H2.5v-7H5'],
  picture: ['M2.5 3.5h11v9h-11zM2.5 11l3-3 2.5 2.5 2-2 3.5 3.5M10.8 6.3a.8.8 0 1 1-1.6 0 .8.8 0 0 1 1.6 0z'],
} as const satisfies Readonly<Record<string, readonly [string] | readonly [string, string]>>;
