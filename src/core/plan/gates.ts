import type { GateLine } from './collector';
import { UniqueNames } from './identity';
import type { Gate } from './plan';
import { readReferences, type References } from './references';
import type { Reports } from './reports';

/** Where a run is to stop and ask: `After Task 1.3: …`, `**Checkpoint**: …`, and tasks called "Checkpoint". */
export function readGates(lines: readonly GateLine[], references: References, reports: Reports): readonly Gate[] {
  const names = new Map<string, number>();
  const ids = new UniqueNames();
  return lines.flatMap((line) => {
    const found = line.taskId === undefined ? named(line, references, reports) : { taskId: line.taskId, text: line.text };
    if (!found) return [];
    const count = (names.get(found.taskId) ?? 0) + 1;
    names.set(found.taskId, count);
    const id = ids.take(count === 1 ? `gate:${found.taskId}` : `gate:${found.taskId}:${count}`);
    return [{ id, afterTaskId: found.taskId, text: found.text, line: line.line }];
  });
}

function named({ text, line }: GateLine, references: References, reports: Reports): { readonly taskId: string; readonly text: string } | undefined {
  const start = /^after\s+(?:completing\s+)?/i.exec(text)?.[0].length ?? 0;
  const [reference] = readReferences(text, start);
  const taskId = reference && references.find(reference)?.at(-1);
  if (!reference || taskId === undefined) {
    reports.add('warning', 'unknown-task', 'This checkpoint names a task that is not in the plan. Correct the number.', line);
    return undefined;
  }
  const words = text.slice(reference.end).replace(/^\s*[:\u2013\u2014-]+\s*/, '');
  return { taskId, text: words || text };
}
