import type { Criterion } from '../../core/evaluation/evaluation';
import type { JudgedOutput } from '../../core/review/judgedOutput';
import type { Study } from '../../core/review/study';
import type { CellValue, HeatView, MeasureView } from '../../webviews/matrix/contract';
import { kindLabels } from './compareState';

/** How each model fares on each edit, by each criterion: rows are edits, columns the models in the given order. */
export function heatView({ evaluation, outputs, summary }: Pick<Study, 'evaluation' | 'outputs' | 'summary'>, modelIds: readonly string[]): HeatView {
  const judged = outputs.filter(({ judged }) => judged);
  const groups = new Map<string, JudgedOutput[]>();
  for (const output of judged) {
    const key = keyOf(output.generation.edit.id, output.generation.modelId);
    const group = groups.get(key);
    if (group) group.push(output);
    else groups.set(key, [output]);
  }
  const edits = [...new Map(judged.map(({ generation: { edit } }) => [edit.id, edit])).values()];
  const order = new Map(evaluation.edits.map(({ id }, index) => [id, index]));
  edits.sort((left, right) => (order.get(left.id) ?? 1e9) - (order.get(right.id) ?? 1e9));
  const largest = Math.max(0, ...[...groups.values()].map(({ length }) => length));
  const measures = evaluation.criteria.map((criterion) => measureView(criterion, largest));
  const kinds = [...new Set(edits.map(({ kind }) => kind))];
  return {
    measures,
    kinds: kinds.map((kind) => ({
      label: kindLabels[kind] ?? 'Other edits',
      edits: edits.filter((edit) => edit.kind === kind).map(({ id, prompt }) => ({
        edit: id, prompt,
        values: Object.fromEntries(measures.map((measure) => [measure.id, modelIds.map((modelId) => meanOf(groups.get(keyOf(id, modelId)) ?? [], measure.id))])),
      })),
    })),
    totals: Object.fromEntries(measures.map((measure) => [measure.id, modelIds.map((modelId): CellValue | undefined => {
      const estimate = summary.models.find((model) => model.modelId === modelId)?.criteria[measure.id];
      const text = (value: number, decimals: number): string => (measure.percent ? String(Math.round(value * 100)) : value.toFixed(decimals));
      return estimate && { sort: estimate.mean, text: text(estimate.mean, 2), sub: estimate.interval ? `[${text(estimate.interval.low, 1)}, ${text(estimate.interval.high, 1)}]` : '' };
    })])),
  };
}

function measureView(criterion: Criterion, pictures: number): MeasureView {
  const { id, label, kind } = criterion;
  const mean = `mean of ${pictures} ${pictures === 1 ? 'output' : 'outputs'}`;
  if (kind === 'scale') {
    const { minimum, maximum } = criterion;
    return { id, label, unit: `${mean}, ${minimum}-${maximum}`, low: minimum, high: maximum, lowIsGood: false, poor: (minimum + maximum) / 2, decimals: 1, percent: false };
  }
  if (kind === 'yesNo') return { id, label, unit: `% of ${pictures} outputs`, low: 0, high: 1, lowIsGood: false, poor: 0.5, decimals: 0, percent: true };
  return { id, label, unit: `${mean}, count`, low: 0, high: 3, lowIsGood: true, poor: 1, decimals: 1, percent: false };
}

function meanOf(outputs: readonly JudgedOutput[], criterion: string): number | undefined {
  const values = outputs.flatMap(({ answers }) => answers[criterion] ?? []);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function keyOf(edit: string, modelId: string): string {
  return `${edit}\0${modelId}`;
}
