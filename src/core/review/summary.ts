import type { Criterion, Evaluation, Limits } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import type { CurrentRating } from './currentRating';
import { judgeOutputs, type JudgedOutput } from './judgedOutput';
import { isBaseModel } from '../evaluation/modelSelector';
import { estimateModels, overallScore, rangeOf, type Estimate, type Estimates, type PairedDifference } from './estimates';
import { verdictAtLeast, verdictAtMost, type Interval, type Verdict } from './statistics/interval';
import { ascending, median, medianInterval, quantile } from './statistics/quantile';
import { rankModels, type ModelRank } from './statistics/rankIntervals';
import { wilsonInterval } from './statistics/wilson';

/** What the ratings and the runs say about each model. Compared figures come from shared cells only. */
export interface Summary {
  readonly models: readonly ModelSummary[];
  /** Cells that every rated model has with all weighted criteria answered. */
  readonly sharedCells: number;
  readonly cells: number;
  /** Source pictures among the shared cells: the clusters of the bootstrap. */
  readonly pictures: number;
  readonly raters: readonly string[];
  readonly ratings: number;
  readonly unblinded: number;
}

export interface ModelSummary {
  readonly modelId: string;
  readonly title: string;
  /** `notRun`: no output at all; `notRated`: outputs, but none judged. */
  readonly state: 'rated' | 'notRated' | 'notRun';
  readonly generated: number;
  readonly rated: number;
  /** By criterion id; absent where no shared cell has an answer. Yes/no criteria are shares of yes. */
  readonly criteria: Readonly<Record<string, Estimate>>;
  readonly sameCharacter?: SameCharacter;
  /** Over all rated outputs of the model. */
  readonly artifacts?: ArtifactSummary;
  readonly failureModes: Readonly<Record<string, number>>;
  /** 0 to 1: the weighted mean of the criteria, each scaled to 0 to 1. */
  readonly overall?: Estimate;
  readonly rank?: ModelRank;
  /** Overall score against that of the first base model, on the cells that both share; absent for the base itself. */
  readonly difference?: PairedDifference;
  readonly memory?: MemorySummary;
  /** Median over the outputs. */
  readonly secondsPerEdit?: number;
  readonly time?: TimeSummary;
}

export interface MemorySummary {
  readonly kind: 'vram' | 'ram';
  /** Highest of all outputs: a fact, without an interval. */
  readonly peakBytes: number;
  readonly averageBytes: number;
  readonly verdict?: Verdict;
}

export interface TimeSummary {
  readonly p95: number;
  /** Of the median; absent under six outputs. */
  readonly interval?: Interval;
  readonly verdict?: Verdict;
}

export interface SameCharacter {
  readonly yes: number;
  readonly n: number;
  readonly share: number;
  readonly interval: Interval;
  /** Against the limit of `evaluation.json`; absent where it names none. */
  readonly verdict?: Verdict;
}

export interface ArtifactSummary {
  readonly n: number;
  readonly perOutput: number;
  readonly withAny: number;
  readonly interval: Interval;
  readonly types: Readonly<Record<string, number>>;
}

/**
 * @param ratings of the outputs as they are now; those set aside must not be among them
 * @param outputs the same, joined, where the caller has them already
 */
export function summarize(evaluation: Evaluation, generations: readonly Generation[], ratings: readonly CurrentRating[], outputs = judgeOutputs(generations, ratings, evaluation.criteria)): Summary {
  const byModel = groupByModel(outputs);
  const rated = evaluation.models.filter(({ id }) => byModel.get(id)?.some(({ judged }) => judged));
  const ids = rated.map(({ id }) => id);
  const perCriterion = new Map(evaluation.criteria.map((criterion) => [criterion.id, estimateModels(outputs, ids, ({ answers }) => answers[criterion.id], rangeOf(criterion))]));
  const overall = overallEstimates(evaluation, outputs, ids);
  const ranks = overall.shared.length > 0 ? rankModels(ids, overall.means, overall.resampled, overall.pictures.length) : new Map<string, ModelRank>();
  const base = evaluation.models.find((model) => isBaseModel(model, evaluation))?.id;
  const same = evaluation.criteria.find(({ kind }) => kind === 'yesNo');
  const count = evaluation.criteria.find(({ kind }) => kind === 'count');

  const models = evaluation.models.map(({ id, title }): ModelSummary => {
    const own = byModel.get(id) ?? [];
    const judged = own.filter(({ judged }) => judged);
    const rank = ranks.get(id);
    const overallOfModel = overall.of(id);
    const sameCharacter = same && sameCharacterOf(judged, perCriterion.get(same.id)?.shared ?? [], same, evaluation.limits.sameCharacterShare);
    const artifacts = count && artifactsOf(judged, count);
    const difference = base === undefined ? undefined : overall.difference(id, base);
    return {
      modelId: id,
      title: title ?? id,
      state: judged.length > 0 ? 'rated' : own.length > 0 ? 'notRated' : 'notRun',
      generated: own.length,
      rated: judged.length,
      criteria: criteriaOf(id, perCriterion),
      ...(sameCharacter && { sameCharacter }),
      ...(artifacts && { artifacts }),
      failureModes: tally(judged.flatMap(({ failureModes }) => failureModes)),
      ...(overallOfModel && { overall: overallOfModel }),
      ...(rank && { rank }),
      ...(difference && { difference }),
      ...runFigures(own, evaluation.limits),
    };
  });
  return {
    models,
    sharedCells: overall.shared.length,
    cells: new Set(outputs.map(({ cell }) => cell)).size,
    pictures: overall.pictures.length,
    raters: [...new Set(ratings.map(({ rater }) => rater))].sort(),
    ratings: ratings.length,
    unblinded: ratings.filter(({ unblinded }) => unblinded).length,
  };
}

