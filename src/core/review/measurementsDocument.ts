import type { Evaluation } from '../evaluation/evaluation';
import { markdownTable, plainText } from '../report/table';
import type { MeasureCorrelation } from './measureCorrelation';

/**
 * How measurements go with ratings, for documents: those that say something as a table, the others in one line, because a
 * document cannot grey them out. Empty where nothing was measured.
 */
export function measurementsMarkdown({ criteria }: Evaluation, correlations: readonly MeasureCorrelation[]): string {
  const telling = correlations.filter((correlation) => Object.values(correlation.with).some(({ says }) => says));
  const silent = correlations.filter((correlation) => !telling.includes(correlation));
  if (correlations.length === 0) return '';
  const rows = telling.map(({ name, within, with: found }) => [plainText(within ? `${name}, within one edit` : name), ...criteria.map(({ id }) => cellText(found[id]))]);
  return [
    'Measurements against ratings: Spearman’s correlation with its 95 % interval by source picture. They are flags, and no part of the rank; of twenty that say nothing, one seems to.',
    '',
    ...(telling.length === 0 ? [] : [markdownTable(['Measurement', ...criteria.map(({ label }) => plainText(label))], rows), '']),
    ...(silent.length === 0 ? [] : [`- Say nothing here (the interval holds 0): ${silent.map(({ name }) => plainText(name)).join(', ')}.`]),
  ].join('\n').trimEnd();
}

function cellText(found: MeasureCorrelation['with'][string] | undefined): string {
  if (!found?.says || !found.interval) return found ? 'says nothing' : '–';
  return `${signed(found.value)} (${signed(found.interval.low)} to ${signed(found.interval.high)})`;
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
