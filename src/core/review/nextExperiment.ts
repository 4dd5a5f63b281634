import type { Estimates, PairedDifference } from './estimates';
import { outputsUntilDecided } from './statistics/wilson';
import { designEffect, intraclassCorrelation } from './statistics/clusterCorrelation';
import { studentQuantile } from './statistics/studentT';
import type { ModelSummary, Summary } from './summary';

/** What more would have to be done to settle something that the ratings leave open. A rough guide. */
export type Experiment =
  | {
      readonly kind: 'separate';
      readonly first: string;
      readonly second: string;
      readonly difference: PairedDifference;
      /** More cells, if the difference stays what it is; absent where it is too small to be worth it. */
      readonly cells?: number;
      readonly pictures?: number;
      /** Of the machine, for both models. */
      readonly seconds?: number;
    }
  | { readonly kind: 'verdict'; readonly modelId: string; readonly share: number; readonly limit: number; readonly outputs?: number; readonly seconds?: number };

/** How the cells are spread over pictures, and what another spread would tell at the same cost. */
export interface Design {
  readonly pictures: number;
  readonly editsPerPicture: number;
  /** Intraclass correlation of the leaders' difference within a picture. */
  readonly correlation: number;
  readonly effectiveCells: number;
  /** The same number of cells on twice the pictures. */
  readonly spread?: { readonly pictures: number; readonly editsPerPicture: number; readonly effectiveCells: number };
}

/** Cheapest first: by seconds of the machine, then by number of outputs. */
export function nextExperiments(summary: Summary, overall: Estimates, limit: number | undefined): readonly Experiment[] {
  const rated = summary.models.filter(({ overall: score }) => score !== undefined).sort((left, right) => (right.overall?.mean ?? 0) - (left.overall?.mean ?? 0));
  const [first, second] = rated;
  const found: Experiment[] = [];
  if (first && second && first.rank?.tiedWith.includes(second.modelId)) {
    const difference = overall.difference(first.modelId, second.modelId);
    if (difference) found.push(separate(first, second, difference, overall));
  }
  for (const { modelId, sameCharacter, secondsPerEdit } of summary.models) {
    if (limit === undefined || sameCharacter?.verdict !== 'notProven') continue;
    const needed = outputsUntilDecided(sameCharacter.share, limit, sameCharacter.n);
    const outputs = needed === undefined ? undefined : needed - sameCharacter.n;
    found.push({ kind: 'verdict', modelId, share: sameCharacter.share, limit, ...(outputs !== undefined && { outputs, ...(secondsPerEdit !== undefined && { seconds: outputs * secondsPerEdit }) }) });
  }
  const cost = (experiment: Experiment): number => experiment.seconds ?? (experiment.kind === 'separate' ? experiment.cells : experiment.outputs) ?? Number.POSITIVE_INFINITY;
  return found.sort((left, right) => cost(left) - cost(right) || 0);
}

/** Kish's design effect on what the leaders differ by; `undefined` where no picture has two cells. */
export function designOf(overall: Estimates, first: string, second: string): Design | undefined {
  const differences = overall.differences(first, second);
  const correlation = intraclassCorrelation(differences);
  const cells = differences.reduce((sum, values) => sum + values.length, 0);
  const pictures = differences.length;
  if (correlation === undefined || pictures === 0) return undefined;
  const editsPerPicture = cells / pictures;
  const effective = (size: number): number => cells / designEffect(correlation, size);
  const half = editsPerPicture / 2;
  return {
    pictures, editsPerPicture, correlation, effectiveCells: effective(editsPerPicture),
    ...(half >= 1 && Number.isInteger(half) && { spread: { pictures: pictures * 2, editsPerPicture: half, effectiveCells: effective(half) } }),
  };
}

const most = 10;

/** The smallest number of cells at which the present difference and its error would leave 0 outside the interval. */
function separate(first: ModelSummary, second: ModelSummary, difference: PairedDifference, { pictures, shared }: Estimates): Experiment {
  const base = { kind: 'separate', first: first.modelId, second: second.modelId, difference } as const;
  const { interval, mean } = difference;
  if (!interval || mean === 0) return base;
  const error = (interval.high - interval.low) / 2 / studentQuantile(0.975, pictures.length - 1);
  const perPicture = shared.length / pictures.length;
  for (let number = pictures.length + 1; number <= pictures.length * most; number++) {
    if (studentQuantile(0.975, number - 1) * error * Math.sqrt(pictures.length / number) >= Math.abs(mean)) continue;
    const more = number - pictures.length;
    const cells = Math.ceil(more * perPicture);
    const seconds = first.secondsPerEdit === undefined || second.secondsPerEdit === undefined ? undefined : cells * (first.secondsPerEdit + second.secondsPerEdit);
    return { ...base, cells, pictures: more, ...(seconds !== undefined && { seconds }) };
  }
  return base;
}
