import { chart, label, textWidth, type ChartPlace } from '../../review/charts/chart';
import { svg, type SvgNode } from '../../review/charts/svg';
import type { KindScore } from '../scoresByKind';

const row = 26;
const top = 46;

/** Models down, kinds of edit across; each cell has the mean, and a shade that grows with it. One criterion at a time. */
export function kindChart(place: ChartPlace, title: string, scores: readonly KindScore[], labelOf: (modelId: string) => string): SvgNode {
  const models = [...new Set(scores.map(({ modelId }) => modelId))];
  const kinds = [...new Set(scores.map(({ kind }) => kind))].sort();
  const left = Math.ceil(textWidth(models.map(labelOf))) + 24;
  const column = Math.max(84, Math.ceil(textWidth(kinds)) + 16);
  const cells = scores.flatMap((score) => cellOf(place, score, left + kinds.indexOf(score.kind) * column, top + models.indexOf(score.modelId) * row, column));
  const said = scores.map(({ modelId, kind, mean }) => `${labelOf(modelId)} ${kind} ${mean.toFixed(1)}`).join(', ');
  return chart(place, { width: left + kinds.length * column + 8, height: top + models.length * row + 10 }, `${title}: ${said}`, [
    label(place, 12, 18, title, { strong: true }),
    ...kinds.map((kind, index) => label(place, left + index * column + column / 2, top - 8, kind, { anchor: 'middle', muted: true })),
    ...models.map((model, index) => label(place, left - 10, top + index * row + 17, labelOf(model), { anchor: 'end' })),
    ...cells,
  ]);
}

/** The number stands beside the shade, so that nothing is said by colour alone. */
function cellOf(place: ChartPlace, { mean, n, criterion }: KindScore, x: number, y: number, width: number): readonly SvgNode[] {
  const share = (mean - criterion.minimum) / (criterion.maximum - criterion.minimum);
  return [
    svg('rect', { x: x + 2, y: y + 2, width: width - 4, height: row - 4, rx: 3, fill: place.colours.accent, 'fill-opacity': Number((0.06 + 0.5 * Math.min(1, Math.max(0, share))).toFixed(3)) }, svg('title', {}, `${mean.toFixed(2)} over ${n}`)),
    label(place, x + width / 2, y + 17, mean.toFixed(1), { anchor: 'middle', strong: share >= 0.75 }),
  ];
}
