import { readBox } from './box';
import { readField } from './fields';
import type { Field, Plan, Task } from './plan';
import type { TextEdits, TextLines } from './textLines';

/** A field's new value; `undefined` where it is to stay. */
export interface FieldChange {
  readonly name: string;
  /** The value for what stands there now (undefined when the field is missing). */
  readonly value: (old: string | undefined) => string | undefined;
  /** Whether a missing field is added also to a task that has none. */
  readonly always: boolean;
}

/** Writes fields of one task: in their lines where they exist, else below the fields that stand under its heading. */
export function editFields(plan: Plan, task: Task, changes: readonly FieldChange[], lines: TextLines, edits: TextEdits): void {
  const missing: { readonly name: string; readonly value: string; readonly always: boolean }[] = [];
  for (const { name, value, always } of changes) {
    const line = lineOfField(task, name);
    if (line !== undefined) editField(line, value, lines, edits);
    else {
      const text = value(undefined);
      if (text !== undefined) missing.push({ name, value: text, always });
    }
  }
  const wanted = missing.filter(({ always }) => always || mayAdd(plan, task, lines));
  if (wanted.length > 0) addFields(plan, task, wanted, lines, edits);
}

/** Replaces the part of a field's value that changes. */
export function editField(line: number, value: FieldChange['value'], lines: TextLines, edits: TextEdits): void {
  const text = lines.line(line);
  const start = text.indexOf('**');
  const field = start < 0 ? undefined : readField(text, start, text.length);
  if (!field) return;
  const written = value(field.value);
  if (written === undefined || written === field.value) return;
  const common = commonEnd(field.value, written);
  const separator = field.valueStart === text.trimEnd().length && !/\s$/.test(text.slice(0, field.valueStart)) ? ' ' : '';
  edits.replace(line, field.valueStart, field.valueStart + field.value.length - common, separator + written.slice(0, written.length - common));
}

/** Length of the end that both share, not splitting a pair of surrogates. */
function commonEnd(one: string, other: string): number {
  const most = Math.min(one.length, other.length);
  let length = 0;
  while (length < most && one.charCodeAt(one.length - 1 - length) === other.charCodeAt(other.length - 1 - length)) length++;
  const first = one.charCodeAt(one.length - length);
  return (first & 0xfc00) === 0xdc00 ? length - 1 : length;
}

function lineOfField(task: Task, name: string): number | undefined {
  const wanted = name.toLowerCase();
  const field = task.fields.find((other) => other.name.toLowerCase() === wanted);
  if (field) return field.line;
  const [first] = task.steps;
  const inLists = first?.line === task.line ? first.details : task.notes;
  return inLists.find(({ text }) => readField(text, 0, text.length)?.name.toLowerCase() === wanted)?.line;
}

/** Status lines are added to tasks that have a heading of their own, in plans that use fields. */
function mayAdd({ dialect }: Plan, task: Task, lines: TextLines): boolean {
  return !isBoxTask(task, lines) && (dialect === 'evalmark' || headFields(task, lines).length > 0);
}

function addFields(plan: Plan, task: Task, fields: readonly { readonly name: string; readonly value: string }[], lines: TextLines, edits: TextEdits): void {
  if (isBoxTask(task, lines)) {
    const lineEnd = lines.lineEnd(task.line);
    const box = lines.line(task.line);
    const indent = ' '.repeat(box.length - box.trimStart().length + 2);
    edits.insert(task.line, box.length, fields.map(({ name, value }) => `${lineEnd}${indent}- **${name}**: ${value}`).join(''));
    return;
  }
  const last = headFields(task, lines).at(-1);
  if (!last) {
    addBelowHeading(task.line, fields, plan, lines, edits);
    return;
  }
  const lineEnd = lines.lineEnd(last.line);
  const text = lines.line(last.line);
  const list = text.slice(0, text.indexOf('**'));
  const colonInside = /^\*\*[^*]*:\*\*/.test(text.slice(list.length));
  const written = fields.map(({ name, value }) => `${list}${colonInside ? `**${name}:**` : `**${name}**:`} ${value}`);
  const hardBreak = list.trim() === '' ? hardBreakOf(plan, task, lines) : '';
  const ending = hardBreak !== '' && text.endsWith(hardBreak);
  const before = hardBreak === '' || ending ? '' : hardBreak.slice(hardBreak === '  ' && text.endsWith(' ') ? 1 : 0);
  edits.insert(last.line, text.length, `${before}${lineEnd}${written.join(`${hardBreak}${lineEnd}`)}${ending ? hardBreak : ''}`);
}

function addBelowHeading(heading: number, fields: readonly { readonly name: string; readonly value: string }[], plan: Plan, lines: TextLines, edits: TextEdits): void {
  const line = /^(?:=+|-+)\s*$/.test(lines.line(heading + 1)) && !lines.line(heading).startsWith('#') ? heading + 1 : heading;
  const lineEnd = lines.lineEnd(line);
  const hardBreak = hardBreakOf(plan, undefined, lines);
  const written = fields.map(({ name, value }) => `**${name}**: ${value}`).join(`${hardBreak}${lineEnd}`);
  const gap = lines.line(line + 1).trim() === '' ? '' : lineEnd;
  edits.insert(line, lines.line(line).length, `${lineEnd}${written}${gap}`);
}

/** The fields that follow the heading one by one, with at most a blank line before the first. */
function headFields(task: Task, lines: TextLines): readonly Field[] {
  const head: Field[] = [];
  let next = lines.line(task.line + 1).trim() === '' ? task.line + 2 : task.line + 1;
  for (const field of task.fields) {
    if (field.line !== next) break;
    head.push(field);
    next++;
  }
  return head;
}

/** How the file ends field lines so that the next one stands on a line of its own: two blanks, a backslash, or not at all. */
function hardBreakOf(plan: Plan, task: Task | undefined, lines: TextLines): string {
  for (const other of [...(task ? [task] : []), ...plan.tasks.slice(0, 50)]) {
    const head = headFields(other, lines);
    if (head.length < 2 && other !== task) continue;
    for (const { line } of head) {
      const text = lines.line(line);
      if (text.endsWith('  ')) return '  ';
      if (text.endsWith('\\')) return '\\';
    }
    if (head.length > 1) return '';
  }
  return '';
}

function isBoxTask(task: Task, lines: TextLines): boolean {
  const text = lines.line(task.line);
  return task.steps[0]?.line === task.line && readBox(text, text.length - text.trimStart().length, text.length) !== undefined;
}
