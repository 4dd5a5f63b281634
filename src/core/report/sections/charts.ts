import { inDocument } from '../../review/charts/chart';
import { svgFile } from '../../review/charts/svg';
import { rankedModels } from '../../review/matrixDocument';
import { summaryCharts, type SummaryCharts } from '../../review/summaryCharts';
import type { Results } from '../results';
import { kindChart } from '../charts/kindChart';
import type { KindScore } from '../scoresByKind';
import { assetLink, type Asset } from './section';

export interface DocumentChart {
  /** What it shows, also as the picture's text. */
  readonly title: string;
  readonly asset: Asset;
}

const known: Readonly<Record<keyof SummaryCharts, readonly [file: string, title: string]>> = {
  sameCharacter: ['same-character.svg', 'Share of outputs with the same character, by model'],
  overall: ['overall.svg', 'Overall score by model'],
  seconds: ['quality-seconds.svg', 'Quality against seconds per edit'],
  memory: ['quality-memory.svg', 'Quality against memory'],
  artifacts: ['artifacts.svg', 'Artifacts by type'],
};

/** Charts of the panels, drawn for a document: with names and a background of their own. Those without data are left out. */
export function documentCharts({ evaluation, summary }: Pick<Results, 'evaluation' | 'summary'>, wanted: readonly (keyof SummaryCharts)[]): readonly DocumentChart[] {
  if (wanted.length === 0) return [];
  const charts = summaryCharts(inDocument, evaluation, summary, ({ modelId, title }) => ({ key: modelId, label: shortTitle(title) }));
  return wanted.flatMap((name) => {
    const [drawing, [file, title]] = [charts[name], known[name]];
    return drawing ? [{ title, asset: { name: file, svg: svgFile(drawing) } }] : [];
  });
}

/** Means by kind of edit as a grid of shades, one chart for each scale, best model first. */
export function kindCharts({ evaluation, summary }: Pick<Results, 'evaluation' | 'summary'>, scores: readonly KindScore[]): readonly DocumentChart[] {
  const criteria = [...new Map(scores.map(({ criterion }) => [criterion.id, criterion])).values()];
  return criteria.map((criterion) => {
    const own = rankedModels(summary).flatMap(({ modelId }) => scores.filter((score) => score.modelId === modelId && score.criterion.id === criterion.id));
    const labelOf = (id: string): string => shortTitle(evaluation.models.find((model) => model.id === id)?.title ?? id);
    const title = `${criterion.label} by model and kind of edit`;
    return { title, asset: { name: `kinds-${criterion.id.replace(/[^\w-]+/g, '-')}.svg`, svg: svgFile(kindChart(inDocument, title, own, labelOf)) } };
  });
}

/** The charts below a section's text. */
export function withCharts(markdown: string, charts: readonly DocumentChart[], change: string): string {
  return [markdown, ...charts.map(({ title, asset }) => `![${title.replace(/[[\]\\]/g, '')}](${assetLink(change, asset.name)})`)].join('\n\n');
}

const longestName = 26;

function shortTitle(title: string): string {
  return title.length > longestName ? `${title.slice(0, longestName - 1)}…` : title;
}
