import type { PlannedGeneration } from '../runMatrix';
import { baseKey, encodingKey, loraKey } from './orderedMatrix';
import type { EditPart } from './part';
import type { MatrixSeconds } from './matrixSeconds';

/**
 * Cuts the ordered matrix into parts of about `target` seconds. A part never holds two bases; it is cut between LoRA
 * sets before it is cut within one, and never between seeds that share their encodings. Pure: the same input gives the
 * same parts.
 *
 * @param target seconds; `Infinity` gives one part for each base
 */
export function splitParts(ordered: readonly PlannedGeneration[], seconds: MatrixSeconds, target: number): readonly EditPart[] {
  const parts: EditPart[] = [];
  for (const [from, to] of runsOf(ordered, 0, ordered.length, ({ model }) => baseKey(model))) {
    for (const [start, end] of cutBase(ordered, from, to, seconds, target)) {
      const models = [...new Set(ordered.slice(start, end).map(({ model }) => model.id))];
      parts.push({ kind: 'edit', index: parts.length, from: start, to: end, models, seconds: Math.round(seconds.load + sum(ordered, start, end, seconds)) });
    }
  }
  return parts;
}

type Range = readonly [from: number, to: number];

/** Whole LoRA sets together as long as they fit; one that is longer is cut into equal shares. */
function cutBase(ordered: readonly PlannedGeneration[], from: number, to: number, seconds: MatrixSeconds, target: number): readonly Range[] {
  const ranges: Range[] = [];
  let open: { readonly from: number; readonly seconds: number } | undefined;
  for (const [start, end] of runsOf(ordered, from, to, ({ model }) => loraKey(model))) {
    const length = sum(ordered, start, end, seconds);
    if (open && open.seconds + length > target) {
      ranges.push([open.from, start]);
      open = undefined;
    }
    if (length > target) ranges.push(...cutEvenly(ordered, start, end, seconds, length / Math.ceil(length / target)));
    else open = { from: open?.from ?? start, seconds: (open?.seconds ?? 0) + length };
  }
  if (open) ranges.push([open.from, to]);
  return ranges;
}

function cutEvenly(ordered: readonly PlannedGeneration[], from: number, to: number, seconds: MatrixSeconds, share: number): readonly Range[] {
  const ranges: Range[] = [];
  let start = from;
  let length = 0;
  for (const [first, behind] of runsOf(ordered, from, to, encodingKey)) {
    const own = sum(ordered, first, behind, seconds);
    // Half of what is added may stick out, so that the shares come out even.
    if (first > start && length + own / 2 > share) {
      ranges.push([start, first]);
      start = first;
      length = 0;
    }
    length += own;
  }
  return [...ranges, [start, to]];
}

/** Ranges of neighbours with the same key. */
function* runsOf(ordered: readonly PlannedGeneration[], from: number, to: number, keyOf: (planned: PlannedGeneration) => string): Generator<Range> {
  let start = from;
  let key: string | undefined;
  for (let index = from; index < to; index++) {
    const planned = ordered[index];
    if (!planned) continue;
    const own = keyOf(planned);
    if (key !== undefined && own !== key) {
      yield [start, index];
      start = index;
    }
    key = own;
  }
  if (start < to) yield [start, to];
}

function sum(ordered: readonly PlannedGeneration[], from: number, to: number, { edit }: MatrixSeconds): number {
  let total = 0;
  for (let index = from; index < to; index++) {
    const planned = ordered[index];
    if (planned) total += edit(planned);
  }
  return total;
}
