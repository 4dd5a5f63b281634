import { estimateText, rankedModels, rankText } from '../../review/matrixDocument';
import type { Results } from '../results';
import { isHigh, isLow, kindScoreText, scoresByKind, type KindScore } from '../scoresByKind';
import { markdownTable, plainText } from '../table';
import { meetsLimits } from './findings';

/**
 * What the data say for weighing an option: figures only, no judgement. What else is worth knowing follows from the
 * option's own words: one model alone, several together, or training.
 */
export function optionFacts(results: Results, title = ''): string {
  const { evaluation, outputs, summary } = results;
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
    `- Meets every limit: ${meeting.map((model) => plainText(model.title)).join(', ') || 'no model'}`,
    ...(together.test(title) ? togetherFacts(results) : alone.test(title) ? aloneFacts(results, scores) : []),
    ...(/\b(?:train\w*|custom|fine-?tun\w*|own)\b/i.test(title) ? trainingFacts(scores, byModels) : []),
    ...gaps.flatMap((tied) => (tied[0] ? [`- Gap: best ${kindScoreText(tied[0])}, by ${byModels(tied)}`] : [])),
    '',
    markdownTable(
      ['Kind of edit', 'Criterion', 'Best', 'Mean', 'Outputs'],
      best.flatMap((tied) => (tied[0] ? [[tied[0].kind, plainText(tied[0].criterion.label), byModels(tied), tied[0].mean.toFixed(1), String(tied[0].n)]] : [])),
    ),
  ].join('\n');
}

const together = /\b(?:multi|combin\w*|hybrid|each|several|together)\b/i;
const alone = /\b(?:as[- ]is|as it is|existing|one model|single)\b/i;

/** The highest-ranked models alone: how good, and on what they are weak. */
function aloneFacts({ summary }: Results, scores: readonly KindScore[]): readonly string[] {
  return rankedModels(summary).flatMap((model) => {
    if (!model.rank || !model.overall || model.rank.low > 1) return [];
    const weak = scores.filter((score) => score.modelId === model.modelId && isLow(score)).map(kindScoreText);
    return [`- Alone, ${plainText(model.title)} (rank ${rankText(model)}) scores ${estimateText(model.overall, 2)} of 1; weak: ${weak.map(plainText).join('; ') || 'nowhere'}`];
  });
}

/** Which models could be loaded together: those that stand on one base. */
function togetherFacts({ evaluation }: Results): readonly string[] {
  const byBase = new Map<string, string[]>();
  for (const { id, title, base, loras = [] } of evaluation.models) if (loras.length > 0) byBase.set(base, [...(byBase.get(base) ?? []), title ?? id]);
  const groups = [...byBase].filter(([, models]) => models.length > 1);
  if (groups.length === 0) return ['- No two of the models are LoRAs of one base'];
  return [...groups.map(([base, models]) => `- LoRAs of one base, ${plainText(base)}: ${models.map(plainText).join(', ')}`), '- Combinations were not run, so no figure speaks of them'];
}

/** Where no model is strong, and which comes nearest. */
function trainingFacts(scores: readonly KindScore[], byModels: (tied: readonly KindScore[]) => string): readonly string[] {
  const open = bestOfEachKind(scores).filter(([score]) => score && !isHigh(score));
  if (open.length === 0) return ['- On every kind of edit some model is strong already'];
  return open.flatMap((tied) => (tied[0] ? [`- Nearest to start from for ${plainText(tied[0].criterion.label.toLowerCase())} on ${tied[0].kind}: ${byModels(tied)}`] : []));
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
