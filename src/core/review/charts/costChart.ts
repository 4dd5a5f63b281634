import type { Interval } from '../statistics/interval';
import { chart, label, point, ticks, type ChartPlace } from './chart';
import { svg, type SvgNode } from './svg';

/** What a model costs, and how good it is. */
export interface CostPoint {
  readonly key: string;
  readonly label: string;
  readonly cost: number;
  readonly quality: number;
  readonly interval?: Interval;
}

export interface CostChartInput {
  /** "Quality against seconds" */
  readonly title: string;
  /** "seconds per edit" */
  readonly costName: string;
  readonly points: readonly CostPoint[];
  /** Of quality. */
  readonly range: Interval;
  readonly limit?: { readonly cost: number; readonly text: string };
}

const [width, height] = [560, 376];
const area = { left: 44, right: 544, top: 14, bottom: 338 };

/** Quality against cost. Filled: nothing is both cheaper and better (the stepped line); hollow: beaten on both. */
export function costChart(place: ChartPlace, { title, costName, points, range, limit }: CostChartInput): SvgNode {
  const { colours } = place;
  const dearest = Math.max(...points.map(({ cost }) => cost), limit?.cost ?? 0, 1e-9);
  const costs = ticks(0, dearest * 1.12, 6);
  const end = Math.max(dearest * 1.12, costs.at(-1) ?? 0);
  const { low, high } = shownQuality(points, range);
  const x = (cost: number): number => area.left + (cost / end) * (area.right - area.left);
  const y = (quality: number): number => area.bottom - ((quality - low) / (high - low)) * (area.bottom - area.top);
  const front = paretoFront(points);
  const alternative = `${title}: ${points.map((each) => pointName(each, costName)).join('; ')}`;
  return chart(place, { width, height }, alternative, [
    ...ticks(low, high).flatMap((step) => [
      svg('path', { d: `M${area.left} ${fixed(y(step))}H${area.right}`, stroke: colours.line, 'stroke-width': 0.5, opacity: 0.6 }),
      label(place, area.left - 8, y(step) + 4, String(step), { anchor: 'end', muted: true }),
    ]),
    ...costs.map((step) => label(place, x(step), area.bottom + 18, String(step), { anchor: 'middle', muted: true })),
    label(place, area.right, area.bottom + 34, costName, { anchor: 'end', muted: true }),
    ...(limit ? [svg('path', { d: `M${fixed(x(limit.cost))} ${area.top}V${area.bottom}`, stroke: colours.text, 'stroke-dasharray': '4 3' }), label(place, x(limit.cost) - 6, area.bottom - 8, limit.text, { anchor: 'end', muted: true })] : []),
    svg('path', { d: steps(front.map(({ cost, quality }) => [x(cost), y(quality)] as const)), stroke: colours.accent, fill: 'none', 'stroke-dasharray': '2 2' }),
    ...points.map((each, index) => {
      const [cx, cy] = [x(each.cost), y(each.quality)];
      const crowded = points.some((other, place) => other !== each && (x(other.cost) < cx - 1 || (x(other.cost) < cx + 1 && place < index)) && cx - x(other.cost) < 26 && Math.abs(y(other.quality) - cy) < 18);
      const onRight = crowded || cx < area.left + 30;
      return point(place, each.key, pointName(each, costName), [
        ...(each.interval ? [svg('path', { d: `M${fixed(cx)} ${fixed(y(each.interval.low))}V${fixed(y(each.interval.high))}`, stroke: colours.text, 'stroke-width': 1.4 })] : []),
        svg('circle', { cx, cy, r: 5, fill: front.includes(each) ? colours.accent : colours.hollow, stroke: colours.accent, 'stroke-width': 1.6 }),
        label(place, cx + (onRight ? 11 : -11), cy + (onRight ? 4 : -8), each.label, { anchor: onRight ? 'start' : 'end', strong: true }),
      ]);
    }),
  ]);
}

/** Points that no other beats in both, cheapest first. */
export function paretoFront(points: readonly CostPoint[]): readonly CostPoint[] {
  const sorted = [...points].sort((left, right) => left.cost - right.cost || right.quality - left.quality);
  let best = Number.NEGATIVE_INFINITY;
  return sorted.filter(({ quality }) => {
    if (quality <= best) return false;
    best = quality;
    return true;
  });
}

function pointName({ label: name, cost, quality, interval }: CostPoint, costName: string): string {
  return `${name}: ${quality.toFixed(2)}${interval ? `, 95 % ${interval.low.toFixed(2)} to ${interval.high.toFixed(2)}` : ''}, ${cost.toFixed(cost < 10 ? 2 : 1)} ${costName}`;
}

function shownQuality(points: readonly CostPoint[], range: Interval): Interval {
  const values = points.flatMap(({ quality, interval }) => [quality, ...(interval ? [interval.low, interval.high] : [])]);
  if (values.length === 0) return range;
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const room = Math.max((most - least) * 0.15, (range.high - range.low) * 0.05);
  return { low: Math.max(range.low, least - room), high: Math.min(range.high, most + room) };
}

function steps(places: readonly (readonly [number, number])[]): string {
  return places.map(([x, y], index) => (index === 0 ? `M${fixed(x)} ${fixed(y)}` : `H${fixed(x)}V${fixed(y)}`)).join('');
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
