const maximumLines = 40;
const context = 1;

/** What differs between two texts, line by line, as `- old` and `+ new`; long stretches are cut and say so. */
export function difference(before: string, after: string): string {
  const changes = compareLines(before.split('\n'), after.split('\n'));
  const near = changes.map((_, index) => changes.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' '));
  const lines = changes.flatMap(({ sign, text }, index) => {
    if (near[index]) return [`${sign} ${text}`.trimEnd()];
    return index === 0 || near[index - 1] ? ['…'] : [];
  });
  if (lines.length <= maximumLines) return lines.join('\n');
  return [...lines.slice(0, maximumLines), `… and ${lines.length - maximumLines} more lines`].join('\n');
}

interface Change {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Longest common subsequence over the part that differs; very long texts are shown as replaced whole. */
function compareLines(before: readonly string[], after: readonly string[]): readonly Change[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const middle = compareMiddle(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  return [...before.slice(0, head).map(same), ...middle, ...before.slice(before.length - tail).map(same)];
}

function compareMiddle(before: readonly string[], after: readonly string[]): readonly Change[] {
  if (before.length * after.length > 250_000) return [...before.map(removed), ...after.map(added)];
  const width = after.length + 1;
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row--) {
    for (let column = after.length - 1; column >= 0; column--) {
      common[row * width + column] = before[row] === after[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const changes: Change[] = [];
  let row = 0;
  let column = 0;
  while (row < before.length || column < after.length) {
    const old = before[row];
    const next = after[column];
    if (old !== undefined && old === next) {
      changes.push(same(old));
      row++;
      column++;
    } else if (old !== undefined && (next === undefined || at(row + 1, column) >= at(row, column + 1))) {
      changes.push(removed(old));
      row++;
    } else if (next !== undefined) {
      changes.push(added(next));
      column++;
    }
  }
  return changes;
}

function same(text: string): Change {
  return { sign: ' ', text };
}

function removed(text: string): Change {
  return { sign: '-', text };
}

function added(text: string): Change {
  return { sign: '+', text };
}
