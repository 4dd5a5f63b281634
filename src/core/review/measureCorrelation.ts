import type { Criterion } from '../evaluation/evaluation';
import type { NetworkMeasures } from '../evaluation/networkMeasures';
import type { OutputFigures } from '../images/comparison/measureCache';
import { measureNames, type PixelMeasure } from '../images/comparison/measurePair';
import type { JudgedOutput } from './judgedOutput';
import { rankCorrelation, type RankCorrelation, type RankedPair } from './statistics/rankCorrelation';

type Measure = PixelMeasure | keyof NetworkMeasures;

/** How one measure goes with what people said, criterion by criterion. */
export interface MeasureCorrelation {
  readonly measure: Measure;
  readonly name: string;
  /** Compared among the outputs of one source and one edit only. */
  readonly within: boolean;
  /** By criterion id; absent under five outputs, or where nothing varies. */
  readonly with: Readonly<Record<string, RankCorrelation & { readonly says: boolean }>>;
}

const networkMeasureNames: Readonly<Record<keyof NetworkMeasures, string>> = {
  identity: 'Identity (SFace)', yaw: 'Turn of the head', faceShape: 'Shift of the face', person: 'Person without the face (DINO)', clipImage: 'Likeness to the source (CLIP)', clipDirection: 'Direction of the edit (CLIP)',
  perceptual: 'LPIPS where left alone',
};

/** A camera edit moves every pixel, so that these say nothing about it. */
const needAlignment: ReadonlySet<Measure> = new Set<Measure>(['keptShare', 'ssim', 'psnr', 'perceptual', 'changedShare', 'edgeAgreement', 'colourDifference', 'hashDistance', 'lightTurn']);
/** Facts about the source or the pose alone. */
const facts: ReadonlySet<Measure> = new Set<Measure>(['sourceNoise', 'sourceClipped', 'yaw']);
/** A profile lowers them for a perfect edit: only outputs of the same source and edit can be compared. */
const withinCells: ReadonlySet<Measure> = new Set<Measure>(['identity', 'faceShape', 'person']);
/** Degrees of yaw beyond which a face says nothing about who it is. */
export const largestYaw = 60;

/**
 * Spearman's correlation of each measure with each criterion over the judged outputs. `says` where the 95 % interval
 * leaves out 0; all others are to be greyed. Whole-picture measures explain little of what people see: they are hints.
 */
export function measureCorrelations(outputs: readonly JudgedOutput[], measures: ReadonlyMap<string, OutputFigures>, criteria: readonly Criterion[]): readonly MeasureCorrelation[] {
  const names = [...Object.entries(measureNames), ...Object.entries(networkMeasureNames)] as readonly (readonly [Measure, string])[];
  return names.flatMap(([measure, name]) => {
    if (facts.has(measure)) return [];
    const within = withinCells.has(measure);
    const usable = outputs.filter(({ generation }) => generation.edit.kind !== 'angle' || !needAlignment.has(measure));
    const found = criteria.flatMap(({ id }) => {
      const pairs = pairsOf(usable, measure, measures, id);
      const correlation = rankCorrelation(within ? aroundCells(pairs) : pairs);
      return correlation ? [[id, { ...correlation, says: saysSomething(correlation) }] as const] : [];
    });
    return found.length === 0 ? [] : [{ measure, name, within, with: Object.fromEntries(found) }];
  });
}

/** What a measure is of an output; `undefined` where it says nothing of it. */
function measureOf(measures: OutputFigures | undefined, measure: Measure): number | undefined {
  if (measure === 'identity' && Math.abs(measures?.yaw ?? 0) > largestYaw) return undefined;
  return measures?.[measure];
}

interface CellPair extends RankedPair {
  readonly cell: string;
}

function pairsOf(outputs: readonly JudgedOutput[], measure: Measure, measures: ReadonlyMap<string, OutputFigures>, criterion: string): readonly CellPair[] {
  return outputs.flatMap(({ generation, cell, answers }): readonly CellPair[] => {
    const [first, second] = [measureOf(measures.get(generation.id), measure), answers[criterion]];
    return first === undefined || second === undefined ? [] : [{ first, second, cell, cluster: generation.picture.file }];
  });
}

/** Each pair less the means of its cell; a cell with one output has nothing to compare. */
function aroundCells(pairs: readonly CellPair[]): readonly RankedPair[] {
  const cells = new Map<string, CellPair[]>();
  for (const pair of pairs) {
    const known = cells.get(pair.cell);
    if (known) known.push(pair);
    else cells.set(pair.cell, [pair]);
  }
  return [...cells.values()].flatMap((own) => {
    const mean = (value: (pair: CellPair) => number): number => own.reduce((sum, pair) => sum + value(pair), 0) / own.length;
    const [first, second] = [mean((pair) => pair.first), mean((pair) => pair.second)];
    return own.length < 2 ? [] : own.map((pair) => ({ first: rounded(pair.first - first), second: rounded(pair.second - second), cluster: pair.cluster }));
  });
}

/** Equal differences differ in their last bits, and would get two ranks. */
function rounded(value: number): number {
  return Math.round(value * 1e9) / 1e9;
}

function saysSomething({ interval }: RankCorrelation): boolean {
  return interval !== undefined && (interval.low > 0 || interval.high < 0);
}
