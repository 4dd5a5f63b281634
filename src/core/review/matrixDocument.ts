import type { Evaluation } from '../evaluation/evaluation';
import { markdownTable, plainText } from '../report/table';
import type { Interval } from './statistics/interval';
import type { Estimate } from './estimates';
import type { ModelSummary, Summary } from './summary';

/** The comparison matrix as Markdown: one row for each model, best first, and how to read it. */
export function matrixMarkdown(evaluation: Evaluation, summary: Summary): string {
  const columns = matrixColumns(evaluation);
  const rows = rankedModels(summary).map((model) => columns.map(({ cell }) => cell(model)));
  return [markdownTable(columns.map(({ header }) => header), rows), '', ...matrixNotes(summary).map((note) => `- ${note}`)].join('\n');
}

/** The same figures as CSV (RFC 4180), one row for each model, unrounded. */
export function matrixCsv(evaluation: Evaluation, summary: Summary): string {
  const criteria = evaluation.criteria.filter(({ kind }) => kind !== 'yesNo');
  const header = [
    'model', 'title', 'state', 'outputs', 'rated',
    ...criteria.flatMap(({ id }) => [id, `${id} low`, `${id} high`]),
    'same character', 'same character n', 'same character low', 'same character high', 'verdict',
    'artifacts per output', 'outputs with artifacts', 'overall', 'overall low', 'overall high', 'rank low', 'rank high', 'probability best',
    'peak memory bytes', 'memory kind', 'seconds per edit',
  ];
  const rows = rankedModels(summary).map((model) => [
    model.modelId, model.title, model.state, model.generated, model.rated,
    ...criteria.flatMap(({ id }) => numbers(model.criteria[id])),
    model.sameCharacter?.share, model.sameCharacter?.n, model.sameCharacter?.interval.low, model.sameCharacter?.interval.high, model.sameCharacter?.verdict,
    model.artifacts?.perOutput, model.artifacts?.withAny, ...numbers(model.overall), model.rank?.low, model.rank?.high, model.rank?.probabilityBest,
    model.memory?.peakBytes, model.memory?.kind, model.secondsPerEdit,
  ]);
  return [header, ...rows].map((row) => row.map(csvField).join(',')).join('\r\n') + '\r\n';
}

/** Best first; models without ratings last, in the order of the evaluation. */
export function rankedModels(summary: Summary): readonly ModelSummary[] {
  const score = ({ overall, criteria }: ModelSummary): number => overall?.mean ?? (Object.keys(criteria).length > 0 ? -1 : -2);
  return [...summary.models].sort((left, right) => score(right) - score(left));
}

/** "4.4 ± 0.2", where the interval is even enough to say it so; else "4.4 (4.0–4.5)". */
export function estimateText({ mean, interval }: Estimate, digits = 1): string {
  if (!interval) return mean.toFixed(digits);
  const [below, above] = [mean - interval.low, interval.high - mean].map((half) => half.toFixed(digits));
  return below === above ? `${mean.toFixed(digits)} ± ${above}` : `${mean.toFixed(digits)} (${interval.low.toFixed(digits)}–${interval.high.toFixed(digits)})`;
}

/** "92 % (78–97)" */
export function shareText(share: number, { low, high }: Interval): string {
  return `${percent(share)} % (${percent(low)}–${percent(high)})`;
}

/** "1", or "1–2, tied" where the figures cannot tell models apart. */
export function rankText({ rank }: ModelSummary): string {
  if (!rank) return '–';
  return rank.low === rank.high ? String(rank.low) : `${rank.low}–${rank.high}, tied`;
}

/** What a missing figure means; never 0. */
export function missingText({ state }: Pick<ModelSummary, 'state'>): string {
  return state === 'notRun' ? 'not run' : state === 'notRated' ? 'not rated' : '–';
}

export function memoryText({ memory, state }: ModelSummary): string {
  if (!memory) return state === 'notRun' ? 'not run' : 'not recorded';
  const gigabytes = memory.peakBytes / 1e9;
  return `${gigabytes < 10 ? gigabytes.toFixed(2) : gigabytes.toFixed(1)} GB${memory.kind === 'ram' ? ' RAM' : ''}`;
}

/** Verdict in words: "pass", "fail", "not proven". */
export function verdictText(verdict: 'pass' | 'fail' | 'notProven' | undefined): string {
  return verdict === 'notProven' ? 'not proven' : (verdict ?? '');
}

interface Column {
  readonly header: string;
  cell(model: ModelSummary): string;
}

function matrixColumns({ criteria, limits }: Evaluation): readonly Column[] {
  const scales = criteria.filter(({ kind }) => kind === 'scale');
  const same = criteria.find(({ kind }) => kind === 'yesNo');
  const count = criteria.find(({ kind }) => kind === 'count');
  const limit = limits.sameCharacterShare;
  return [
    { header: 'Model', cell: (model) => plainText(model.title) },
    { header: 'Rated', cell: (model) => (model.state === 'notRun' ? 'not run' : `${model.rated} of ${model.generated}`) },
    ...scales.map(({ id, label }): Column => ({
      header: plainText(label),
      cell: (model) => (model.criteria[id] ? estimateText(model.criteria[id]) : missingText(model)),
    })),
    ...(same ? [{ header: plainText(same.label), cell: (model: ModelSummary) => (model.sameCharacter ? shareText(model.sameCharacter.share, model.sameCharacter.interval) : missingText(model)) }] : []),
    ...(same && limit !== undefined
      ? [{ header: `At least ${percent(limit)} %`, cell: (model: ModelSummary) => verdictText(model.sameCharacter?.verdict) || missingText(model) }]
      : []),
    ...(count ? [{ header: `${plainText(count.label)} per output`, cell: (model: ModelSummary) => model.artifacts?.perOutput.toFixed(2) ?? missingText(model) }] : []),
    { header: 'Rank', cell: (model) => (model.rank ? rankText(model) : missingText(model)) },
    { header: 'Peak memory', cell: memoryText },
    { header: 'Seconds per edit', cell: (model) => model.secondsPerEdit?.toFixed(model.secondsPerEdit < 10 ? 2 : 0) ?? missingText({ state: 'notRun' }) },
  ];
}

/** How the figures came about, for below a table. */
export function matrixNotes(summary: Summary): readonly string[] {
  const { sharedCells, cells, pictures, raters, unblinded } = summary;
  return [
    `Means and ranks over the ${sharedCells} of ${cells} cells that all rated models share, from ${pictures} source ${pictures === 1 ? 'picture' : 'pictures'}.`,
    pictures < 2
      ? 'No intervals: they need at least two source pictures.'
      : `95 % intervals: Wilson for shares; for means bootstrap by source picture with Student\'s t${pictures < 10 ? ', rough with so few pictures' : ''}.`,
    raters.length === 1 ? `One rater (${plainText(raters[0] ?? '')}): this is one person's opinion.` : `${raters.length} raters: ${raters.map(plainText).join(', ')}.`,
    ...(unblinded > 0 ? [`${unblinded} ratings were changed after the models were revealed.`] : []),
  ];
}

function numbers(estimate: Estimate | undefined): readonly (number | undefined)[] {
  return [estimate?.mean, estimate?.interval?.low, estimate?.interval?.high];
}

/** A leading =, +, - or @ in text would run as a formula in a spreadsheet. */
function csvField(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function percent(share: number): number {
  return Math.round(share * 100);
}
