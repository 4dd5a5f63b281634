import type { Evaluation } from '../evaluation/evaluation';
import { markdownTable, plainText } from '../report/table';
import type { PairedDifference } from './estimates';
import { estimateText, matrixNotes, memoryText, missingText, rankedModels, rankText, shareText } from './matrixDocument';
import type { Analysis } from './analysis';
import { analysisNotes } from './analysisNotes';
import type { ModelSummary, Summary } from './summary';

/** What the figures do not say: ties, agreement, design, sensitivity, votes. */
export function doubtsMarkdown(evaluation: Evaluation, summary: Summary, analysis: Analysis): string {
  const titleOf = new Map(summary.models.map(({ modelId, title }) => [modelId, title]));
  return analysisNotes(evaluation, summary, analysis, (id) => titleOf.get(id) ?? id).map(({ lead, text }) => `- ${lead === undefined ? '' : `**${plainText(lead)}**`}${plainText(text)}`).join('\n');
}

/** Means of each criterion with their intervals, best model first. */
export function averagesMarkdown({ criteria }: Evaluation, summary: Summary, only?: string): string {
  const shown = criteria.filter(({ id, kind }) => kind === 'scale' && (only === undefined || id === only));
  const rows = rankedModels(summary).map((model) => [
    plainText(model.title),
    ...shown.flatMap(({ id }) => (model.criteria[id] ? [estimateText(model.criteria[id], 2), String(model.criteria[id].n)] : [missingText(model), '–'])),
  ]);
  return [markdownTable(['Model', ...shown.flatMap(({ label }) => [plainText(label), 'Outputs'])], rows), '', ...notes(summary)].join('\n');
}

/** How often outputs have artifacts, how many, and of which types. */
export function artifactsMarkdown(summary: Summary): string {
  const rows = rankedModels(summary).map((model) => {
    const { artifacts } = model;
    if (!artifacts) return [plainText(model.title), missingText(model)];
    return [
      plainText(model.title), shareText(artifacts.withAny, artifacts.interval), artifacts.perOutput.toFixed(2), String(artifacts.n),
      plainText(tallyText(artifacts.types)) || 'not pinned', plainText(tallyText(model.failureModes)),
    ];
  });
  return [
    markdownTable(['Model', 'Outputs with artifacts', 'Artifacts per output', 'Outputs', 'Types', 'Failure modes'], rows),
    '',
    '- Shares with 95 % Wilson intervals, over all rated outputs of a model.',
  ].join('\n');
}

/** Memory and time as the runs recorded them, against the limits of the evaluation. */
export function memoryMarkdown({ limits }: Evaluation, summary: Summary): string {
  const { memoryGigabytes, secondsPerEdit } = limits;
  const header = ['Model', 'Peak memory', 'Average memory', ...(memoryGigabytes === undefined ? [] : [`Under ${memoryGigabytes} GB`]), 'Seconds per edit', ...(secondsPerEdit === undefined ? [] : [`Under ${secondsPerEdit} s`])];
  const rows = summary.models.map((model) => {
    const { memory, secondsPerEdit: seconds } = model;
    if (!memory || seconds === undefined) return [plainText(model.title), 'not run'];
    return [
      plainText(model.title), memoryText(model), `${(memory.averageBytes / 1e9).toFixed(2)} GB`,
      ...(memoryGigabytes === undefined ? [] : [memory.peakBytes / 1e9 <= memoryGigabytes ? 'yes' : 'no']),
      seconds.toFixed(seconds < 10 ? 2 : 0), ...(secondsPerEdit === undefined ? [] : [seconds <= secondsPerEdit ? 'yes' : 'no']),
    ];
  });
  const ram = summary.models.some(({ memory }) => memory?.kind === 'ram');
  return [markdownTable(header, rows), ...(ram ? ['', '- RAM: the run used no graphics memory; this is the resident memory of the inference process.'] : [])].join('\n');
}

/** Models in order, with the order's own doubt. */
export function rankingMarkdown({ criteria }: Evaluation, summary: Summary): string {
  const titleOf = new Map(summary.models.map(({ modelId, title }) => [modelId, title]));
  const base = summary.models.find(({ difference }) => difference)?.difference?.against;
  const rows = rankedModels(summary).map((model) => [
    model.rank ? rankText(model) : '–', plainText(model.title), model.overall ? estimateText(model.overall, 2) : missingText(model), bestText(model),
    (model.rank?.tiedWith ?? []).map((id) => plainText(titleOf.get(id) ?? id)).join(', '),
    ...(base === undefined ? [] : [model.modelId === base ? 'is the base' : model.difference ? differenceText(model.difference) : missingText(model)]),
  ]);
  const weights = criteria.filter(({ weight }) => weight > 0).map(({ label, weight }) => `${plainText(label)} × ${weight}`);
  return [
    markdownTable(['Rank', 'Model', 'Overall, 0 to 1', 'Probably best', 'Not told apart from', ...(base === undefined ? [] : ['Against the base'])], rows),
    '',
    `- Overall: ${weights.join(' + ')}, each on a scale of 0 to 1. Two models are told apart where the 95 % interval of their paired difference leaves out 0.`,
    ...(base === undefined ? [] : ['- Against the base: paired on the cells that all models share; p by flipping the signs of whole source pictures.']),
    ...notes(summary),
  ].join('\n');
}

/** The top of the ranking in a few words: "1: relight; 2–3, tied: base, face-keep". */
export function rankingText(summary: Summary): string {
  const groups = new Map<string, string[]>();
  for (const model of rankedModels(summary)) if (model.rank) groups.set(rankText(model), [...(groups.get(rankText(model)) ?? []), model.title]);
  return [...groups].map(([rank, titles]) => `${rank}: ${titles.join(', ')}`).join('; ');
}

/** "+0.20 (−0.03 to +0.43), p 0.06 by sign flips" */
function differenceText({ mean, interval, probability }: PairedDifference): string {
  const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
  return `${signed(mean)}${interval ? ` (${signed(interval.low)} to ${signed(interval.high)})` : ''}, p ${probability.toFixed(2)}`;
}

function bestText({ rank }: ModelSummary): string {
  return rank?.probabilityBest === undefined ? '–' : `${Math.round(rank.probabilityBest * 100)} %`;
}

function notes(summary: Summary): readonly string[] {
  return matrixNotes(summary).map((note) => `- ${note}`);
}

function tallyText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts).map(([word, count]) => `${word} ${count}`).join(', ');
}
