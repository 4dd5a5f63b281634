import { firmnessText } from '../../review/analysisNotes';
import { estimateText, rankedModels, rankText } from '../../review/matrixDocument';
import type { ModelSummary } from '../../review/summary';
import { decisionMarkdown } from '../decision';
import type { Results } from '../results';
import { plainText } from '../table';
import { limitsTable } from './findings';

/** The answer first: what was decided, how the models rank and how sure that is, and who meets the limits. */
export function answerMarkdown(results: Results): string {
  const { record, evaluation, summary } = results;
  const { approach } = record.decision;
  const ranked = rankedModels(summary).filter(({ overall }) => overall);
  return [
    `**Decision**: ${approach ? oneLine(approach) : 'not made yet'}  `,
    `**Ranking**: ${ranked.length > 0 ? ranked.map((model) => `${rankText(model)} ${plainText(model.title)}`).join('; ') : 'nothing is rated yet'}  `,
    `**How sure**: ${plainText(certainty(results))}`,
    '',
    limitsTable(evaluation, rankedModels(summary)),
  ].join('\n');
}

/** Results for a summary of all studies: totals, ranking, decision, and where the rest is. */
export function summaryMarkdown({ record, summary }: Results, resultsLink: string): string {
  const ranked = rankedModels(summary).filter(({ overall }) => overall);
  const ranking = ranked.map((model) => `${rankText(model)}: ${plainText(model.title)}${model.overall ? `, overall ${estimateText(model.overall, 2)} of 1` : ''}`);
  const decision = decisionMarkdown(record.decision);
  const sum = (value: (model: ModelSummary) => number): number => summary.models.reduce((total, model) => total + value(model), 0);
  return [
    `${summary.models.length} models, ${sum(({ generated }) => generated)} outputs, ${sum(({ rated }) => rated)} of them rated. All figures: [results](${resultsLink}).`,
    '',
    ...(ranking.length > 0 ? ['**Ranking**', '', ...ranking.map((line) => `- ${line}`)] : ['Nothing is ranked yet.']),
    '',
    decision === undefined ? '**Decision**: not made yet' : `**Decision**\n\n${decision}`,
  ].join('\n');
}

/** How far the ranking can be trusted, as plain text. */
export function certainty({ evaluation, summary, analysis }: Pick<Results, 'evaluation' | 'summary' | 'analysis'>): string {
  const ranked = rankedModels(summary).filter(({ overall }) => overall);
  const { sharedCells, pictures, raters } = summary;
  const [best] = ranked;
  if (!best?.rank) return 'nothing can be said yet.';
  const tied = best.rank.tiedWith.length;
  const base = `${sharedCells} cells (a picture and an edit) from ${pictures} source ${pictures === 1 ? 'picture' : 'pictures'}, ${raters.length} ${raters.length === 1 ? 'rater' : 'raters'}`;
  const firmness = firmnessText(evaluation, analysis, (id) => summary.models.find(({ modelId }) => modelId === id)?.title ?? id);
  const more = firmness === undefined ? '' : ` ${firmness}`;
  if (best.rank.probabilityBest === undefined) return `${base}; too few pictures for intervals.${more}`;
  const probability = `${best.title} is best in ${Math.round(best.rank.probabilityBest * 100)} % of resamples`;
  return `${base}; ${probability}${tied > 0 ? `, and not told apart from ${tied} ${tied === 1 ? 'other' : 'others'}` : ''}.${more}`;
}

function oneLine(markdown: string): string {
  return markdown.replace(/\s+/g, ' ').replace(/^\*\*(.*)\*\*$/, '$1').trim();
}
