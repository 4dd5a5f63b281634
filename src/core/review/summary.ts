import type { Criterion, Evaluation } from '../evaluation/evaluation';
import type { Generation } from '../evaluation/generation';
import type { CurrentRating } from './currentRating';
import { judgeOutputs, type JudgedOutput } from './judgedOutput';
import { rankModels, type ModelRank } from './ranking';
import { median, percentileInterval, resampledMeans, wilsonInterval, type ClusterSum, type Interval } from './statistics';

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
  readonly memory?: { readonly kind: 'vram' | 'ram'; readonly peakBytes: number; readonly averageBytes: number };
  readonly secondsPerEdit?: number;
}

export interface Estimate {
  readonly n: number;
  readonly mean: number;
  /** 95 %; absent under two source pictures. */
  readonly interval?: Interval;
}

export interface SameCharacter {
  readonly yes: number;
  readonly n: number;
  readonly share: number;
  readonly interval: Interval;
  /** Against the limit of `evaluation.json`; absent where it names none. */
  readonly verdict?: 'pass' | 'fail' | 'notProven';
}

export interface ArtifactSummary {
  readonly n: number;
  readonly perOutput: number;
  readonly withAny: number;
  readonly interval: Interval;
  readonly types: Readonly<Record<string, number>>;
}

const resamples = 2000;
const bootstrapSeed = 20_070_601;

/** @param ratings of the outputs as they are now; those set aside must not be among them */
export function summarize(evaluation: Evaluation, generations: readonly Generation[], ratings: readonly CurrentRating[]): Summary {
  const outputs = judgeOutputs(generations, ratings, evaluation.criteria);
  const byModel = groupByModel(outputs);
  const rated = evaluation.models.filter(({ id }) => byModel.get(id)?.some(({ judged }) => judged));
  const ids = rated.map(({ id }) => id);
  const perCriterion = new Map(evaluation.criteria.map((criterion) => [criterion.id, estimates(outputs, ids, ({ answers }) => answers[criterion.id])]));
  const weighted = evaluation.criteria.filter(({ weight }) => weight > 0);
  const overall = estimates(outputs, ids, (output) => overallScore(output, weighted));
  const ranks = overall.shared.length > 0 ? rankModels(ids, overall.means, overall.resampled) : new Map<string, ModelRank>();
  const same = evaluation.criteria.find(({ kind }) => kind === 'yesNo');
  const count = evaluation.criteria.find(({ kind }) => kind === 'count');

  const models = evaluation.models.map(({ id, title }): ModelSummary => {
    const own = byModel.get(id) ?? [];
    const judged = own.filter(({ judged }) => judged);
    const rank = ranks.get(id);
    const overallOfModel = overall.of(id);
    const sameCharacter = same && sameCharacterOf(judged, perCriterion.get(same.id)?.shared ?? [], same, evaluation.limits.sameCharacterShare);
    const artifacts = count && artifactsOf(judged, count);
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
      ...runFigures(own),
    };
  });
  const shared = new Set(overall.shared);
  return {
    models,
    sharedCells: overall.shared.length,
    cells: new Set(outputs.map(({ cell }) => cell)).size,
    pictures: new Set(outputs.filter(({ cell }) => shared.has(cell)).map(({ generation }) => generation.picture.file)).size,
    raters: [...new Set(ratings.map(({ rater }) => rater))].sort(),
    ratings: ratings.length,
    unblinded: ratings.filter(({ unblinded }) => unblinded).length,
  };
}

/** Means of one score for the compared models on the cells that all of them share, with the resamples behind them. */
interface Estimates {
  readonly shared: readonly string[];
  readonly means: readonly number[];
  readonly resampled: readonly Float64Array[];
  of(modelId: string): Estimate | undefined;
}

