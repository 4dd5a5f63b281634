import type { CellMark, CellView, CompareState, OutputView } from './contract';

/** Where rating goes on when an output has all its answers. */
export type Target = { readonly kind: 'output'; readonly letter: string } | { readonly kind: 'cell'; readonly index: number } | { readonly kind: 'done' };

/** The next unrated output of the cell, else the next cell with gaps, else the end. Both go round. */
export function nextTarget(state: CompareState, letter: string): Target {
  const outputs = state.cell?.outputs ?? [];
  const after = rotated(outputs, outputs.findIndex((output) => output.letter === letter) + 1);
  const open = after.find(needsRating);
  if (open) return { kind: 'output', letter: open.letter };
  return state.nextGap === undefined ? { kind: 'done' } : { kind: 'cell', index: state.nextGap };
}

/** Where a cell opens: at its first gap. */
export function firstLetter(cell: CellView): string {
  return (cell.outputs.find(needsRating) ?? cell.outputs.find(({ picture }) => picture !== undefined) ?? cell.outputs[0])?.letter ?? 'A';
}

/** The question that waits: the first without an answer, in the order of the criteria. */
export function openRow(state: CompareState, output: OutputView | undefined): string | undefined {
  return state.criteria.find(({ id }) => output?.answers[id] === undefined)?.id;
}

/** Outputs sorted by how well they were rated, for looking at neighbours; unrated ones last. */
export function byScore(state: CompareState): readonly OutputView[] {
  const score = ({ answers }: OutputView): number => state.criteria.reduce((sum, { id, kind }) => sum + (kind === 'scale' ? Number(answers[id] ?? -100) : 0), 0);
  return [...(state.cell?.outputs ?? [])].sort((left, right) => score(right) - score(left) || left.letter.localeCompare(right.letter));
}

export function hasGaps({ rated, outputs }: CellMark): boolean {
  return rated < outputs;
}

function needsRating({ rated, picture }: OutputView): boolean {
  return !rated && picture !== undefined;
}

function rotated<Item>(items: readonly Item[], start: number): readonly Item[] {
  return [...items.slice(start), ...items.slice(0, start)];
}
