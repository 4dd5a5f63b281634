import { estimateText, memoryText, rankedModels, rankText, shareText } from '../../review/matrixDocument';
import type { Results } from '../results';
import { bestByKind, type BestOfKind } from '../bestByKind';
import { isHigh, isLow, kindScoreText, scoresByKind, type KindScore } from '../scoresByKind';
import { plainText } from '../table';
import { meetsLimits } from './findings';

/** What the data say for weighing an option, as Markdown: figures only, no judgement. */
export function optionFacts(results: Results, title = ''): string {
  return ['**Facts**', '', ...optionFactLines(results, title).map((line) => `- ${plainText(line)}`)].join('\n');
}

/**
 * The same as plain sentences. What is worth knowing follows from the option's own words: one model alone, several
 * together, or training.
 */
export function optionFactLines(results: Results, title = ''): readonly string[] {
  const { evaluation, outputs, summary } = results;
  const scores = scoresByKind(evaluation, outputs);
  if (scores.length === 0) return ['Nothing is rated yet'];
  const gaps = bestByKind(results).filter(({ score }) => !isHigh(score));
  const meeting = rankedModels(summary).filter((model) => model.state === 'rated' && meetsLimits(model, evaluation));
  const [isAlone, isTogether, isTraining] = [alone.test(title), together.test(title), training.test(title)];
  return [
    // To train something new is not weighed by what the present models cost.
    ...(isTraining && !isAlone && !isTogether ? [] : [`Meets every limit: ${meeting.map((model) => model.title).join(', ') || 'no model'}`]),
    ...(isAlone && meeting.length === 0 ? missedLimits(results) : []),
    ...(isTogether ? togetherFacts(results) : isAlone ? aloneFacts(results, scores) : []),
    ...(isTraining ? trainingFacts(gaps) : []),
    ...gaps.map(({ score, models }) => `Gap: best ${kindScoreText(score)}, by ${models.join(', ')}`),
  ];
}

const together = /\b(?:multi|combin\w*|hybrid|each|several|together)\b/i;
const training = /\b(?:train\w*|custom|fine-?tun\w*|own)\b/i;
const alone = /\b(?:as[- ]is|as it is|existing|one model|single)\b/i;

/** Where no model meets every limit: what each of the rated ones misses. */
function missedLimits({ evaluation: { limits }, summary }: Results): readonly string[] {
  return rankedModels(summary).flatMap((model) => {
    if (model.state !== 'rated') return [];
    const { memory, secondsPerEdit, sameCharacter } = model;
    const missed = [
      ...(memory && limits.memoryGigabytes !== undefined && memory.peakBytes / 1e9 > limits.memoryGigabytes ? [`${memoryText(model)} over ${limits.memoryGigabytes} GB`] : []),
      ...(secondsPerEdit !== undefined && limits.secondsPerEdit !== undefined && secondsPerEdit > limits.secondsPerEdit ? [`${secondsPerEdit.toFixed(1)} s per edit over ${limits.secondsPerEdit} s`] : []),
      ...(sameCharacter && limits.sameCharacterShare !== undefined && sameCharacter.verdict !== 'pass'
        ? [`same character in ${shareText(sameCharacter.share, sameCharacter.interval)}, at least ${Math.round(limits.sameCharacterShare * 100)} % ${sameCharacter.verdict === 'fail' ? 'is wanted' : 'is not proven'}`]
        : []),
    ];
    return missed.length > 0 ? [`${model.title} misses: ${missed.join('; ')}`] : [];
  });
}

/** The highest-ranked models alone: how good, and on what they are weak. */
function aloneFacts({ summary }: Results, scores: readonly KindScore[]): readonly string[] {
  return rankedModels(summary).flatMap((model) => {
    if (!model.rank || !model.overall || model.rank.low > 1) return [];
    const weak = scores.filter((score) => score.modelId === model.modelId && isLow(score)).map(kindScoreText);
    return [`Alone, ${model.title} (rank ${rankText(model)}) scores ${estimateText(model.overall, 2)} of 1; weak: ${weak.join('; ') || 'nowhere'}`];
  });
}

/** Which models could be loaded together: those that stand on one base. */
function togetherFacts({ evaluation }: Results): readonly string[] {
  const byBase = new Map<string, string[]>();
  for (const { id, title, base, loras = [] } of evaluation.models) if (loras.length > 0) byBase.set(base, [...(byBase.get(base) ?? []), title ?? id]);
  const groups = [...byBase].filter(([, models]) => models.length > 1);
  if (groups.length === 0) return ['No two of the models are LoRAs of one base'];
  return [...groups.map(([base, models]) => `LoRAs of one base, ${base}: ${models.join(', ')}`), 'Combinations were not run, so no figure speaks of them'];
}

/** Where no model is strong, and which comes nearest. */
function trainingFacts(gaps: readonly BestOfKind[]): readonly string[] {
  if (gaps.length === 0) return ['On every kind of edit some model is strong already'];
  return gaps.map(({ score, models }) => `Nearest to start from for ${score.criterion.label.toLowerCase()} on ${score.kind}: ${models.join(', ')}`);
}

/** Figures to decide on: ranking, limits, and what no model does well. */
export function decisionFigures(results: Results): readonly DecisionFigure[] {
  const { evaluation, summary } = results;
  const ranked = rankedModels(summary).filter(({ rank }) => rank);
  if (ranked.length === 0) return [{ name: 'Ranking', text: 'nothing is ranked yet' }];
  const meeting = ranked.filter((model) => meetsLimits(model, evaluation)).map(({ title }) => title);
  const gaps = bestByKind(results).flatMap(({ score }) => (isHigh(score) ? [] : [kindScoreText(score)]));
  return [
    { name: 'Ranking', text: ranked.map((model) => `${rankText(model)} ${model.title}`).join('; ') },
    { name: 'Meets every limit', text: meeting.join(', ') || 'no model' },
    ...(gaps.length > 0 ? [{ name: 'At best', text: gaps.join('; ') }] : []),
  ];
}

export interface DecisionFigure {
  readonly name: string;
  readonly text: string;
}

/** The same in a line, to begin a rationale with. */
export function factsLine(results: Results): string {
  return decisionFigures(results).map(({ name, text }) => `${name}: ${text}.`).join(' ');
}
