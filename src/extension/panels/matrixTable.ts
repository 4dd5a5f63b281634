import type { Criterion, Evaluation } from '../../core/evaluation/evaluation';
import { memoryText, missingText, rankedModels, rankText } from '../../core/review/matrixDocument';
import type { Interval } from '../../core/review/statistics/interval';
import type { ModelSummary, Summary } from '../../core/review/summary';
import type { CellValue, ColumnView, MatrixState, RowView, VerdictRow } from '../../webviews/matrix/contract';
import type { MatrixNames } from './matrixNames';

/** Verdicts against the limits of the evaluation, model by model; a limit that is not set has no row. */
export function verdictRows({ criteria, limits }: Evaluation, models: readonly ModelSummary[]): readonly VerdictRow[] {
  const same = criteria.find(({ kind }) => kind === 'yesNo');
  const { sameCharacterShare, memoryGigabytes, secondsPerEdit } = limits;
  const ram = models.some(({ memory }) => memory?.kind === 'ram');
  return [
    ...(same && sameCharacterShare !== undefined
      ? [{
          name: `${same.label} ≥ ${percent(sameCharacterShare)}`,
          basis: `Wilson interval, n = ${Math.max(0, ...models.map((model) => model.sameCharacter?.n ?? 0))}`,
          cells: models.map(({ sameCharacter: found }) => (found?.verdict ? { verdict: found.verdict, text: `${percent(found.share, 1)} ${bounds(found.interval, (value) => String(Math.round(value * 100)))} · ${found.yes}/${found.n}` } : undefined)),
        }]
      : []),
    ...(memoryGigabytes !== undefined
      ? [{
          name: `${ram ? 'Memory' : 'VRAM'} under ${memoryGigabytes} GB`, basis: 'highest of all outputs, no interval',
          cells: models.map((model) => (model.memory?.verdict ? { verdict: model.memory.verdict, text: `${memoryText(model)} peak` } : undefined)),
        }]
      : []),
    ...(secondsPerEdit !== undefined
      ? [{
          name: `Under ${secondsPerEdit} s per edit`, basis: 'median and its interval from order statistics',
          cells: models.map(({ time, secondsPerEdit: seconds }) => (time?.verdict && seconds !== undefined ? { verdict: time.verdict, text: `${secondsText(seconds)} s ${time.interval ? bounds(time.interval, secondsText) : ''}`.trim() } : undefined)),
        }]
      : []),
  ];
}

/** The comparison, best model first; the panel sorts it anew as its reader likes. */
export function comparisonTable(evaluation: Evaluation, summary: Summary, names: MatrixNames): MatrixState['table'] {
  const columns = columnsOf(evaluation, summary);
  const rows = rankedModels(summary).map((model): RowView => {
    const missing = model.state === 'rated' ? undefined : missingText(model);
    const cells = Object.fromEntries(columns.flatMap(({ view, cell }) => {
      const value = cell(model);
      return value ? [[view.id, value] as const] : [];
    }));
    return { letter: names.letter(model.modelId), title: names.title(model.modelId), recipe: names.recipe(model.modelId), ...(missing !== undefined && { missing }), cells };
  });
  const weights = evaluation.criteria.filter(({ weight }) => weight > 0).map(({ label, weight }) => `${weight} ${label.toLowerCase()}`);
  return { subtitle: `${summary.sharedCells} shared cells per model · overall = ${weights.join(' + ') || 'nothing is weighted'}`, columns: columns.map(({ view }) => view), rows };
}

interface Column {
  readonly view: ColumnView;
  cell(model: ModelSummary): CellValue | undefined;
}

