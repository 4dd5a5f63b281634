import type { Link } from '../../core/actions/action';
import type { Task } from '../../core/plan/plan';

/** The shell lines that a step is linked to, for the clipboard or a terminal; placeholders stay as written. */
export function commandLines(task: Task, { action, arguments: args }: Link): readonly string[] {
  if (action !== 'shell' && action !== 'check' && action !== 'directories' && action !== 'download' && action !== 'login') return [];
  if (args.command !== undefined) return [args.command];
  const block = task.blocks[Number(args.block ?? 0)];
  if (!block || (action !== 'shell' && args.block === undefined)) return [];
  const wanted = args.lines === undefined ? undefined : numbersIn(args.lines);
  return block.lines.filter((line, index) => line.trim() !== '' && (wanted?.has(index + 1) ?? true));
}

/** "1-2,4" as 1, 2 and 4. */
function numbersIn(text: string): ReadonlySet<number> {
  const numbers = new Set<number>();
  for (const part of text.split(',')) {
    const [from = Number.NaN, to = from] = part.split('-').map(Number);
    for (let line = from; line <= to && line - from < 10_000; line++) numbers.add(line);
  }
  return numbers;
}
