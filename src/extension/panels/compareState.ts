import path from 'node:path';
import type { CurrentRating } from '../../core/review/currentRating';
import type { ReviewFocus } from '../../core/review/progress';
import type { ReviewCell, ReviewOutput } from '../../core/review/session';
import type { CellView, CompareState, CriterionView, OutputView, SummaryView } from '../../webviews/compare/contract';
import type { CompareModel } from './compareModel';
import { ownSettings, sharedSettings } from './compareSettings';

/** Everything that the panel may know right now, and nothing more. */
export function buildState(model: CompareModel, focus: ReviewFocus, summarize: () => SummaryView): CompareState {
  const { evaluation, restore } = model.input;
  const cell = model.cells[model.cell];
  const progress = model.marks.progress;
  const summary = progress.total > 0 && progress.rated === progress.total ? summarize() : undefined;
  const { first, marks } = model.marks.around(model.cell);
  const gap = model.marks.gapAfter(model.cell);
  return {
    ...(model.replied !== undefined && { replied: model.replied }),
    restore,
    title: evaluation.name,
    ...(model.cells.length === 0 && { empty: { message: 'There are no outputs to compare yet.', advice: 'Run the step of the plan that edits the pictures, then open this panel again.' } }),
    criteria: evaluation.criteria.map(criterionView),
    ...(focus !== undefined && { focus }),
    failureModes: evaluation.failureModes,
    blind: !model.revealed,
    cell: cell && cellView(model, cell),
    ...(model.wanted && { wanted: true }),
    cells: marks,
    firstCell: first,
    cellCount: model.cells.length,
    ...(gap !== undefined && { nextGap: gap }),
    progress,
    save: model.save,
    ...(model.last && { last: model.last }),
    prefetch: prefetch(model),
    brokenLines: model.ledger.brokenLines,
    ...(summary && { summary }),
    ...(model.votes && { vote: model.votes.view() }),
    ...(model.elsewhere && { elsewhere: true }),
    ...(model.input.keys && { keys: model.input.keys }),
  };
}

/** A, B, … Z, AA, AB */
export function letterOf(place: number): string {
  const last = String.fromCharCode(65 + (place % 26));
  return place < 26 ? last : letterOf(Math.floor(place / 26) - 1) + last;
}

function cellView(model: CompareModel, cell: ReviewCell): CellView {
  const { width, height, sha256 } = cell.outputs[0]?.generation.picture ?? { width: 1, height: 1, sha256: '' };
  const sourceFace = model.faces.get(sha256);
  return {
    index: model.cell,
    picture: path.posix.basename(cell.picture.replaceAll('\\', '/')),
    kind: kindLabels[cell.edit.kind] ?? 'Edit',
    prompt: cell.edit.prompt,
    settings: sharedSettings(cell.outputs.map(({ generation }) => generation)),
    aligned: cell.edit.kind !== 'angle',
    source: { picture: model.pictures.idOf(cell.sourcePath), width, height, ...(sourceFace && { face: sourceFace }), ...(model.clipped.has(cell.sourcePath) && { clipped: true }) },
    outputs: cell.outputs.map((output, place) => outputView(model, output, letterOf(place))),
  };
}

export const kindLabels: Readonly<Record<string, string>> = { angle: 'Camera angle', background: 'Background', lighting: 'Light', style: 'Style' };

function outputView(model: CompareModel, output: ReviewOutput, letter: string): OutputView {
  const { id, modelId } = output.generation;
  const rating = model.ratingOf(output);
  const rated = model.isRated(output);
  const face = model.faces.get(model.faceKeyOf(output));
  const entry = model.input.evaluation.models.find((candidate) => candidate.id === modelId);
  return {
    letter,
    picture: model.unreadable.has(id) ? undefined : model.pictures.idOf(output.outputPath, output.anchor),
    ...(face && { face }),
    ...saidOf(rating),
    rated,
    changed: model.ledger.setAside.has(id) && !rated,
    remarks: rated ? remarksOf(model, output) : [],
    ...(model.revealed && { model: output.anchor ? anchorNames[output.anchor] : (entry?.title ?? modelId), ...(!output.anchor && { settings: ownSettings(output.generation) }) }),
  };
}

function saidOf(rating: CurrentRating | undefined): Pick<OutputView, 'answers' | 'failureModes' | 'pins' | 'note' | 'flagged' | 'best' | 'worst'> {
  if (!rating) return { answers: {}, failureModes: [], pins: [], note: '', flagged: false, best: false, worst: false };
  const { answers, failureModes = [], pins, note, flagged, best, worst } = rating;
  return { answers, failureModes, pins, note, flagged, best, worst };
}

/** What was measured, in a word each; told only of rated outputs, because it would steer the score. */
function remarksOf(model: CompareModel, output: ReviewOutput): readonly string[] {
  if (model.sha256Of(output) === output.generation.picture.sha256) return ['Unchanged'];
  return model.flags.get(output.generation.id) ?? [];
}

const anchorNames = { source: 'Untouched source', degraded: 'Degraded output' } as const;

/** The next cell's pictures, in the order of its letters. */
function prefetch(model: CompareModel): readonly string[] {
  const next = model.cells[model.cell + 1];
  if (!next) return [];
  return [next.sourcePath, ...next.outputs].map((shown) => (typeof shown === 'string' ? model.pictures.idOf(shown) : model.pictures.idOf(shown.outputPath, shown.anchor)));
}

function criterionView(criterion: CompareModel['input']['evaluation']['criteria'][number]): CriterionView {
  const { id, label } = criterion;
  if (criterion.kind !== 'scale') return { kind: criterion.kind, id, label };
  const { minimum, maximum, anchors } = criterion;
  return { kind: 'scale', id, label, minimum, maximum, ...(anchors && { anchors }) };
}