/** The overall score of the models that were judged, from 0 to 1. */
export function overallEstimates({ criteria }: Evaluation, outputs: readonly JudgedOutput[], modelIds: readonly string[]): Estimates {
  const weighted = criteria.filter(({ weight }) => weight > 0);
  return estimateModels(outputs, modelIds, (output) => overallScore(output, weighted), { low: 0, high: 1 });
}

function criteriaOf(modelId: string, perCriterion: ReadonlyMap<string, Estimates>): Readonly<Record<string, Estimate>> {
  const found = [...perCriterion].flatMap(([id, all]) => {
    const estimate = all.of(modelId);
    return estimate ? [[id, estimate] as const] : [];
  });
  return Object.fromEntries(found);
}

function sameCharacterOf(judged: readonly JudgedOutput[], shared: readonly string[], criterion: Criterion, limit: number | undefined): SameCharacter | undefined {
  const cells = new Set(shared);
  const answers = judged.filter(({ cell }) => cells.has(cell)).flatMap(({ answers }) => answers[criterion.id] ?? []);
  const yes = answers.filter((answer) => answer > 0.5).length;
  const interval = wilsonInterval(yes, answers.length);
  if (!interval) return undefined;
  const verdict = limit === undefined ? undefined : verdictAtLeast(interval, limit);
  return { yes, n: answers.length, share: yes / answers.length, interval, ...(verdict && { verdict }) };
}

function artifactsOf(judged: readonly JudgedOutput[], criterion: Criterion): ArtifactSummary | undefined {
  const counted = judged.filter(({ answers }) => answers[criterion.id] !== undefined);
  const withAny = counted.filter(({ answers }) => (answers[criterion.id] ?? 0) > 0).length;
  const interval = wilsonInterval(withAny, counted.length);
  if (!interval) return undefined;
  const sum = counted.reduce((total, { answers }) => total + (answers[criterion.id] ?? 0), 0);
  return { n: counted.length, perOutput: sum / counted.length, withAny: withAny / counted.length, interval, types: tally(judged.flatMap(({ artifactTypes }) => artifactTypes)) };
}

function runFigures(own: readonly JudgedOutput[], limits: Limits): Pick<ModelSummary, 'memory' | 'secondsPerEdit' | 'time'> {
  const seconds = own.map(({ generation }) => generation.seconds.edit);
  const secondsPerEdit = median(seconds);
  const uses = own.map(({ generation }) => generation.memory);
  const kind = uses.some((use) => use.kind === 'vram') ? 'vram' : 'ram';
  const alike = uses.filter((use) => use.kind === kind);
  if (secondsPerEdit === undefined || alike.length === 0) return {};
  const averageBytes = alike.reduce((sum, use) => sum + use.averageBytes, 0) / alike.length;
  const peakBytes = alike.reduce((peak, use) => Math.max(peak, use.peakBytes), 0);
  const interval = medianInterval(seconds);
  const { memoryGigabytes, secondsPerEdit: slowest } = limits;
  return {
    secondsPerEdit,
    time: { p95: quantile(ascending(seconds), 0.95), ...(interval && { interval }), ...(slowest !== undefined && { verdict: verdictAtMost(interval ?? { low: secondsPerEdit, high: secondsPerEdit }, slowest) }) },
    memory: { kind, peakBytes, averageBytes, ...(memoryGigabytes !== undefined && { verdict: peakBytes / 1e9 <= memoryGigabytes ? 'pass' : 'fail' }) },
  };
}

function tally(words: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([left, a], [right, b]) => b - a || left.localeCompare(right)));
}

function groupByModel(outputs: readonly JudgedOutput[]): Map<string, JudgedOutput[]> {
  const groups = new Map<string, JudgedOutput[]>();
  for (const output of outputs) {
    const group = groups.get(output.generation.modelId);
    if (group) group.push(output);
    else groups.set(output.generation.modelId, [output]);
  }
  return groups;
}
