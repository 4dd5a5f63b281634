import type { Interval } from '../statistics/interval';
import { chart, cutTo, label, point, textWidth, ticks, type ChartPlace } from './chart';
import { svg, type SvgNode } from './svg';

/** A figure of one model, as a dot on its interval. */
export interface IntervalRow {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  readonly interval?: Interval;
  /** The figure as it is written beside the row. */
  readonly text: string;
  /** Beyond doubt: drawn filled; else hollow. */
  readonly firm: boolean;
}

export interface IntervalChartInput {
  readonly title: string;
  readonly rows: readonly IntervalRow[];
  /** Values at the ends of the axis at most; what the rows need of it is shown. */
  readonly range: Interval;
  readonly limit?: number;
  /** How a value is written on the axis. */
  axis(value: number): string;
}

const rowHeight = 21;
const top = 20;

/** One row for each model: its mean or share, its 95 % interval, and the limit that it must meet. */
export function intervalChart(place: ChartPlace, { title, rows, range, limit, axis }: IntervalChartInput): SvgNode {
  const { colours } = place;
  const left = Math.max(28, Math.min(190, textWidth(rows.map((row) => row.label)) + 14));
  const right = textWidth(rows.map(({ text }) => text)) + 26;
  const width = Math.max(400, left + right + 220);
  const bottom = top + rows.length * rowHeight;
  const { low, high } = shownRange(rows, range, limit);
  const x = (value: number): number => left + ((value - low) / (high - low)) * (width - left - right);
  const steps = ticks(low, high);
  const alternative = `${title}: ${rows.map((row) => `${row.label} ${rowName(row, axis)}`).join('; ')}`;
  return chart(place, { width, height: bottom + 26 }, alternative, [
    ...steps.map((step) => svg('path', { d: `M${fixed(x(step))} ${top - 6}V${bottom}`, stroke: colours.line, 'stroke-width': 0.5, opacity: 0.6 })),
    ...steps.map((step) => label(place, x(step), bottom + 16, axis(step), { anchor: 'middle', muted: true })),
    ...(limit === undefined ? [] : [svg('path', { d: `M${fixed(x(limit))} ${top - 12}V${bottom + 4}`, stroke: colours.text, 'stroke-dasharray': '4 3' })]),
    ...rows.map((row, index) => {
      const y = top + index * rowHeight + rowHeight / 2 - 2;
      const { interval, value } = row;
      const whisker = interval && svg('path', { d: `M${fixed(x(interval.low))} ${y}H${fixed(x(interval.high))}M${fixed(x(interval.low))} ${y - 4}v8M${fixed(x(interval.high))} ${y - 4}v8`, stroke: colours.text, fill: 'none', 'stroke-width': 1.4 });
      return point(place, row.key, `${row.label}: ${rowName(row, axis)}`, [
        label(place, 8, y + 4, cutTo(left - 14, row.label), { strong: true }),
        ...(whisker ? [whisker] : []),
        svg('circle', { cx: x(value), cy: y, r: 4.2, fill: row.firm ? colours.accent : colours.hollow, stroke: colours.accent, 'stroke-width': 1.6 }),
        label(place, width - 8, y + 4, row.text, { anchor: 'end' }),
      ]);
    }),
  ]);
}

function rowName({ text, interval }: IntervalRow, axis: (value: number) => string): string {
  return interval ? `${text}, 95 % ${axis(interval.low)} to ${axis(interval.high)}` : text;
}

/** As much of the axis as the rows and the limit take, on round steps. */
function shownRange(rows: readonly IntervalRow[], range: Interval, limit: number | undefined): Interval {
  const values = rows.flatMap(({ value, interval }) => [value, ...(interval ? [interval.low, interval.high] : [])]).concat(limit ?? []);
  if (values.length === 0) return { low: range.low, high: Number.isFinite(range.high) ? range.high : 1 };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const [step = 0.1, next = 0.2] = ticks(least, most > least ? most : least + 0.1);
  const size = Math.abs(next - step) || 0.1;
  const low = Math.max(range.low, Math.floor(least / size) * size);
  const high = Math.min(range.high, Math.ceil(most / size) * size);
  return { low, high: high > low ? high : low + size };
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
