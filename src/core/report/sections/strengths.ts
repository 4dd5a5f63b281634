import type { Evaluation } from '../../evaluation/evaluation';
import { memoryText, rankedModels, shareText } from '../../review/matrixDocument';
import type { ModelSummary } from '../../review/summary';
import type { Results } from '../results';
import { isHigh, isLow, scoresByKind, type KindScore } from '../scoresByKind';
import { plainText } from '../table';

/** Strengths and weaknesses of each model, each with the figure it rests on. */
export function strengthsMarkdown({ evaluation, outputs, summary }: Results): string {
  const scores = scoresByKind(evaluation, outputs);
  const models = rankedModels(summary).map((model) => {
    const own = scores.filter(({ modelId }) => modelId === model.modelId);
    const lines = model.state === 'rated' ? strengthLines(model, own, evaluation) : [model.state === 'notRun' ? 'Not run.' : 'Not rated.'];
    return [`### ${plainText(model.title)}`, '', ...lines].join('\n');
  });
  const rule = 'Strong: a mean of at least three quarters of the scale on a kind of edit; weak: at most half of it. Failure modes as noted by the raters.';
  return [...models, rule].join('\n\n');
}

function strengthLines(model: ModelSummary, scores: readonly KindScore[], { limits }: Evaluation): readonly string[] {
  const { artifacts, sameCharacter, failureModes, memory, secondsPerEdit } = model;
  const overMemory = memory && limits.memoryGigabytes !== undefined && memory.peakBytes / 1e9 > limits.memoryGigabytes;
  const overTime = secondsPerEdit !== undefined && limits.secondsPerEdit !== undefined && secondsPerEdit > limits.secondsPerEdit;
  const strengths = [
    ...byCriterion(scores.filter(isHigh)),
    ...(sameCharacter?.verdict === 'pass' ? [`same character in ${shareText(sameCharacter.share, sameCharacter.interval)}`] : []),
    ...(artifacts && artifacts.withAny <= 0.1 ? [`artifacts in ${shareText(artifacts.withAny, artifacts.interval)} of ${artifacts.n} outputs`] : []),
  ];
  const weaknesses = [
    ...byCriterion(scores.filter(isLow)),
    ...(sameCharacter?.verdict === 'fail' ? [`same character in only ${shareText(sameCharacter.share, sameCharacter.interval)}`] : []),
    ...(artifacts && artifacts.withAny >= 0.5 ? [`artifacts in ${shareText(artifacts.withAny, artifacts.interval)} of ${artifacts.n} outputs`] : []),
    ...(overMemory ? [`peak memory ${memoryText(model)}, over ${limits.memoryGigabytes} GB`] : []),
    ...(overTime ? [`${secondsPerEdit.toFixed(1)} s per edit, over ${limits.secondsPerEdit} s`] : []),
    ...Object.entries(failureModes).map(([mode, count]) => `${plainText(mode)} in ${count} of ${model.rated} rated outputs`),
  ];
  return ['**Strengths**', '', ...bullets(strengths), '', '**Weaknesses**', '', ...bullets(weaknesses)];
}

/** "identity 4.6 on lighting (10 outputs), 4.2 on angle (5)": a line for each criterion, the best first. */
function byCriterion(scores: readonly KindScore[]): readonly string[] {
  const criteria = [...new Map(scores.map(({ criterion }) => [criterion.id, criterion])).values()];
  return criteria.map(({ id, label }) => {
    const own = scores.filter(({ criterion }) => criterion.id === id).sort((left, right) => right.mean - left.mean);
    const parts = own.map(({ mean, kind, n }, index) => `${mean.toFixed(1)} on ${plainText(kind)} (${n}${index > 0 ? '' : n === 1 ? ' output' : ' outputs'})`);
    return `${plainText(label.toLowerCase())} ${parts.join(', ')}`;
  });
}

function bullets(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['- none that the figures show'] : lines.map((line) => `- ${line}`);
}
