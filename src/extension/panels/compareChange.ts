import type { Criterion, Evaluation } from '../../core/evaluation/evaluation';
import type { CurrentRating } from '../../core/review/currentRating';
import { showingOf, type ReviewCell, type ReviewOutput } from '../../core/review/session';
import type { Change, Pin } from '../../webviews/compare/contract';
import type { RatingDraft } from './compareModel';

/** The lines that a change appends; best and worst also take the mark from its former holder. */
export function linesFor(
  change: Change,
  output: ReviewOutput,
  cell: ReviewCell,
  before: (output: ReviewOutput) => CurrentRating | undefined,
  evaluation: Evaluation,
): readonly RatingDraft[] {
  const showing = showingOf(output);
  const own = before(output);
  switch (change.kind) {
    case 'answer':
      return [{ showing, answers: { [change.criterion]: change.value }, ...(change.pins && { pins: change.pins }) }];
    case 'pins':
      return [{ showing, answers: countAfter(change.pins, own, evaluation), pins: change.pins }];
    case 'failureModes':
      return [{ showing, answers: {}, failureModes: change.modes }];
    case 'note':
      return [{ showing, answers: {}, note: change.note }];
    case 'flag':
      return [{ showing, answers: {}, flagged: change.on }];
    case 'best':
    case 'worst':
      return markLines(change.kind, change.on, output, cell, before);
  }
}

/** What brings back the state before the drafts, touching only what they touched. */
export function undoLines(drafts: readonly RatingDraft[], before: ReadonlyMap<string, CurrentRating | undefined>): readonly RatingDraft[] {
  return drafts.map((draft) => {
    const old = before.get(draft.showing);
    return {
      showing: draft.showing,
      answers: Object.fromEntries(Object.keys(draft.answers).map((criterion) => [criterion, old?.answers[criterion] ?? null])),
      ...(draft.failureModes && { failureModes: old?.failureModes ?? [] }),
      ...(draft.pins && { pins: old?.pins ?? [] }),
      ...(draft.note !== undefined && { note: old?.note ?? '' }),
      ...(draft.flagged !== undefined && { flagged: old?.flagged ?? false }),
      ...(draft.best !== undefined && { best: old?.best ?? false }),
      ...(draft.worst !== undefined && { worst: old?.worst ?? false }),
    };
  });
}

/** Messages are data: an answer that the evaluation does not know is refused. */
export function isValidChange(change: Change, { criteria, failureModes }: Evaluation): boolean {
  switch (change.kind) {
    case 'answer': {
      const criterion = criteria.find(({ id }) => id === change.criterion);
      return criterion !== undefined && (change.value === null || isAnswerTo(criterion, change.value)) && (change.pins ?? []).every(isPin);
    }
    case 'pins':
      return change.pins.length <= 50 && change.pins.every(isPin);
    case 'failureModes':
      return change.modes.every((mode) => failureModes.includes(mode));
    case 'note':
      return typeof change.note === 'string' && change.note.length <= 10_000;
    default:
      return typeof change.on === 'boolean';
  }
}

/** "identity preservation set to 4" */
export function changeText(change: Change, { criteria }: Evaluation): string {
  switch (change.kind) {
    case 'answer': {
      const label = criteria.find(({ id }) => id === change.criterion)?.label.toLowerCase() ?? change.criterion;
      return change.value === null ? `${label} cleared` : `${label} set to ${answerText(change.value)}`;
    }
    case 'pins':
      return `${change.pins.length} ${change.pins.length === 1 ? 'artifact' : 'artifacts'} pinned`;
    case 'failureModes':
      return change.modes.length === 0 ? 'no failure modes' : change.modes.join(', ').toLowerCase();
    case 'note':
      return change.note === '' ? 'note removed' : 'note written';
    case 'flag':
      return change.on ? 'flagged' : 'flag removed';
    case 'best':
    case 'worst':
      return change.on ? `${change.kind} of the cell` : `no longer ${change.kind}`;
  }
}

/** Where a save failure is told: the criterion, or the kind of change. */
export function rowOf(change: Change): string {
  return change.kind === 'answer' ? change.criterion : change.kind;
}

function countAfter(pins: readonly Pin[], own: CurrentRating | undefined, { criteria }: Evaluation): RatingDraft['answers'] {
  const criterion = criteria.find(({ kind }) => kind === 'count');
  if (!criterion) return {};
  const counted = own?.answers[criterion.id];
  const followsPins = typeof counted !== 'number' || counted === own?.pins.length;
  return { [criterion.id]: followsPins ? pins.length : Math.max(counted, pins.length) };
}

function markLines(kind: 'best' | 'worst', on: boolean, output: ReviewOutput, cell: ReviewCell, before: (output: ReviewOutput) => CurrentRating | undefined): readonly RatingDraft[] {
  const other = kind === 'best' ? 'worst' : 'best';
  const alsoOther = on && before(output)?.[other];
  const own: RatingDraft = { showing: showingOf(output), answers: {}, [kind]: on, ...(alsoOther && { [other]: false }) };
  const former = on ? cell.outputs.filter((candidate) => candidate !== output && before(candidate)?.[kind]) : [];
  return [own, ...former.map((candidate): RatingDraft => ({ showing: showingOf(candidate), answers: {}, [kind]: false }))];
}

function isAnswerTo(criterion: Criterion, value: number | boolean): boolean {
  if (criterion.kind === 'yesNo') return typeof value === 'boolean';
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return criterion.kind === 'count' ? value >= 0 && value <= 99 : value >= criterion.minimum && value <= criterion.maximum;
}

function isPin({ x, y, type }: Pin): boolean {
  return [x, y].every((place) => typeof place === 'number' && place >= 0 && place <= 1) && typeof type === 'string' && type.length <= 40;
}

function answerText(value: number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}
