import { chart, cutTo, label, point, textWidth, type ChartPlace } from './chart';
import { svg, type SvgNode } from './svg';

export interface ArtifactRow {
  readonly key: string;
  readonly label: string;
  readonly outputs: number;
  /** Counts by type, in the words of the reader. */
  readonly types: Readonly<Record<string, number>>;
}

const width = 560;
const rowHeight = 26;
const shownTypes = 6;

/** Artifacts that were pinned, stacked by type; types beyond the six most frequent are counted as other. */
export function artifactChart(place: ChartPlace, rows: readonly ArtifactRow[]): SvgNode {
  const { colours } = place;
  const types = frequent(rows);
  const left = Math.max(34, Math.min(190, textWidth(rows.map((row) => row.label)) + 18));
  const most = Math.max(1, ...rows.map(({ types: own }) => total(own)));
  const unit = (width - left - 14 - textWidth(rows.map(rowText))) / most;
  const named = rows.map((row) => ({ ...row, parts: partsOf(row.types, types) }));
  const legend = rows.length * rowHeight + 14;
  const places = legendPlaces(types, left);
  const alternative = `Artifacts by type: ${named.map((row) => `${row.label} ${rowText(row)}`).join('; ')}`;
  return chart(place, { width, height: legend + 18 }, alternative, [
    ...named.map((row, index) => {
      const y = index * rowHeight + 2;
      let x = left;
      const bars = row.parts.map(({ count }, part) => {
        const bar = svg('rect', { x, y, width: Math.max(0, count * unit - 1), height: 17, fill: colours.series[part % colours.series.length] });
        x += count * unit;
        return bar;
      });
      return point(place, row.key, `${row.label}: ${rowText(row)}`, [label(place, 8, y + 13, cutTo(left - 18, row.label), { strong: true }), ...bars, label(place, x + 6, y + 13, rowText(row), { muted: true })]);
    }),
    ...types.flatMap((type, index) => [
      svg('rect', { x: places[index], y: legend, width: 10, height: 10, fill: colours.series[index % colours.series.length] }),
      label(place, (places[index] ?? 0) + 15, legend + 9, type),
    ]),
  ]);
}

const other = 'other';

function frequent(rows: readonly ArtifactRow[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { types } of rows) for (const [type, count] of Object.entries(types)) counts.set(type, (counts.get(type) ?? 0) + count);
  const sorted = [...counts].filter(([type]) => type !== other).sort(([left, a], [right, b]) => b - a || left.localeCompare(right)).map(([type]) => type);
  return counts.has(other) || sorted.length > shownTypes ? [...sorted.slice(0, shownTypes), other] : sorted;
}

function partsOf(own: Readonly<Record<string, number>>, types: readonly string[]): readonly { readonly type: string; readonly count: number }[] {
  const rest = Object.entries(own).reduce((sum, [type, count]) => sum + (types.includes(type) && type !== other ? 0 : count), 0);
  return types.map((type) => ({ type, count: type === other ? rest : (own[type] ?? 0) }));
}

function rowText({ types, outputs }: Pick<ArtifactRow, 'types' | 'outputs'>): string {
  const [first] = Object.entries(types).sort(([, left], [, right]) => right - left);
  return first ? `${total(types)}, most: ${first[0]} ${first[1]}` : `none on ${outputs} outputs`;
}

function total(types: Readonly<Record<string, number>>): number {
  return Object.values(types).reduce((sum, count) => sum + count, 0);
}

function legendPlaces(types: readonly string[], left: number): readonly number[] {
  let x = left;
  return types.map((type) => {
    const place = x;
    x += textWidth([type]) + 30;
    return place;
  });
}
