import type { TaskDraft } from './outline';
import type { Phase, Task } from './plan';

/** What a reference such as `Task 2.4`, `3.x`, `T001`, `Phase 2` stands for: ids of tasks, in file order. */
export class References {
  private readonly byNumber = new Map<string, readonly string[]>();
  private readonly byPrefix = new Map<string, string[]>();
  private readonly byPhase = new Map<string, readonly string[]>();
  private readonly order = new Map<string, number>();

  constructor(drafts: readonly TaskDraft[], stepNumbers: ReadonlyMap<string, string>, phases: readonly Phase[]) {
    for (const { task, number } of drafts) {
      this.order.set(task.id, this.order.size);
      if (number !== undefined) this.addTask(task, number.toLowerCase());
    }
    for (const [number, taskId] of stepNumbers) if (!this.byNumber.has(number)) this.byNumber.set(number, [taskId]);
    for (const phase of phases) {
      const key = phase.id.toLowerCase();
      if (!this.byPhase.has(key)) this.byPhase.set(key, phase.tasks.map(({ id }) => id));
    }
  }

  /** Undefined when there is no such task or phase. */
  find({ kind, name, last }: Reference): readonly string[] | undefined {
    const key = name.toLowerCase();
    if (kind === 'phase') return this.byPhase.get(key);
    const prefix = /^(.+)\.[x*]$/.exec(key)?.[1];
    if (prefix !== undefined) return this.byPrefix.get(prefix) ?? this.byPhase.get(prefix);
    if (last !== undefined) return this.between(key, last.toLowerCase());
    return this.byNumber.get(key) ?? this.byPhase.get(key);
  }

  private addTask({ id }: Pick<Task, 'id'>, number: string): void {
    if (!this.byNumber.has(number)) this.byNumber.set(number, [id]);
    let prefix = number;
    for (let depth = 0; depth < 8; depth++) {
      const dot = prefix.lastIndexOf('.');
      if (dot < 0) return;
      prefix = prefix.slice(0, dot);
      const tasks = this.byPrefix.get(prefix);
      if (tasks) tasks.push(id);
      else this.byPrefix.set(prefix, [id]);
    }
  }

  private between(first: string, last: string): readonly string[] | undefined {
    const from = this.order.get(this.byNumber.get(first)?.[0] ?? '');
    const to = this.order.get(this.byNumber.get(last)?.[0] ?? '');
    if (from === undefined || to === undefined || from > to || to - from > 1000) return undefined;
    return [...this.order.keys()].slice(from, to + 1);
  }
}

export interface Reference {
  readonly kind: 'task' | 'phase';
  readonly name: string;
  /** Of a range such as `T001-T004`. */
  readonly last: string | undefined;
  /** Offsets in the text that was read. */
  readonly start: number;
  readonly end: number;
}

/** The references that a text begins with at `from`: "Task 1.3, 1.4 and Phase 2"; ends at the first other word. */
export function readReferences(text: string, from = 0): readonly Reference[] {
  const found: Reference[] = [];
  let kind: Reference['kind'] = 'task';
  referencePattern.lastIndex = from;
  for (let match = referencePattern.exec(text); match && found.length < 1000; match = referencePattern.exec(text)) {
    const [whole, separator = '', word, name, last] = match;
    if (name === undefined || (found.length > 0 && separator.trim() === '' && word === undefined)) break;
    if (word !== undefined) kind = /^phase/i.test(word) ? 'phase' : 'task';
    const end = match.index + whole.length;
    found.push({ kind, name, last, start: end - whole.slice(separator.length).length, end });
  }
  return found;
}

const referencePattern =
  /([\s,;&+*_`#]*(?:and\s+|or\s+)?[*_`]*)(?:(tasks?|phases?|steps?)\s+)?[*_`#]*([A-Z]{1,5}-?\d+|\d+(?:\.\d+)*(?:\.[xX*](?!\w))?)(?![A-Za-z0-9/]|\.\d)(?:\s*(?:-|\u2013|to)\s*([A-Z]{1,5}-?\d+|\d+(?:\.\d+)+)(?![A-Za-z0-9/]|\.\d))?/iy;
