import { estimateText, matrixNotes, rankedModels, rankText } from '../../core/review/matrixDocument';
import { shuffled, type Session } from '../../core/review/session';
import { summarize, type ModelSummary } from '../../core/review/summary';
import type { ModelRow, SummaryView } from '../../webviews/compare/contract';
import type { CompareModel } from './compareModel';

/** The finished session in figures. Until the reveal models are numbers from a shuffle of their own. */
export function summaryView(model: CompareModel, session: Session): SummaryView {
  const { evaluation, outputs } = model.input;
  const generations = outputs.map((output) => {
    const { generation } = output;
    return { ...generation, output: { ...generation.output, sha256: model.sha256Of(output) } };
  });
  const ratings = [...model.ledger.current.values()];
  const summary = summarize(evaluation, generations, ratings);
  const rated = rankedModels(summary).filter(({ state }) => state === 'rated');
  const numbers = new Map(shuffled(rated, ({ modelId }) => modelId, `${session.seed}/summary`).map(({ modelId }, index) => [modelId, `Model ${index + 1}`]));
  const nameOf = ({ modelId, title }: Pick<ModelSummary, 'modelId' | 'title'>): string => (model.revealed ? title : (numbers.get(modelId) ?? 'Model'));
  const scales = evaluation.criteria.filter(({ kind }) => kind === 'scale');
  const count = evaluation.criteria.find(({ kind }) => kind === 'count');
  const same = evaluation.criteria.find(({ kind }) => kind === 'yesNo');
  const limit = evaluation.limits.sameCharacterShare;
  const milliseconds = ratings.reduce((sum, rating) => sum + rating.milliseconds, 0);

  return {
    ...(milliseconds > 0 && { minutes: milliseconds / 60_000 }),
    ...(same && limit !== undefined && { limit }),
    shareLabel: same?.label ?? '',
    columns: [...scales.map(({ label }) => label), ...(count ? [count.label] : [])],
    models: rated.map((row): ModelRow => {
      const share = row.sameCharacter;
      return {
        name: nameOf(row),
        ...(share && { share: { value: share.share, low: share.interval.low, high: share.interval.high, ...(share.verdict && { verdict: share.verdict }) } }),
        figures: [...scales.map(({ id }) => (row.criteria[id] ? estimateText(row.criteria[id]) : '–')), ...(count ? [row.artifacts?.perOutput.toFixed(1) ?? '–'] : [])],
        rank: rankText(row).replace(', tied', ''),
      };
    }),
    tiedPairs: tiedPairs(rated).map(([left, right]) => [nameOf(left), nameOf(right)] as const),
    notProven: rated.filter(({ sameCharacter }) => sameCharacter?.verdict === 'notProven').map(nameOf),
    flagged: model.cells.flatMap(({ outputs: own }, index) => (own.some(({ generation }) => model.ledger.current.get(generation.id)?.flagged) ? [index] : [])),
    notes: matrixNotes(summary),
  };
}

function tiedPairs(models: readonly ModelSummary[]): readonly (readonly [ModelSummary, ModelSummary])[] {
  return models.flatMap((left, index) => models.slice(index + 1).flatMap((right) => (left.rank?.tiedWith.includes(right.modelId) ? [[left, right] as const] : [])));
}
