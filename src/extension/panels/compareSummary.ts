import { anchorResult, selfAgreement } from '../../core/review/agreement';
import { estimateText, matrixNotes, rankedModels, rankText } from '../../core/review/matrixDocument';
import { shuffled, type Session } from '../../core/review/session';
import { summarize, type ModelSummary, type Summary } from '../../core/review/summary';
import type { ModelRow, SummaryView } from '../../webviews/compare/contract';
import type { CompareModel } from './compareModel';

/** Pairs of models that the ratings do not tell apart, by id. */
export function undecidedPairs(model: CompareModel): readonly (readonly [string, string])[] {
  return tiedPairs(summaryOf(model).models.filter(({ state }) => state === 'rated')).map(([left, right]) => [left.modelId, right.modelId]);
}

/** The finished session in figures. Until the reveal models are numbers from a shuffle of their own. */
export function summaryView(model: CompareModel, session: Session): SummaryView {
  const { evaluation } = model.input;
  const all = [...model.ledger.current.values()];
  const ratings = all.filter(({ anchor, repeat }) => !anchor && !repeat);
  const summary = summaryOf(model);
  const rated = rankedModels(summary).filter(({ state }) => state === 'rated');
  const numbers = new Map(shuffled(rated, ({ modelId }) => modelId, `${session.seed}/summary`).map(({ modelId }, index) => [modelId, `Model ${index + 1}`]));
  const nameOf = ({ modelId, title }: Pick<ModelSummary, 'modelId' | 'title'>): string => (model.revealed ? title : (numbers.get(modelId) ?? 'Model'));
  const scales = evaluation.criteria.filter(({ kind }) => kind === 'scale');
  const count = evaluation.criteria.find(({ kind }) => kind === 'count');
  const same = evaluation.criteria.find(({ kind }) => kind === 'yesNo');
  const limit = evaluation.limits.sameCharacterShare;
  const milliseconds = all.reduce((sum, rating) => sum + rating.milliseconds, 0);

  const repeats = all.filter(({ repeat }) => repeat);
  const agreement = scales.flatMap(({ id }) => selfAgreement(ratings, repeats, evaluation.criteria).filter(({ criterionId }) => criterionId === id))[0];
  const anchors = anchorResult(all.filter(({ anchor }) => anchor), evaluation.criteria);
  return {
    ...(agreement?.kappa !== undefined && { selfAgreement: { kappa: agreement.kappa, n: agreement.n } }),
    ...(anchors.n > 0 && { anchors }),
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
    flagged: model.cells.flatMap(({ outputs: own }, index) => (own.some((output) => model.ratingOf(output)?.flagged) ? [index] : [])),
    notes: matrixNotes(summary),
  };
}

function summaryOf(model: CompareModel): Summary {
  const generations = model.input.outputs.map((output) => ({ ...output.generation, output: { ...output.generation.output, sha256: model.sha256Of(output) } }));
  return summarize(model.input.evaluation, generations, [...model.ledger.current.values()].filter(({ anchor, repeat }) => !anchor && !repeat));
}

function tiedPairs(models: readonly ModelSummary[]): readonly (readonly [ModelSummary, ModelSummary])[] {
  return models.flatMap((left, index) => models.slice(index + 1).flatMap((right) => (left.rank?.tiedWith.includes(right.modelId) ? [[left, right] as const] : [])));
}
