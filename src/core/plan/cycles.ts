import type { DependencyRule } from './plan';

/** The rules that take part in a circle (or stand between two), each with two tasks that wait for each other. */
export function rulesInCycles(rules: readonly DependencyRule[]): readonly { readonly rule: DependencyRule; readonly tasks: readonly [string, string] }[] {
  const different = withoutRepetitions(rules);
  const graph = new Graph(different);
  graph.trim('before');
  graph.trim('after');
  return different.flatMap((rule, index) => {
    const after = rule.after.find((id) => graph.hasTask(id));
    const before = rule.before.find((id) => graph.hasTask(id));
    return graph.hasRule(index) && after !== undefined && before !== undefined ? [{ rule, tasks: [after, before] }] : [];
  });
}

/** A plan that says the same sentence a hundred times means it once. */
function withoutRepetitions(rules: readonly DependencyRule[]): readonly DependencyRule[] {
  const seen = new Map<readonly string[], Set<readonly string[]>>();
  return rules.filter(({ after, before }) => {
    const others = seen.get(after) ?? new Set();
    if (others.has(before)) return false;
    seen.set(after, others.add(before));
    return true;
  });
}

type Side = 'before' | 'after';

/** Tasks and rules as nodes: as many edges as the rules have ids, however many pairs of tasks that makes. */
class Graph {
  private readonly rules: readonly DependencyRule[];
  private readonly left = new Set<number>();
  /** Rules that name a task on a side. */
  private readonly uses: Record<Side, Map<string, number[]>> = { before: new Map(), after: new Map() };
  private readonly tasks = new Set<string>();

  constructor(rules: readonly DependencyRule[]) {
    this.rules = rules;
    rules.forEach((rule, index) => {
      this.left.add(index);
      for (const side of ['before', 'after'] as const) {
        for (const id of rule[side]) {
          this.tasks.add(id);
          const users = this.uses[side].get(id);
          if (users) users.push(index);
          else this.uses[side].set(id, [index]);
        }
      }
    });
  }

  hasTask(id: string): boolean {
    return this.tasks.has(id);
  }

  hasRule(index: number): boolean {
    return this.left.has(index);
  }

  /** Takes away, again and again, the tasks that wait for nothing (`before`) or that nothing waits for (`after`). */
  trim(side: Side): void {
    const other: Side = side === 'before' ? 'after' : 'before';
    const holds = new Map<string, number>();
    for (const id of this.tasks) holds.set(id, this.usersOf(other, id).filter((rule) => this.left.has(rule)).length);
    const open = this.rules.map((rule) => rule[side].filter((id) => this.tasks.has(id)).length);
    const free = [...holds].flatMap(([id, count]) => (count === 0 ? [id] : []));
    for (let id = free.pop(); id !== undefined; id = free.pop()) {
      this.tasks.delete(id);
      for (const rule of this.usersOf(side, id)) {
        if (!this.left.has(rule)) continue;
        const rest = (open[rule] ?? 0) - 1;
        open[rule] = rest;
        if (rest > 0) continue;
        this.left.delete(rule);
        for (const next of this.rules[rule]?.[other] ?? []) {
          const count = (holds.get(next) ?? 0) - 1;
          holds.set(next, count);
          if (count === 0 && this.tasks.has(next)) free.push(next);
        }
      }
    }
  }

  private usersOf(side: Side, id: string): readonly number[] {
    return this.uses[side].get(id) ?? [];
  }
}
