import { stepAddress } from '../plan/address';
import type { Step } from '../plan/plan';
import type { PlanEdit } from '../plan/planStore';
import type { Outcome } from '../outcome';

/** What an outcome writes into the plan: the mark, a remark, a note. */
export function outcomeEdits(step: Step, outcome: Outcome): readonly PlanEdit[] {
  const address = stepAddress(step);
  switch (outcome.kind) {
    case 'done':
      return [
        { kind: 'mark', step: address, state: 'done' },
        ...(outcome.remark ? [{ kind: 'remark', step: address, text: outcome.remark } as const] : []),
        ...(outcome.note ? [{ kind: 'note', taskId: step.taskId, name: noteName(step.text), lines: outcome.note } as const] : []),
      ];
    case 'failed':
      return [{ kind: 'mark', step: address, state: 'failed' }];
    case 'cancelled':
    case 'needsPerson':
      return [{ kind: 'mark', step: address, state: step.state === 'doing' ? 'todo' : step.state }];
  }
}

/** "Note storage location (…)" keeps its note under `note-storage-location`, however often it runs. */
function noteName(text: string): string {
  return text.toLowerCase().match(/[a-z0-9]+/g)?.slice(0, 3).join('-') ?? 'note';
}
