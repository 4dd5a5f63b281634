import type { Plan } from '../../../../src/core/plan/plan';
import type { PlanTextEdit } from '../../../../src/core/plan/planStore';

/** Phases with their tasks and steps as nested lists of ids, states and texts, for comparing whole plans at a glance. */
export function shape(plan: Plan): unknown {
  return plan.phases.map(({ id, title, tasks }) => [
    `${id}: ${title}`,
    ...tasks.map((task) => [`${task.id}: ${task.title}`, ...task.steps.map(({ state, text, level }) => `${'  '.repeat(level)}${state} ${text}`)]),
  ]);
}

export function codes({ diagnostics }: Plan): readonly string[] {
  return diagnostics.map(({ code, range }) => `${code} ${range.line + 1}`);
}

/** The text after the edits, applied from the last to the first as an editor does. */
export function edited(text: string, edits: readonly PlanTextEdit[]): string {
  const lines = text.split(/(?<=\r\n|\n|\r(?!\n))/);
  for (const { range, text: replacement } of edits.toReversed()) {
    const line = lines[range.line] ?? '';
    lines[range.line] = line.slice(0, range.start) + replacement + line.slice(range.end);
  }
  return lines.join('');
}

/** The characters that a step's mark range covers, in a text with any line ends. */
export function at(text: string, { line, start, end }: { readonly line: number; readonly start: number; readonly end: number }): string {
  return text.split(/\r\n|\n|\r/)[line]?.slice(start, end) ?? '';
}
