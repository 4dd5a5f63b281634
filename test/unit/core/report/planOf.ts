import type { Plan, Step, StepState, Task } from '../../../../src/core/plan/plan';

export interface TaskDraft {
  readonly id: string;
  readonly title: string;
  readonly minutes?: readonly [number, number];
  readonly deliverable?: string;
  readonly steps: readonly (readonly [text: string, state: StepState, details?: readonly string[]])[];
}

/** A plan made of drafts, a phase for each leading number of the tasks' ids. */
export function planOf(drafts: readonly TaskDraft[], title = 'Small plan'): Plan {
  let line = 0;
  const tasks: Task[] = drafts.map((draft) => {
    const phaseId = draft.id.split('.')[0] ?? '1';
    const steps = draft.steps.map(([text, state, details = []], ordinal): Step => {
      line++;
      const markRange = { line, start: 3, end: 4 };
      return {
        id: `${draft.id}/${ordinal}`, taskId: draft.id, phaseId, ordinal, text, state, mark: ' ', markRange, line, level: 0, parentId: undefined,
        details: details.map((detail) => ({ text: detail, line })), optional: false, parallel: false, override: undefined,
      };
    });
    const estimate = draft.minutes && { minimumMinutes: draft.minutes[0], maximumMinutes: draft.minutes[1], text: '', line };
    return {
      id: draft.id, title: draft.title, phaseId, line, endLine: line, fields: [], estimate, deliverable: draft.deliverable, blocks: [], steps,
      notes: [], parallel: false,
    };
  });
  const steps = tasks.flatMap((task) => task.steps);
  const phases = [...new Set(tasks.map((task) => task.phaseId))].map((id) => ({
    id, title: `Phase ${id}`, line: 0, endLine: line, tasks: tasks.filter((task) => task.phaseId === id),
  }));
  const withState = (state: StepState): number => steps.filter((step) => step.state === state).length;
  return {
    title, dialect: 'evalmark', phases, tasks, steps, dependencies: [], gates: [], legend: undefined, parallelizable: undefined,
    criticalPath: undefined, diagnostics: [],
    counts: { phases: phases.length, tasks: tasks.length, steps: steps.length, done: withState('done'), doing: withState('doing'), failed: withState('failed') },
  };
}