function columnsOf({ criteria, limits }: Evaluation, summary: Summary): readonly Column[] {
  const same = criteria.find(({ kind }) => kind === 'yesNo');
  const count = criteria.find(({ kind }) => kind === 'count');
  const limit = limits.sameCharacterShare;
  const base = summary.models.find(({ difference }) => difference)?.difference?.against;
  const ram = summary.models.some(({ memory }) => memory?.kind === 'ram');
  const column = (id: string, label: string, unit: string, cell: Column['cell']): Column => ({ view: { id, label, unit, numeric: true }, cell });
  return [
    column('rated', 'Rated', 'of outputs', ({ rated, generated }) => ({ sort: rated, text: String(rated), sub: `of ${generated}` })),
    ...(same ? [column('same', `${same.label}, %`, limit === undefined ? 'Wilson 95 %' : `Wilson 95 %, limit ${Math.round(limit * 100)}`, ({ sameCharacter }) => sameCharacter && {
      sort: sameCharacter.share, text: (sameCharacter.share * 100).toFixed(1), sub: bounds(sameCharacter.interval, (value) => String(Math.round(value * 100))),
      bar: { ...sameCharacter.interval, value: sameCharacter.share, ...(limit !== undefined && { limit }) },
    })] : []),
    ...criteria.filter(({ kind }) => kind === 'scale').map((criterion) => scaleColumn(criterion)),
    ...(count ? [column('artifacts', count.label, 'per output, top', ({ artifacts }) => artifacts && { sort: artifacts.perOutput, text: artifacts.perOutput.toFixed(2), sub: Object.entries(artifacts.types)[0]?.join(' ') ?? '' })] : []),
    column('overall', 'Overall', '0-1, 95 %', ({ overall }) => overall && { sort: overall.mean, text: overall.mean.toFixed(2), sub: overall.interval ? bounds(overall.interval, (value) => value.toFixed(2)) : '' }),
    column('rank', 'Rank', '95 %', (model) => model.rank && { sort: model.rank.low + model.rank.high / 1000, text: rankText(model).replace(', tied', ''), sub: model.rank.tiedWith.length > 0 ? 'tied' : '' }),
    column('best', 'P(best)', 'bootstrap', ({ rank }) => (rank?.probabilityBest === undefined ? undefined : { sort: rank.probabilityBest, text: probabilityText(rank.probabilityBest) })),
    ...(base === undefined ? [] : [column('base', 'Against base', 'overall, 95 %', ({ modelId, difference }) => (modelId === base ? { text: '–', sub: 'is the base' } : difference && { sort: difference.mean, text: signed(difference.mean), sub: difference.interval ? bounds(difference.interval, signed) : '' }))]),
    column('memory', ram ? 'Memory, GB' : 'VRAM, GB', 'peak', ({ memory }) => memory && { sort: memory.peakBytes, text: (memory.peakBytes / 1e9).toFixed(memory.peakBytes < 1e10 ? 2 : 1), sub: `mean ${(memory.averageBytes / 1e9).toFixed(memory.averageBytes < 1e10 ? 2 : 1)}` }),
    column('seconds', 's/edit', 'median', ({ secondsPerEdit, time }) => (secondsPerEdit === undefined ? undefined : { sort: secondsPerEdit, text: secondsText(secondsPerEdit), sub: time ? `p95 ${secondsText(time.p95)}` : '' })),
  ];
}

function scaleColumn({ id, label, kind, ...criterion }: Criterion): Column {
  const range = kind === 'scale' && 'minimum' in criterion ? `${criterion.minimum}-${criterion.maximum}, 95 %` : '95 %';
  return {
    view: { id: `score-${id}`, label, unit: range, numeric: true },
    cell: ({ criteria }) => criteria[id] && { sort: criteria[id].mean, text: criteria[id].mean.toFixed(2), sub: criteria[id].interval ? bounds(criteria[id].interval, (value) => value.toFixed(1)) : '' },
  };
}

function bounds({ low, high }: Interval, text: (value: number) => string): string {
  return `[${text(low)}, ${text(high)}]`;
}

function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}

function probabilityText(probability: number): string {
  return probability < 0.005 ? '< 1 %' : percent(probability);
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}

function secondsText(seconds: number): string {
  return seconds.toFixed(seconds < 10 ? 2 : 1);
}
