import { rankedModels } from '../../review/matrixDocument';
import { bestByKind } from '../bestByKind';
import type { Results } from '../results';
import { scoresByKind, type KindScore } from '../scoresByKind';
import { markdownTable, plainText } from '../table';

/** Each scale by model and kind of edit, with the number of outputs behind each mean, and who is best at what. */
export function kindsMarkdown(results: Results): string {
  const { evaluation, outputs, summary } = results;
  const scores = scoresByKind(evaluation, outputs);
  if (scores.length === 0) return 'Nothing is rated yet.';
  const kinds = [...new Set(scores.map(({ kind }) => kind))].sort();
  const criteria = [...new Map(scores.map(({ criterion }) => [criterion.id, criterion])).values()];
  const models = rankedModels(summary).filter(({ state }) => state === 'rated');
  const parts = criteria.map((criterion) => {
    const rows = models.map(({ modelId, title }) => [
      plainText(title),
      ...kinds.map((kind) => meanText(scores.find((score) => score.modelId === modelId && score.kind === kind && score.criterion.id === criterion.id))),
    ]);
    return [`**${plainText(criterion.label)}** (${criterion.minimum} to ${criterion.maximum})`, '', markdownTable(['Model', ...kinds], rows)].join('\n');
  });
  return [...parts, bestTable(results), 'Mean (outputs). Over all rated outputs of a model, so columns may rest on different pictures.'].join('\n\n');
}

function bestTable(results: Results): string {
  const rows = bestByKind(results).map(({ score, models }) => [score.kind, plainText(score.criterion.label), models.map(plainText).join(', '), score.mean.toFixed(1), String(score.n)]);
  return ['**Best on each kind of edit**', '', markdownTable(['Kind of edit', 'Criterion', 'Best', 'Mean', 'Outputs'], rows)].join('\n');
}

function meanText(score: KindScore | undefined): string {
  return score ? `${score.mean.toFixed(1)} (${score.n})` : 'not rated';
}
