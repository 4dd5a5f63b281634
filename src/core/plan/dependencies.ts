import type { Statement } from './collector';
import type { DependencyRule } from './plan';
import { readReferences, type Reference, type References } from './references';
import type { Reports } from './reports';

/**
 * The rules that a plan states in words: "Task 3.x depends on Task 2.x" wherever it stands, `(depends on T001)`,
 * `_Depends: 1.1_` and `**Depends on**:` of the task that they stand in. Nothing else is taken for a dependency.
 */
export function readDependencies(statements: readonly Statement[], references: References, reports: Reports): readonly DependencyRule[] {
  const resolver = new Resolver(references, reports);
  return statements.flatMap((statement) => {
    const said = sayings(statement);
    return said ? resolver.rule(statement, said.after, said.before) : [];
  });
}

/** Ids that all rules together may name; hostile plans could else make rules grow with the square of their size. */
export const mostReferences = 200_000;

interface Saying {
  /** Undefined: the task that the statement stands in. */
  readonly after: readonly Reference[] | undefined;
  readonly before: readonly Reference[];
}

function sayings({ text, isList }: Statement): Saying | undefined {
  if (text.length > longestStatement) return undefined;
  if (isList) return own(readReferences(text));
  const inside = /\(\s*depend(?:s|ing|ent)?\s+on:?\s+/i.exec(text) ?? /_Depend(?:s(?:\s+on)?|encies)\s*:\s*/i.exec(text) ?? /^[*_]*depends\s+on[*_]*:[*_]*\s*/i.exec(text);
  if (inside) return own(readReferences(text, inside.index + inside[0].length));
  const verb = /\s+depends?\s+on\s+/i.exec(text);
  if (!verb) return undefined;
  const after = readReferences(text);
  const last = after.at(-1);
  if (!last || !/^[*_`]*(?:\s*\([^)]*\))?$/.test(text.slice(last.end, verb.index))) return undefined;
  return { after, before: readReferences(text, verb.index + verb[0].length) };
}

const longestStatement = 4000;

function own(before: readonly Reference[]): Saying {
  return { after: undefined, before };
}

class Resolver {
  /** Ids in all rules so far. */
  private named = 0;
  private saidTooMuch = false;
  /** What one and the same sentence came to before, so that repetitions share their lists. */
  private readonly resolved = new Map<string, Pick<DependencyRule, 'after' | 'before'>>();

  constructor(
    private readonly references: References,
    private readonly reports: Reports,
  ) {}

  rule(statement: Statement, after: readonly Reference[] | undefined, before: readonly Reference[]): readonly DependencyRule[] {
    const { text, line } = statement;
    const known = after && this.resolved.get(text);
    if (known) return [{ text, line, ...known }];
    if (this.isTooMuch(line)) return [];
    const unknown = this.reports.all.length;
    const later = after ? this.resolve(statement, after) : statement.taskId === undefined ? [] : [statement.taskId];
    const earlier = this.resolve(statement, before);
    const rule = withoutOverlap(later, earlier, !before.concat(after ?? []).some(isSeveral));
    this.named += rule.after.length + rule.before.length;
    if (rule.after.length === 0 || rule.before.length === 0) return [];
    if (after && this.reports.all.length === unknown) this.resolved.set(text, rule);
    return [{ text, line, ...rule }];
  }

  private resolve(statement: Statement, references: readonly Reference[]): readonly string[] {
    const lists = references.map((reference) => {
      const found = this.references.find(reference);
      if (!found || found.length === 0) this.reportUnknown(statement, reference);
      return found ?? [];
    });
    const [first] = lists;
    if (lists.length === 1 && first) return first;
    return [...new Set(lists.flat())];
  }

  private isTooMuch(line: number): boolean {
    if (this.named <= mostReferences) return false;
    if (!this.saidTooMuch) {
      this.reports.add('warning', 'too-many-dependencies', 'This plan names too many dependencies; this one and those below are left out.', line);
    }
    this.saidTooMuch = true;
    return true;
  }

  private reportUnknown({ line, column }: Statement, { kind, name, start, end }: Reference): void {
    this.reports.all.push({
      severity: 'warning',
      code: 'unknown-task',
      message: `There is no ${kind} ${name} in this plan. Correct the number, or take the dependency out.`,
      range: { line, start: column + start, end: column + end },
    });
  }
}

/** A wildcard never means that a task waits for itself; a task named on both sides does. */
function withoutOverlap(after: readonly string[], before: readonly string[], named: boolean): Pick<DependencyRule, 'after' | 'before'> {
  if (named) return { after, before };
  const earlier = new Set(before);
  return { after: after.some((id) => earlier.has(id)) ? after.filter((id) => !earlier.has(id)) : after, before };
}

function isSeveral({ kind, name, last }: Reference): boolean {
  return kind === 'phase' || last !== undefined || /\.[xX*]$/.test(name);
}
