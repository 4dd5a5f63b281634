import { actionNames } from '../../core/actions/action';
import { argumentsOf } from '../../core/actions/actionArguments';
import { isActionName } from '../../core/actions/link';
import { linkCommentText } from '../../core/plan/linkComment';
import type { LineRange, Plan } from '../../core/plan/plan';

/** One change of a plan's text that puts a problem right. */
export interface TextFix {
  readonly title: string;
  /** Half-open; 0-based lines and UTF-16 columns. An `endLine` behind the last line means its end. */
  readonly line: number;
  readonly start: number;
  readonly endLine: number;
  readonly end: number;
  readonly text: string;
}

export interface FixableProblem {
  readonly code: string;
  readonly range: LineRange;
}

export interface PlanText {
  readonly lineCount: number;
  line(index: number): string;
}

/** Fixes that are an edit of the text, the likeliest first. */
export function textFixes(problem: FixableProblem, text: PlanText, plan: Plan): readonly TextFix[] {
  switch (problem.code) {
    case 'fence-never-closed':
      return closeFence(problem.range.line, text);
    case 'unknown-task':
      return [...otherTasks(problem.range, text, plan), ...withoutDependency(problem.range.line, text)];
    case 'dependency-cycle':
      return withoutDependency(problem.range.line, text);
    case 'unknown-action':
    case 'unknown-argument':
    case 'unknown-value':
      return otherLinks(problem, plan);
    case 'no-steps':
    case 'empty-plan':
      return firstStep(text);
    default:
      return [];
  }
}

/** Where reading takes the fence to end: before the next heading, or at the end. */
function closeFence(line: number, text: PlanText): readonly TextFix[] {
  const opening = /^([\s>]*)(`{3,}|~{3,})/.exec(text.line(line));
  if (!opening) return [];
  let end = line + 1;
  while (end < text.lineCount && !/^ {0,3}#{1,6}\s/.test(text.line(end))) end++;
  while (end > line + 1 && text.line(end - 1).trim() === '') end--;
  const at = text.line(end - 1).length;
  return [{ title: 'Close the code fence', line: end - 1, start: at, endLine: end - 1, end: at, text: `\n${opening[1] ?? ''}${opening[2] ?? ''}` }];
}

function otherTasks({ line, start, end }: LineRange, text: PlanText, plan: Plan): readonly TextFix[] {
  const words = text.line(line).slice(start, end);
  const written = /[A-Z]*\d[\d.xX*]*$/.exec(words)?.[0];
  if (written === undefined) return [];
  const from = start + words.length - written.length;
  return nearest(written, plan.tasks.map(({ id }) => id).filter((id) => /^[A-Z]*\d[\d.]*$/.test(id)))
    .map((id) => ({ title: `Change to ${/^\d/.test(id) ? `Task ${id}` : id}`, line, start: from, endLine: line, end, text: id }));
}

/** The sentence goes where the line says more than that, else the line. */
function withoutDependency(line: number, text: PlanText): readonly TextFix[] {
  const title = 'Take this dependency out';
  const whole = text.line(line);
  const inBrackets = /\s*\((?:depends on|after|needs|requires)\b[^)]*\)/i.exec(whole);
  if (inBrackets) return [{ title, line, start: inBrackets.index, endLine: line, end: inBrackets.index + inBrackets[0].length, text: '' }];
  if (!/\bdepends?\b/i.test(whole) || /^[\s>]*(?:#|(?:[-*+]|\d+[.)])\s+\[)/.test(whole)) return [];
  return [{ title, line, start: 0, endLine: line + 1, end: 0, text: '' }];
}

function otherLinks({ code, range }: FixableProblem, plan: Plan): readonly TextFix[] {
  const override = plan.steps.find((step) => step.override?.range.line === range.line)?.override;
  if (!override) return [];
  const at = { line: range.line, start: override.range.start, endLine: range.line, end: override.range.end };
  const known = isActionName(override.action) ? argumentsOf(override.action) : [];
  const others: TextFix[] = [];
  if (code === 'unknown-action') {
    for (const action of nearest(override.action, actionNames)) others.push({ ...at, title: `Use the action “${action}”`, text: linkCommentText(action, override.arguments) });
  } else if (code === 'unknown-argument') {
    const good = Object.fromEntries(Object.entries(override.arguments).filter(([name]) => known.some((argument) => argument.name === name)));
    const [wrong] = Object.entries(override.arguments).find(([name]) => !(name in good)) ?? [];
    const free = known.map(({ name }) => name).filter((name) => !(name in good));
    for (const name of nearest(wrong ?? '', free)) others.push({ ...at, title: `Call the argument “${name}”`, text: linkCommentText(override.action, { ...good, [name]: override.arguments[wrong ?? ''] ?? '' }) });
    others.push({ ...at, title: 'Take the unknown argument out', text: linkCommentText(override.action, good) });
  } else {
    for (const { name, values } of known) {
      const value = override.arguments[name];
      if (value === undefined || !Array.isArray(values) || values.includes(value)) continue;
      for (const other of nearest(value, values as readonly string[])) others.push({ ...at, title: `Use ${name}=${other}`, text: linkCommentText(override.action, { ...override.arguments, [name]: other }) });
    }
  }
  return [...others, { ...at, title: 'Take the comment out, and link by rule', text: '' }];
}

function firstStep(text: PlanText): readonly TextFix[] {
  const last = text.lineCount - 1;
  const at = text.line(last).length;
  return [{ title: 'Add a first step', line: last, start: at, endLine: last, end: at, text: `${at > 0 ? '\n' : ''}- [ ] What to do\n` }];
}

/** The three names that need the fewest changes, nearest first. */
function nearest(written: string, names: readonly string[]): readonly string[] {
  const sorted = names.map((name) => ({ name, distance: distance(written.toLowerCase(), name.toLowerCase()) })).sort((a, b) => a.distance - b.distance);
  return sorted.slice(0, 3).map(({ name }) => name);
}

/** Levenshtein's, with the beginning of a name as good as the name. */
function distance(one: string, other: string): number {
  if (other.startsWith(one) || one.startsWith(other)) return Math.abs(one.length - other.length) / 100;
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const changed = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
