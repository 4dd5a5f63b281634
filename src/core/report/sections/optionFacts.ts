import { rankedModels, rankText } from '../../review/matrixDocument';
import type { Results } from '../results';
import { isHigh, kindScoreText, scoresByKind, type KindScore } from '../scoresByKind';
import { markdownTable, plainText } from '../table';
import { meetsLimits } from './findings';

/** What the data say for weighing an option: figures only, no judgement. */
export function optionFacts({ evaluation, outputs, summary }: Results): string {
  const scores = scoresByKind(evaluation, outputs);
  const titleOf = (id: string): string => plainText(evaluation.models.find((model) => model.id === id)?.title ?? id);
  if (scores.length === 0) return '**Facts**: nothing is rated yet.';
  const best = bestOfEachKind(scores);
  const byModels = (tied: readonly KindScore[]): string => tied.map(({ modelId }) => titleOf(modelId)).join(', ');
  const gaps = best.filter(([score]) => score && !isHigh(score));
  const meeting = rankedModels(summary).filter((model) => model.state === 'rated' && meetsLimits(model, evaluation));
  return [
    '**Facts**',
    '',
    `- Meets every limit: ${meeting.map(({ title }) => plainText(title)).join(', ') || 'no model'}`,
    ...gaps.flatMap((tied) => (tied[0] ? [`- Gap: best ${kindScoreText(tied[0])}, by ${byModels(tied)}`] : [])),
    '',
    markdownTable(
      ['Kind of edit', 'Criterion', 'Best', 'Mean', 'Outputs'],
      best.flatMap((tied) => (tied[0] ? [[tied[0].kind, plainText(tied[0].criterion.label), byModels(tied), tied[0].mean.toFixed(1), String(tied[0].n)]] : [])),
    ),
  ].join('\n');
}

/** The same facts in a line, to begin a rationale with: ranking, limits, gaps. */
export function factsLine({ evaluation, outputs, summary }: Results): string {
  const ranked = rankedModels(summary).filter(({ rank }) => rank);
  if (ranked.length === 0) return 'Nothing is ranked yet.';
  const meeting = ranked.filter((model) => meetsLimits(model, evaluation)).map(({ title }) => title);
  const gaps = bestOfEachKind(scoresByKind(evaluation, outputs)).flatMap(([score]) => (score && !isHigh(score) ? [kindScoreText(score)] : []));
  return [
    `Ranking: ${ranked.map((model) => `${rankText(model)} ${model.title}`).join('; ')}.`,
    `Meets every limit: ${meeting.join(', ') || 'no model'}.`,
    ...(gaps.length > 0 ? [`At best: ${gaps.join('; ')}.`] : []),
  ].join(' ');
}

/** For each kind of edit and criterion the highest mean, with every model that reaches it. */
function bestOfEachKind(scores: readonly KindScore[]): readonly (readonly KindScore[])[] {
  const groups = new Map<string, readonly KindScore[]>();
  for (const score of scores) {
    const key = JSON.stringify([score.kind, score.criterion.id]);
    const best = groups.get(key) ?? [];
    const top = best[0]?.mean ?? Number.NEGATIVE_INFINITY;
    if (score.mean > top) groups.set(key, [score]);
    else if (score.mean === top) groups.set(key, [...best, score]);
  }
  return [...groups.values()];
}
