import type { Task } from '../plan/plan';

export interface MessageParts {
  /** Name of the plan's change: `qwen-ecosystem-validation`. */
  readonly change: string;
  readonly task: Pick<Task, 'id' | 'title'> | undefined;
}

/** Fills `${change}`, `${task}` and `${title}` of the setting's template; what it does not know stays as written. */
export function commitMessage(template: string, { change, task }: MessageParts): string {
  const words: Readonly<Record<string, string>> = { change, task: task?.id ?? '', title: task?.title ?? '' };
  const filled = template.replace(/\$\{(\w+)\}/g, (whole, name: string) => words[name]?.replace(/\s+/g, ' ') ?? whole).trim();
  return filled === '' ? `docs(${change}): update the evaluation` : filled;
}
