/**
 * Longest common subsequence of two lists of keys, as pairs of indices in order. `undefined` where the part that differs is
 * too large to compare.
 */
export function alignKeys(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] | undefined {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const middle = alignMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  if (!middle) return undefined;
  return [
    ...Array.from({ length: head }, (_, index) => [index, index] as const),
    ...middle.map(([row, column]) => [head + row, head + column] as const),
    ...Array.from({ length: tail }, (_, index) => [before.length - tail + index, after.length - tail + index] as const),
  ];
}

/** Cells of the table: 32 MB. */
const largest = 8_000_000;

function alignMiddle(before: readonly string[], after: readonly string[]): readonly (readonly [number, number])[] | undefined {
  const width = after.length + 1;
  if ((before.length + 1) * width > largest) return undefined;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      common[row * width + column] = before[row] === after[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let [row, column] = [0, 0]; row < before.length && column < after.length; ) {
    if (before[row] === after[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  return pairs;
}
