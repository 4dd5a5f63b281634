import type { Results } from './results';
import { scoresByKind, type KindScore } from './scoresByKind';

/** The highest mean on one kind of edit by one criterion, with the title of every model that reaches it. */
export interface BestOfKind {
  readonly score: KindScore;
  readonly models: readonly string[];
}

export function bestByKind({ evaluation, outputs }: Pick<Results, 'evaluation' | 'outputs'>): readonly BestOfKind[] {
  const titleOf = (id: string): string => evaluation.models.find((model) => model.id === id)?.title ?? id;
  const best = new Map<string, BestOfKind>();
  for (const score of scoresByKind(evaluation, outputs)) {
    const key = JSON.stringify([score.kind, score.criterion.id]);
    const before = best.get(key);
    const title = titleOf(score.modelId);
    if (!before || score.mean > before.score.mean) best.set(key, { score, models: [title] });
    else if (score.mean === before.score.mean) best.set(key, { ...before, models: [...before.models, title] });
  }
  return [...best.values()];
}
