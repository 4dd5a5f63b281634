import { chart, label, point, type ChartPlace } from './chart';
import { svg, type SvgNode } from './svg';

/** One output in which a face was found. */
export interface IdentityPoint {
  /** Of the model. */
  readonly key: string;
  readonly label: string;
  /** Degrees. */
  readonly yaw: number;
  /** Cosine to the source's face. */
  readonly identity: number;
}

const [width, height] = [560, 300];
const area = { left: 44, right: 544, top: 14, bottom: 262 };

/** SFace's threshold for the same person (OpenCV Zoo, sface.py). */
const samePerson = 0.363;

/**
 * Likeness of the face against the turn of the head: a profile lowers the one for a perfect edit, so that only marks that
 * stand above each other can be compared. Beyond 60° on either side nothing is said.
 */
export function identityChart(place: ChartPlace, points: readonly IdentityPoint[], largestYaw: number): SvgNode | undefined {
  if (points.length === 0) return undefined;
  const { colours } = place;
  const low = Math.min(0, ...points.map(({ identity }) => identity));
  const x = (yaw: number): number => area.left + ((Math.min(90, Math.max(-90, yaw)) + 90) / 180) * (area.right - area.left);
  const y = (identity: number): number => area.bottom - ((identity - low) / (1 - low)) * (area.bottom - area.top);
  const models = [...new Map(points.map(({ key, label: name }) => [key, name]))];
  const own = models.map(([key, name]) => ({ key, name, points: points.filter((each) => each.key === key) }));
  return chart(place, { width, height }, `Likeness of the face against the turn of the head: ${own.map(({ name, points: marks }) => nameOf(name, marks)).join('; ')}`, [
    ...[-90, largestYaw].map((from) => svg('rect', { x: x(from), y: area.top, width: x(from + 90 - largestYaw) - x(from), height: area.bottom - area.top, fill: colours.line, opacity: 0.18 })),
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((step) => [
      svg('path', { d: `M${area.left} ${fixed(y(step))}H${area.right}`, stroke: colours.line, 'stroke-width': 0.5, opacity: 0.6 }),
      label(place, area.left - 8, y(step) + 4, String(step), { anchor: 'end', muted: true }),
    ]),
    svg('path', { d: `M${area.left} ${fixed(y(samePerson))}H${area.right}`, stroke: colours.text, 'stroke-dasharray': '4 3' }),
    label(place, area.right - 4, y(samePerson) - 5, `same person from ${samePerson}`, { anchor: 'end', muted: true }),
    ...[-90, -60, -30, 0, 30, 60, 90].map((yaw) => label(place, x(yaw), area.bottom + 18, `${yaw}°`, { anchor: 'middle', muted: true })),
    label(place, area.right, area.bottom + 34, 'turn of the head', { anchor: 'end', muted: true }),
    ...own.map(({ key, name, points: marks }, index) => {
      const colour = colours.series[index % colours.series.length] ?? colours.accent;
      return point(place, key, nameOf(name, marks), marks.map((mark) => svg('text', { x: x(mark.yaw), y: y(mark.identity) + 4, fill: colour, 'text-anchor': 'middle', 'font-weight': 600 }, String.fromCharCode(65 + (index % 26)))));
    }),
    ...own.map(({ name }, index) => label(place, area.left + 8, area.top + 14 + index * 15, `${String.fromCharCode(65 + (index % 26))} ${name}`.trim(), { muted: true })),
  ]);
}

function nameOf(name: string, points: readonly IdentityPoint[]): string {
  const mean = points.reduce((sum, { identity }) => sum + identity, 0) / points.length;
  return `${name}: mean ${mean.toFixed(2)} over ${points.length} ${points.length === 1 ? 'face' : 'faces'}`;
}

function fixed(value: number): string {
  return String(Number(value.toFixed(2)));
}
