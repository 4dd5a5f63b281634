import { alignKeys } from './alignKeys';

/** A line of a comparison: kept, taken out, put in, or `…` for a stretch that is the same in both. */
export interface ComparedLine {
  readonly sign: ' ' | '-' | '+' | '…';
  readonly text: string;
}

/** What differs between two texts, with some lines around it; very long texts are shown as replaced whole. */
export function differenceLines(before: string, after: string, context: number): readonly ComparedLine[] {
  const changes = compareLines(before.split(/\r\n?|\n/), after.split(/\r\n?|\n/));
  const near = changes.map((_, index) => changes.slice(Math.max(0, index - context), index + context + 1).some(({ sign }) => sign !== ' '));
  return changes.flatMap((change, index) => {
    if (near[index]) return [change];
    return index === 0 || near[index - 1] ? [gap] : [];
  });
}

/** The same as text, `- old` and `+ new`; long ones are cut and say so. */
export function difference(before: string, after: string): string {
  const lines = differenceLines(before, after, 1).map(({ sign, text }) => (sign === '…' ? sign : `${sign} ${text}`.trimEnd()));
  if (lines.length <= maximumLines) return lines.join('\n');
  return [...lines.slice(0, maximumLines), `… and ${lines.length - maximumLines} more lines`].join('\n');
}

const maximumLines = 40;
const gap: ComparedLine = { sign: '…', text: '' };

function compareLines(before: readonly string[], after: readonly string[]): readonly ComparedLine[] {
  const pairs = alignKeys(before, after) ?? [];
  const lines: ComparedLine[] = [];
  let [row, column] = [0, 0];
  for (const [oldEnd, nextEnd] of [...pairs, [before.length, after.length] as const]) {
    lines.push(...before.slice(row, oldEnd).map((text): ComparedLine => ({ sign: '-', text })), ...after.slice(column, nextEnd).map((text): ComparedLine => ({ sign: '+', text })));
    const text = before[oldEnd];
    if (text !== undefined && nextEnd < after.length) lines.push({ sign: ' ', text });
    [row, column] = [oldEnd + 1, nextEnd + 1];
  }
  return lines;
}
