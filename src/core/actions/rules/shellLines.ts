import type { ShellBlock, Task } from '../../plan/plan';
import { hubCommandOf } from './hubCommand';

export interface TiedBlock {
  readonly stepId: string;
  /** Index of the block in the task. */
  readonly block: number;
  /** 1-based lines of the block, ascending. */
  readonly lines: readonly number[];
}

/**
 * Gives every line of a task's shell blocks to one of its steps, in the order of both: "Install PyTorch" gets the line
 * that installs torch. Lines that no step speaks of (`cd`, `export`) go with the next line that one does.
 */
export function tieLines(task: Task): readonly TiedBlock[] {
  return task.blocks.flatMap((block, index) => tieBlock(task, block, index));
}

function tieBlock(task: Task, block: ShellBlock, blockIndex: number): readonly TiedBlock[] {
  const runnable = block.lines.flatMap((line, index) => (line.trim() === '' || hubCommandOf(line) ? [] : [{ line, number: index + 1 }]));
  if (runnable.length === 0) return [];
  const steps = task.steps.filter((step) => !/^(?:verify|check|ensure|confirm|document|note|review)\b/i.test(step.text));
  const first = steps[0];
  if (!first) return [];
  if (steps.length === 1) return [{ stepId: first.id, block: blockIndex, lines: runnable.map(({ number }) => number) }];

  const scores = runnable.map(({ line }) => steps.map((step) => overlap(words(step.text), words(line))));
  if (scores.every((row) => row.every((score) => score === 0))) {
    if (steps.length !== runnable.length) return [{ stepId: first.id, block: blockIndex, lines: runnable.map(({ number }) => number) }];
    return runnable.map(({ number }, index) => ({ stepId: steps[index]?.id ?? first.id, block: blockIndex, lines: [number] }));
  }
  const owners = inOrder(scores);
  return steps.flatMap((step, index) => {
    const lines = runnable.flatMap(({ number }, line) => (owners[line] === index ? [number] : []));
    return lines.length > 0 ? [{ stepId: step.id, block: blockIndex, lines }] : [];
  });
}

/** The step of each line: those that a step speaks of in the best order, the rest with the next of them, or the last. */
function inOrder(scores: readonly (readonly number[])[]): readonly number[] {
  const telling = scores.flatMap((row, line) => (row.some((score) => score > 0) ? [line] : []));
  const owners = bestPath(telling.map((line) => scores[line] ?? []));
  return scores.map((_row, line) => {
    const next = telling.findIndex((other) => other >= line);
    return owners[next < 0 ? owners.length - 1 : next] ?? 0;
  });
}

/** The assignment of rows to columns that never goes back, with the largest sum of scores. */
function bestPath(scores: readonly (readonly number[])[]): readonly number[] {
  const best: { readonly sum: number; readonly from: number }[][] = [];
  for (const row of scores) {
    const before = best.at(-1);
    let running = { sum: -1, from: 0 };
    best.push(
      row.map((score, step) => {
        const sum = before?.[step]?.sum ?? 0;
        if (sum > running.sum) running = { sum, from: step };
        return { sum: running.sum + score, from: running.from };
      }),
    );
  }
  let step = (best.at(-1) ?? []).reduce((top, cell, index, row) => (cell.sum > (row[top]?.sum ?? 0) ? index : top), 0);
  const owners: number[] = [];
  for (const row of best.toReversed()) {
    owners.unshift(step);
    step = row[step]?.from ?? 0;
  }
  return owners;
}

function overlap(step: ReadonlySet<string>, line: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of step) if (line.has(word)) shared += fillers.has(word) ? 0.1 : 1;
  return shared;
}

/** Words that both sides use so often that they tell little. */
const fillers = new Set(['install', 'create', 'run', 'python', 'pip']);

function words(text: string): ReadonlySet<string> {
  const lower = text.toLowerCase();
  const found = new Set(lower.split(/[^a-z0-9]+/).filter((word) => word.length > 2));
  for (const [pattern, meaning] of meanings) if (pattern.test(lower)) for (const word of meaning) found.add(word);
  return found;
}

/** What people write beside what commands say. */
const meanings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/pytorch|\btorch\b/, ['torch']],
  [/virtual environment|\bvenv\b/, ['venv']],
  [/activate/, ['enterenvironment']],
  [/create\b.*environment|-m venv/, ['makeenvironment']],
  [/image processing|pillow|opencv/, ['pictures']],
  [/hugging ?face/, ['huggingface']],
  [/\bhub\b|huggingface_hub/, ['hub']],
  [/dependenc|requirements\.txt|npm (?:ci|install)/, ['dependencies']],
  [/\btests?\b|pytest|vitest|npm test/, ['test']],
  [/\bbuild\b/, ['build']],
  [/clone|git clone/, ['clone']],
];
