import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import { artifactsMarkdown, averagesMarkdown, doubtsMarkdown, memoryMarkdown, rankingMarkdown, rankingText } from '../review/analysisSections';
import { measureCorrelations } from '../review/measureCorrelation';
import { measurementsMarkdown } from '../review/measurementsDocument';
import { matrixMarkdown, rankedModels } from '../review/matrixDocument';
import type { SummaryCharts } from '../review/summaryCharts';
import type { Results } from './results';
import { documentCharts, withCharts } from './sections/charts';
import type { Asset } from './sections/section';

/** One part of the comparison as a section of `analysis.md`; a failure says which ratings or runs are missing for it. */
export function analysisContent(part: AnalysisPart, results: Results, criterion: string | undefined): Result<AnalysisContent> {
  const content = parts[part](results, criterion);
  if ('code' in content) return fail(content);
  const { evaluation, summary, analysis, record, outputs, measures } = results;
  const charts = documentCharts(results, chartsByPart[part]);
  const doubts = part === 'table' || part === 'rank' ? doubtsMarkdown(evaluation, summary, analysis) : '';
  const measured = part === 'table' ? measurementsMarkdown(evaluation, measureCorrelations(outputs, measures, evaluation.criteria)) : '';
  const markdown = withCharts([content.markdown, doubts, measured].filter((text) => text !== '').join('\n\n'), charts, record.change);
  return ok({ ...content, markdown, assets: charts.map(({ asset }) => asset) });
}

const chartsByPart: Readonly<Record<AnalysisPart, readonly (keyof SummaryCharts)[]>> = {
  table: ['sameCharacter'],
  average: [],
  artifacts: ['artifacts'],
  vram: ['seconds', 'memory'],
  rank: ['overall'],
};

export type AnalysisPart = 'table' | 'average' | 'artifacts' | 'vram' | 'rank';

export interface AnalysisContent {
  /** Name of the section in `analysis.md`. */
  readonly section: string;
  readonly heading: string;
  readonly markdown: string;
  /** One sentence for the tree. */
  readonly summary: string;
  /** Charts that the section shows. */
  readonly assets: readonly Asset[];
}

/** Beside the plan. */
export function analysisFile(planFolder: string): string {
  return path.join(planFolder, 'analysis.md');
}

export function isAnalysisPart(part: string): part is AnalysisPart {
  return Object.hasOwn(parts, part);
}

export function analysisParts(): readonly string[] {
  return Object.keys(parts);
}

const parts: Readonly<Record<AnalysisPart, (results: Results, criterion: string | undefined) => Omit<AnalysisContent, 'assets'> | Failure>> = {
  table({ evaluation, summary }) {
    const rated = summary.models.filter(({ state }) => state === 'rated').length;
    if (rated === 0) return notRated('any criterion');
    return { section: 'matrix', heading: 'Comparison matrix', markdown: matrixMarkdown(evaluation, summary), summary: `${rated} of ${summary.models.length} models compared` };
  },
  average({ evaluation, summary }, criterion) {
    const scales = evaluation.criteria.filter(({ kind }) => kind === 'scale');
    const asked = criterion === undefined ? scales : scales.filter(({ id }) => id === criterion);
    const [first] = asked;
    if (!first) return unknownCriterion(criterion ?? 'scale', scales.map(({ id }) => id));
    const missing = asked.find(({ id }) => summary.models.every((model) => model.criteria[id] === undefined));
    if (missing) return notRated(missing.label.toLowerCase());
    const means = rankedModels(summary).flatMap(({ title, criteria }) => (criteria[first.id] ? [`${title} ${criteria[first.id]?.mean.toFixed(1)}`] : []));
    return {
      section: criterion === undefined ? 'averages' : `average-${first.id}`,
      heading: criterion === undefined ? 'Averages' : `Average: ${first.label.toLowerCase()}`,
      markdown: averagesMarkdown(evaluation, summary, criterion),
      summary: `${first.label}: ${means.join(', ')}`,
    };
  },
  artifacts({ summary }) {
    const counted = summary.models.filter(({ artifacts }) => artifacts !== undefined);
    if (counted.length === 0) return notRated('artifacts');
    const shares = counted.map(({ title, artifacts }) => `${title} ${Math.round((artifacts?.withAny ?? 0) * 100)} %`);
    return { section: 'artifacts', heading: 'Artifacts', markdown: artifactsMarkdown(summary), summary: `Outputs with artifacts: ${shares.join(', ')}` };
  },
  vram({ evaluation, summary }) {
    const run = summary.models.filter(({ memory }) => memory !== undefined);
    if (run.length === 0) return notRun;
    const peak = Math.max(...run.map(({ memory }) => memory?.peakBytes ?? 0));
    return { section: 'memory', heading: 'Memory and time', markdown: memoryMarkdown(evaluation, summary), summary: `At most ${(peak / 1e9).toFixed(1)} GB over ${run.length} models` };
  },
  rank({ evaluation, summary }) {
    if (summary.models.every(({ rank }) => rank === undefined)) return notRated('every weighted criterion');
    return { section: 'ranking', heading: 'Ranking', markdown: rankingMarkdown(evaluation, summary), summary: rankingText(summary) };
  },
};

function unknownCriterion(criterion: string, known: readonly string[]): Failure {
  return {
    code: 'unknown-criterion',
    message: `evaluation.json has no scale "${criterion}" to average; it has ${known.join(', ') || 'none'}.`,
    advice: 'Name one of these in the step, or add the criterion to evaluation.json.',
    short: 'which criterion?',
  };
}

function notRated(what: string): Failure {
  return { code: 'no-ratings', message: `No output has been rated by ${what}.`, advice: 'Run the review step of the plan first.', short: 'nothing rated' };
}

const notRun: Failure = { code: 'no-outputs', message: 'No model has made an output yet, so there is no memory use to compare.', advice: 'Run the step that edits the pictures first.', short: 'no outputs' };
