import { svg, type SvgNode } from './svg';

/** Where a chart is shown decides its colours, and whether its points can be reached by keyboard. */
export interface ChartPlace {
  readonly colours: ChartColours;
  readonly interactive: boolean;
}

export interface ChartColours {
  /** Drawn behind everything in documents, which may be read on any background. */
  readonly background?: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  /** Behind hollow dots. */
  readonly hollow: string;
  readonly series: readonly string[];
}

/** Colours follow the editor's theme. */
export const inPanel: ChartPlace = {
  interactive: true,
  colours: {
    text: 'var(--vscode-foreground)', muted: 'var(--muted)', line: 'var(--vscode-charts-lines)', accent: 'var(--vscode-charts-blue)', hollow: 'var(--vscode-editor-background)',
    series: ['var(--vscode-charts-orange)', 'var(--vscode-charts-red)', 'var(--vscode-charts-blue)', 'var(--vscode-charts-purple)', 'var(--vscode-charts-yellow)', 'var(--vscode-charts-green)', 'var(--muted)'],
  },
};

/** Its own background, because nobody knows what it will be read on. */
export const inDocument: ChartPlace = {
  interactive: false,
  colours: {
    background: '#ffffff', text: '#1f2328', muted: '#59636e', line: '#afb8c1', accent: '#0969da', hollow: '#ffffff',
    series: ['#bc4c00', '#cf222e', '#0969da', '#8250df', '#9a6700', '#1a7f37', '#6e7781'],
  },
};

/** The frame of every chart, with its text alternative. */
export function chart(place: ChartPlace, size: { readonly width: number; readonly height: number }, alternative: string, children: readonly SvgNode[]): SvgNode {
  const { colours, interactive } = place;
  const { width, height } = size;
  return svg(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, ...(interactive ? {} : { width, height }), role: interactive ? 'group' : 'img', 'aria-label': alternative, 'font-family': interactive ? 'inherit' : 'system-ui, sans-serif', 'font-size': 12 },
    colours.background === undefined ? undefined : svg('rect', { width, height, fill: colours.background }),
    children,
  );
}

/** Marks that belong to one model: a stop for the keyboard with its figures as name, and a hover. */
export function point({ interactive }: ChartPlace, key: string, name: string, children: readonly SvgNode[]): SvgNode {
  return svg('g', interactive ? { tabindex: 0, role: 'img', 'aria-label': name, 'data-model': key } : {}, svg('title', {}, name), children);
}

export function label(place: ChartPlace, x: number, y: number, words: string, { anchor = 'start', strong = false, muted = false } = {}): SvgNode {
  const { text, muted: grey } = place.colours;
  return svg('text', { x, y, fill: muted ? grey : text, 'text-anchor': anchor === 'start' ? undefined : anchor, 'font-weight': strong ? 600 : undefined }, words);
}

/** Round steps that cut a range into about `count` parts (Heckbert 1990, Graphics Gems, "Nice numbers for graph labels"). */
export function ticks(low: number, high: number, count = 4): readonly number[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const letterWidth = 6.8;

/** Room that the longest of some texts takes, in a font nobody knows. */
export function textWidth(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => Array.from(text).reduce((sum, letter) => sum + widthOf(letter), 0)));
}

/** A name cut so that it stays within its room; whole names stand in the text alternative. */
export function cutTo(width: number, text: string): string {
  const letters = Array.from(text);
  if (textWidth([text]) <= width) return text;
  let taken = widthOf('…');
  const kept = letters.findIndex((letter) => (taken += widthOf(letter)) > width);
  return `${letters.slice(0, Math.max(1, kept)).join('').trimEnd()}…`;
}

/** Letters of East Asian scripts are twice as wide as others. */
function widthOf(letter: string): number {
  return /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u.test(letter) ? letterWidth * 2 : letterWidth;
}
