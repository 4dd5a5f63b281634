import type { Evaluation } from '../../evaluation/evaluation';
import { matrixNotes, memoryText, rankedModels, shareText, verdictText } from '../../review/matrixDocument';
import type { ModelSummary } from '../../review/summary';
import type { Results } from '../results';
import { markdownTable, plainText } from '../table';

/** What the figures say against the limits of the evaluation: is it feasible on this machine? */
export function findingsMarkdown({ evaluation, summary }: Results): string {
  return [limitsTable(evaluation, rankedModels(summary)), '', ...matrixNotes(summary).map((note) => `- ${note}`)].join('\n');
}

/** Each model against each limit; what is not proven says so. */
export function limitsTable({ limits }: Evaluation, models: readonly ModelSummary[]): string {
  const header = [
    'Model', 'Peak memory', ...(limits.memoryGigabytes === undefined ? [] : [`Under ${limits.memoryGigabytes} GB`]),
    'Seconds per edit', ...(limits.secondsPerEdit === undefined ? [] : [`Under ${limits.secondsPerEdit} s`]),
    'Same character', ...(limits.sameCharacterShare === undefined ? [] : [`At least ${Math.round(limits.sameCharacterShare * 100)} %`]),
  ];
  const rows = models.map((model) => [
    plainText(model.title), memoryText(model), ...(limits.memoryGigabytes === undefined ? [] : [model.memory ? within(model.memory.peakBytes / 1e9, limits.memoryGigabytes) : 'not run']),
    model.secondsPerEdit?.toFixed(2) ?? 'not run', ...(limits.secondsPerEdit === undefined ? [] : [model.secondsPerEdit === undefined ? 'not run' : within(model.secondsPerEdit, limits.secondsPerEdit)]),
    model.sameCharacter ? shareText(model.sameCharacter.share, model.sameCharacter.interval) : 'not rated',
    ...(limits.sameCharacterShare === undefined ? [] : [verdictText(model.sameCharacter?.verdict) || 'not rated']),
  ]);
  return markdownTable(header, rows);
}

/** Whether every limit is met, and proven to be met where it is about a share. */
export function meetsLimits({ memory, secondsPerEdit, sameCharacter }: ModelSummary, { limits }: Evaluation): boolean {
  if (limits.memoryGigabytes !== undefined && (!memory || memory.peakBytes / 1e9 > limits.memoryGigabytes)) return false;
  if (limits.secondsPerEdit !== undefined && (secondsPerEdit === undefined || secondsPerEdit > limits.secondsPerEdit)) return false;
  return limits.sameCharacterShare === undefined || sameCharacter?.verdict === 'pass';
}

function within(value: number, limit: number): string {
  return value <= limit ? 'yes' : 'no';
}
