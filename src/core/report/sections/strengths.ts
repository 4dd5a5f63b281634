import type { Evaluation } from '../../evaluation/evaluation';
import { memoryText, rankedModels, shareText } from '../../review/matrixDocument';
import type { ModelSummary } from '../../review/summary';
import type { Results } from '../results';
import { isHigh, isLow, kindScoreText, scoresByKind, type KindScore } from '../scoresByKind';
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
    ...scores.filter(isHigh).map(kindScoreText),
    ...(sameCharacter?.verdict === 'pass' ? [`same character in ${shareText(sameCharacter.share, sameCharacter.interval)}`] : []),
    ...(artifacts && artifacts.withAny <= 0.1 ? [`artifacts in ${shareText(artifacts.withAny, artifacts.interval)} of ${artifacts.n} outputs`] : []),
  ];
  const weaknesses = [
    ...scores.filter(isLow).map(kindScoreText),
    ...(sameCharacter?.verdict === 'fail' ? [`same character in only ${shareText(sameCharacter.share, sameCharacter.interval)}`] : []),
    ...(artifacts && artifacts.withAny >= 0.5 ? [`artifacts in ${shareText(artifacts.withAny, artifacts.interval)} of ${artifacts.n} outputs`] : []),
    ...(overMemory ? [`peak memory ${memoryText(model)}, over ${limits.memoryGigabytes} GB`] : []),
    ...(overTime ? [`${secondsPerEdit.toFixed(1)} s per edit, over ${limits.secondsPerEdit} s`] : []),
    ...Object.entries(failureModes).map(([mode, count]) => `${plainText(mode)} in ${count} of ${model.rated} rated outputs`),
  ];
  return ['**Strengths**', '', ...bullets(strengths), '', '**Weaknesses**', '', ...bullets(weaknesses)];
}

function bullets(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? ['- none that the figures show'] : lines.map((line) => `- ${line}`);
}