function estimates(outputs: readonly JudgedOutput[], modelIds: readonly string[], scoreOf: (output: JudgedOutput) => number | undefined): Estimates {
  const scores = new Map<string, Map<string, number>>();
  const pictureOf = new Map<string, string>();
  for (const output of outputs) {
    const score = scoreOf(output);
    if (score === undefined) continue;
    pictureOf.set(output.cell, output.generation.picture.file);
    const cell = scores.get(output.cell) ?? new Map<string, number>();
    scores.set(output.cell, cell.set(output.generation.modelId, score));
  }
  // A model that nobody judged by this criterion does not empty the comparison of the others.
  const answered = modelIds.filter((id) => [...scores.values()].some((cell) => cell.has(id)));
  const shared = [...scores].filter(([, cell]) => answered.every((id) => cell.has(id)));
  const cellsOf = new Map<string, Map<string, number>[]>();
  for (const [key, cell] of shared) {
    const picture = pictureOf.get(key) ?? '';
    const known = cellsOf.get(picture);
    if (known) known.push(cell);
    else cellsOf.set(picture, [cell]);
  }
  const pictures = [...cellsOf.keys()].sort();
  const clustersOf = (id: string): readonly ClusterSum[] =>
    pictures.map((picture) => {
      const values = (cellsOf.get(picture) ?? []).flatMap((cell) => cell.get(id) ?? []);
      return { sum: values.reduce((sum, value) => sum + value, 0), count: values.length };
    });
  const clusters = modelIds.map((id) => (answered.includes(id) ? clustersOf(id) : pictures.map(() => ({ sum: 0, count: 0 }))));
  const means = clusters.map((own) => own.reduce((sum, cluster) => sum + cluster.sum, 0) / own.reduce((sum, { count }) => sum + count, 0));
  const resampled = pictures.length >= 2 ? resampledMeans(clusters, resamples, bootstrapSeed) : [];
  return {
    shared: shared.map(([key]) => key),
    means,
    resampled,
    of(modelId) {
      const index = modelIds.indexOf(modelId);
      const mean = means[index];
      if (mean === undefined || Number.isNaN(mean)) return undefined;
      const interval = resampled[index] && percentileInterval(resampled[index]);
      return { n: shared.length, mean, ...(interval && { interval }) };
    },
  };
}

/** Weighted mean of the criteria on a scale of 0 to 1; `undefined` until all of them are answered. */
export function overallScore({ answers }: JudgedOutput, criteria: readonly Criterion[]): number | undefined {
  let sum = 0;
  let weights = 0;
  for (const criterion of criteria) {
    const answer = answers[criterion.id];
    if (answer === undefined) return undefined;
    sum += criterion.weight * unitScore(criterion, answer);
    weights += criterion.weight;
  }
  return weights > 0 ? sum / weights : undefined;
}

/** Artifacts count down from 1 to 0 at five, so that one broken output cannot outweigh a study. */
function unitScore(criterion: Criterion, answer: number): number {
  if (criterion.kind === 'yesNo') return answer;
  if (criterion.kind === 'count') return 1 - Math.min(answer, 5) / 5;
  return (answer - criterion.minimum) / (criterion.maximum - criterion.minimum);
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
  const verdict = limit === undefined ? undefined : interval.low >= limit ? 'pass' : interval.high < limit ? 'fail' : 'notProven';
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

function runFigures(own: readonly JudgedOutput[]): Pick<ModelSummary, 'memory' | 'secondsPerEdit'> {
  const secondsPerEdit = median(own.map(({ generation }) => generation.seconds.edit));
  const uses = own.map(({ generation }) => generation.memory);
  const kind = uses.some((use) => use.kind === 'vram') ? 'vram' : 'ram';
  const alike = uses.filter((use) => use.kind === kind);
  if (secondsPerEdit === undefined || alike.length === 0) return {};
  const averageBytes = alike.reduce((sum, use) => sum + use.averageBytes, 0) / alike.length;
  return { secondsPerEdit, memory: { kind, peakBytes: Math.max(...alike.map((use) => use.peakBytes)), averageBytes } };
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
