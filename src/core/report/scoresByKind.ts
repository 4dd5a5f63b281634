import type { Evaluation, ScaleCriterion } from '../evaluation/evaluation';
import type { JudgedOutput } from '../review/judgedOutput';

/** Mean of one criterion for one model on one kind of edit, over its judged outputs. */
export interface KindScore {
  readonly modelId: string;
  readonly criterion: ScaleCriterion;
  readonly kind: string;
  readonly n: number;
  readonly mean: number;
}

/** Where a model is strong and where weak: scores split by kind of edit. Kinds without a judged output are left out. */
export function scoresByKind({ models, criteria }: Evaluation, outputs: readonly JudgedOutput[]): readonly KindScore[] {
  const scales = criteria.filter((criterion): criterion is ScaleCriterion => criterion.kind === 'scale');
  const kinds = [...new Set(outputs.map(({ generation }) => generation.edit.kind))].sort();
  return models.flatMap(({ id }) =>
    scales.flatMap((criterion) =>
      kinds.flatMap((kind) => {
        const values = outputs.filter(({ generation }) => generation.modelId === id && generation.edit.kind === kind).flatMap(({ answers }) => answers[criterion.id] ?? []);
        return values.length === 0 ? [] : [{ modelId: id, criterion, kind, n: values.length, mean: values.reduce((sum, value) => sum + value, 0) / values.length }];
      }),
    ),
  );
}

/** At least three quarters up the scale: 4 of 1 to 5. */
export function isHigh({ mean, criterion }: KindScore): boolean {
  return mean >= criterion.minimum + 0.75 * (criterion.maximum - criterion.minimum);
}

/** At most half up the scale: 3 of 1 to 5. */
export function isLow({ mean, criterion }: KindScore): boolean {
  return mean <= criterion.minimum + 0.5 * (criterion.maximum - criterion.minimum);
}

/** "identity 4.6 on lighting (10 outputs)" */
export function kindScoreText({ mean, criterion, kind, n }: KindScore): string {
  return `${criterion.label.toLowerCase()} ${mean.toFixed(1)} on ${kind} (${n} ${n === 1 ? 'output' : 'outputs'})`;
}
