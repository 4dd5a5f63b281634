import type { Evaluation } from '../evaluation/evaluation';
import { artifactChart } from './charts/artifactChart';
import type { ChartPlace } from './charts/chart';
import { costChart } from './charts/costChart';
import { intervalChart } from './charts/intervalChart';
import type { SvgNode } from './charts/svg';
import { rankedModels } from './matrixDocument';
import type { ModelSummary, Summary } from './summary';

/** A model as the reader may know it: in documents its title, in a blind panel a letter. */
export type ModelLabel = (model: ModelSummary) => { readonly key: string; readonly label: string };

export interface SummaryCharts {
  readonly sameCharacter?: SvgNode;
  readonly overall?: SvgNode;
  readonly seconds?: SvgNode;
  readonly memory?: SvgNode;
  readonly artifacts?: SvgNode;
}

/** The charts of a summary, each where there is something to draw; the same in panels and in documents. */
export function summaryCharts(place: ChartPlace, evaluation: Evaluation, summary: Summary, labelOf: ModelLabel): SummaryCharts {
  const models = rankedModels(summary).filter(({ state }) => state === 'rated');
  const made = {
    sameCharacter: sameCharacterChart(place, evaluation, models, labelOf),
    overall: overallChart(place, models, labelOf),
    seconds: qualityAgainst(place, models, labelOf, {
      title: 'Quality against seconds', costName: 'seconds per edit', cost: ({ secondsPerEdit }) => secondsPerEdit,
      limit: limitOf(evaluation.limits.secondsPerEdit, 's'),
    }),
    memory: qualityAgainst(place, models, labelOf, {
      title: 'Quality against memory', costName: models.some(({ memory }) => memory?.kind === 'ram') ? 'GB of memory at the peak' : 'GB of VRAM at the peak', cost: ({ memory }) => memory && memory.peakBytes / 1e9,
      limit: limitOf(evaluation.limits.memoryGigabytes, 'GB'),
    }),
    artifacts: artifactsChart(place, models, labelOf),
  };
  return Object.fromEntries(Object.entries(made).filter(([, chart]) => chart !== undefined));
}

function sameCharacterChart(place: ChartPlace, { criteria, limits }: Evaluation, models: readonly ModelSummary[], labelOf: ModelLabel): SvgNode | undefined {
  const criterion = criteria.find(({ kind }) => kind === 'yesNo');
  const rows = models.flatMap((model) => {
    const { sameCharacter } = model;
    return sameCharacter ? [{ ...labelOf(model), value: sameCharacter.share, interval: sameCharacter.interval, text: `${(sameCharacter.share * 100).toFixed(1)} %`, firm: sameCharacter.verdict === undefined || sameCharacter.verdict === 'pass' }] : [];
  });
  if (!criterion || rows.length === 0) return undefined;
  const limit = limits.sameCharacterShare;
  return intervalChart(place, { title: criterion.label, rows, range: { low: 0, high: 1 }, ...(limit !== undefined && { limit }), axis: (value) => `${Math.round(value * 100)} %` });
}

/** Filled are those that are not told apart from the first. */
function overallChart(place: ChartPlace, models: readonly ModelSummary[], labelOf: ModelLabel): SvgNode | undefined {
  const rows = models.flatMap((model) => {
    const { overall, rank } = model;
    return overall ? [{ ...labelOf(model), value: overall.mean, ...(overall.interval && { interval: overall.interval }), text: overall.mean.toFixed(2), firm: rank?.low === 1 }] : [];
  });
  return rows.length === 0 ? undefined : intervalChart(place, { title: 'Overall, 0 to 1', rows, range: { low: 0, high: 1 }, axis: (value) => String(Number(value.toFixed(2))) });
}

interface Cost {
  readonly title: string;
  readonly costName: string;
  readonly limit: { readonly cost: number; readonly text: string } | undefined;
  cost(model: ModelSummary): number | undefined;
}

function qualityAgainst(place: ChartPlace, models: readonly ModelSummary[], labelOf: ModelLabel, { title, costName, limit, cost }: Cost): SvgNode | undefined {
  const points = models.flatMap((model) => {
    const [paid, { overall }] = [cost(model), model];
    return paid === undefined || !overall ? [] : [{ ...labelOf(model), cost: paid, quality: overall.mean, ...(overall.interval && { interval: overall.interval }) }];
  });
  return points.length < 2 ? undefined : costChart(place, { title, costName, points, range: { low: 0, high: 1 }, ...(limit && { limit }) });
}

function limitOf(limit: number | undefined, unit: string): Cost['limit'] {
  return limit === undefined ? undefined : { cost: limit, text: `limit ${limit} ${unit}` };
}

function artifactsChart(place: ChartPlace, models: readonly ModelSummary[], labelOf: ModelLabel): SvgNode | undefined {
  const rows = models.flatMap((model) => (model.artifacts ? [{ ...labelOf(model), outputs: model.artifacts.n, types: model.artifacts.types }] : []));
  return rows.some(({ types }) => Object.keys(types).length > 0) ? artifactChart(place, rows) : undefined;
}
