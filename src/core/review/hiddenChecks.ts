import type { ReviewChecks } from '../evaluation/evaluation';
import type { AnchorKind } from './rating';
import { cellOf, shuffled, type ReviewCell, type ReviewOutput } from './session';

/**
 * Hides checks of the rater among the cells: anchors whose score is known beforehand, and cells that come a second time,
 * with other letters, after at least half of the session. Which ones follows from the seed alone.
 */
export function withHiddenChecks(cells: readonly ReviewCell[], seed: string, { anchors = 0, repeats = 0 }: ReviewChecks = {}): readonly ReviewCell[] {
  const half = Math.ceil(cells.length / 2);
  const again = shuffled(cells.slice(0, half), ({ key }) => key, `${seed}/repeats`).slice(0, Math.round(cells.length * repeats));
  // A cell that comes again has no anchor, which would be known the second time.
  const once = cells.filter((cell) => !again.includes(cell));
  const anchored = new Map(shuffled(once, ({ key }) => key, `${seed}/anchors`).slice(0, anchors).map(({ key }, index) => [key, index % 2 === 0 ? 'source' : 'degraded'] as const));
  const first = cells.map((cell) => {
    const kind = anchored.get(cell.key);
    return kind ? withAnchor(cell, kind, seed) : cell;
  });
  return withRepeats(first, again, seed);
}

function withAnchor(cell: ReviewCell, kind: AnchorKind, seed: string): ReviewCell {
  const [shown] = shuffled(cell.outputs, ({ generation }) => generation.id, `${seed}/shown/${cell.key}`);
  return shown ? cellOf(cell.key, [...cell.outputs, anchorOf(shown, kind)], seed) : cell;
}

/** No model made it, so its id is none of a generation, and what is known of a run is left as it was in the cell. */
function anchorOf(output: ReviewOutput, anchor: AnchorKind): ReviewOutput {
  const { generation } = output;
  const { picture } = generation;
  const shown = anchor === 'source' ? { ...generation.output, sha256: picture.sha256, width: picture.width, height: picture.height } : generation.output;
  return {
    generation: { ...generation, id: `anchor-${anchor}/${generation.id.slice(generation.id.indexOf('/') + 1)}`, modelId: '', output: shown },
    outputPath: anchor === 'source' ? output.sourcePath : output.outputPath,
    sourcePath: output.sourcePath,
    anchor,
  };
}

/** Cells of the first half come again in the second, spread over it, and never right after themselves. */
function withRepeats(cells: readonly ReviewCell[], again: readonly ReviewCell[], seed: string): readonly ReviewCell[] {
  const places = shuffled(cells.slice(Math.ceil(cells.length / 2)), ({ key }) => key, `${seed}/places`).map(({ key }) => key);
  const after = new Map<string | undefined, ReviewCell[]>();
  again.forEach((cell, index) => {
    const place = places.length > 0 ? places[index % places.length] : cells.at(-1)?.key;
    after.set(place, [...(after.get(place) ?? []), repeated(cell, seed)]);
  });
  return cells.flatMap((cell) => [cell, ...(after.get(cell.key) ?? [])]);
}

function repeated(cell: ReviewCell, seed: string): ReviewCell {
  const outputs = cell.outputs.map((output): ReviewOutput => ({ ...output, repeat: true }));
  return cellOf(`${cell.key}/again`, outputs, seed);
}
