import type { Blocks } from './blocks';
import type { Box } from './box';
import { isEstimateField, readEstimate } from './estimates';
import { isTaskField, type FieldText } from './fields';
import type { PlanHeading } from './headings';
import { slug, UniqueNames } from './identity';
import type { FoundLegend } from './legend';
import { readLinkComment } from './linkComment';
import { withoutLeadingMark } from './marks';
import { Outline, type Draft, type TaskDraft } from './outline';
import type { Dialect, ShellBlock, Step } from './plan';
import { Reports } from './reports';
import { isFullNumber, readStepText, withoutRemark, type StepText } from './stepText';

/** A piece of text that speaks of dependencies. */
export interface Statement {
  readonly text: string;
  readonly line: number;
  /** Column of the text's first character. */
  readonly column: number;
  /** The task that it stands in or that it titles; what `(depends on T001)` is said of. */
  readonly taskId: string | undefined;
  /** Its text is only a list of references, as in `**Depends on**: Task 1.1`. */
  readonly isList: boolean;
}

/** A place where a run is to stop. */
export interface GateLine {
  /** The task that it stands behind; undefined when the text says which ("After Task 1.3: …"). */
  readonly taskId: string | undefined;
  readonly text: string;
  readonly line: number;
}

interface OpenBox {
  readonly step: Draft<Step>;
  readonly draft: TaskDraft;
  /** Lines that begin at this column or to the right of it belong to the box. */
  readonly column: number;
  readonly makesTask: boolean;
}

/** Puts what the lines say where it belongs; states, dependencies and gates follow when all lines are known. */
export class Collector {
  readonly outline: Outline;
  readonly reports: Reports;
  readonly steps: Draft<Step>[] = [];
  /** Number of a step (lower case) to the task that it belongs to. */
  readonly stepNumbers = new Map<string, string>();
  readonly statements: Statement[] = [];
  readonly gateLines: GateLine[] = [];
  /** How often something was seen that only one notation has. */
  readonly traces: Record<Exclude<Dialect, 'plain'>, number> = { evalmark: 0, openspec: 0, speckit: 0, kiro: 0 };
  legend: FoundLegend | undefined;
  parallelizable: string | undefined;
  criticalPath: string | undefined;
  /** The latest line of words: what a fence or a legend is introduced by. */
  above = '';
  private readonly open: OpenBox[] = [];
  private readonly stepNames = new UniqueNames();
  /** The task under the latest heading, while lines are added to it. */
  private growing: TaskDraft | undefined;

  constructor(
    private readonly blocks: Blocks,
    title: string | undefined,
  ) {
    this.reports = new Reports(blocks);
    this.outline = new Outline(title, (number, line) => this.reports.duplicateNumber(number, line));
  }

  /** The innermost box that the lines now belong to. */
  get openBox(): OpenBox | undefined {
    return this.open[this.open.length - 1];
  }

  addHeading(heading: PlanHeading): void {
    this.growing = undefined;
    this.open.length = 0;
    this.above = '';
    this.outline.open(heading);
    const draft = heading.kind === 'task' ? this.outline.current : undefined;
    if (draft) {
      this.traces.evalmark++;
      this.addCheckpointTask(draft);
    }
    this.addStatement(heading.text, heading.line, 0, draft?.task.id);
    this.growing = this.outline.current;
    this.reach(heading.line + 1);
  }

  /** Ends the boxes that a line beginning at this column no longer belongs to. */
  closeBoxes(column: number): void {
    while (this.openBox && column < this.openBox.column) this.open.pop();
  }

  /** The task that lines are being added to goes at least so far. */
  reach(endLine: number): void {
    const task = (this.openBox?.draft ?? this.growing)?.task;
    if (task) task.endLine = endLine;
  }

  addBlock(block: ShellBlock): void {
    (this.openBox?.draft.task.blocks ?? this.outline.blocks).push(block);
  }

  addStep(box: Box, line: number, end: number): void {
    const { source, starts, columns } = this.blocks;
    const written = source.slice(box.textStart, end).trimEnd();
    const comment = readLinkComment(written);
    const text = comment ? written.slice(0, comment.start).trimEnd() : written;
    const read = readStepText(text);
    const parent = this.openBox;
    const made = parent ? undefined : this.boxTask(read, line);
    const draft = parent?.draft ?? made ?? this.outline.ownTask(line);
    if (!draft.isBox) this.growing = draft;
    const { task } = draft;
    const lineStart = starts[line] ?? 0;
    const textColumn = box.textStart - lineStart;
    const step: Draft<Step> = {
      id: this.stepId(draft, read, made !== undefined, line),
      taskId: task.id,
      phaseId: task.phaseId,
      ordinal: task.steps.length,
      text,
      state: 'todo',
      mark: box.mark,
      markRange: { line, start: box.markStart - lineStart, end: box.markStart - lineStart + box.mark.length },
      line,
      level: this.open.length,
      parentId: parent?.step.id,
      details: [],
      optional: box.optional,
      parallel: read.parallel,
      override: comment && {
        action: comment.action,
        arguments: comment.arguments,
        range: { line, start: textColumn + comment.start, end: textColumn + comment.end },
      },
    };
    task.steps.push(step);
    this.steps.push(step);
    this.open.push({ step, draft, column: (columns[line] ?? 0) + box.contentOffset, makesTask: made !== undefined });
    this.addStatement(text, line, textColumn, task.id);
    this.above = text;
  }

  /** Whether a field in the open box speaks of a task, namely of the one that the box makes. */
  takesField(name: string): boolean {
    return !this.openBox || (this.openBox.makesTask && isTaskField(name));
  }

  addField(field: FieldText, line: number): void {
    const owner = (this.openBox?.draft ?? this.outline.current)?.task;
    (owner?.fields ?? this.outline.content.fields).push({ name: field.name, value: field.value, line });
    this.above = field.value === '' ? `${field.name}:` : '';
    if (owner) describeTask(owner, field, line);
    if (field.value === '') return;
    const taskId = owner?.id;
    const column = field.valueStart - (this.blocks.starts[line] ?? 0);
    switch (field.name.toLowerCase()) {
      case 'depends on':
      case 'dependencies':
        this.statements.push({ text: field.value, line, column, taskId, isList: true });
        return;
      case 'critical path':
        this.criticalPath ??= field.value;
        break;
      case 'parallelizable':
      case 'parallelisable':
        this.parallelizable ??= field.value;
        break;
      case 'checkpoint':
      case 'checkpoints':
        this.addGate(field.value, line);
    }
    this.addStatement(field.value, line, column, taskId);
  }

  addNote(line: number, start: number, end: number): void {
    const text = this.blocks.source.slice(start, end).trimEnd();
    const box = this.openBox;
    (box ? box.step.details : this.outline.content.notes).push({ text, line });
    this.above = text;
    if (!box && saysAfterTask(text)) this.gateLines.push({ taskId: undefined, text, line });
    if (box && text.startsWith('_Requirements')) this.traces.kiro++;
    this.addStatement(text, line, start - (this.blocks.starts[line] ?? 0), (box?.draft ?? this.outline.current)?.task.id);
  }

  private boxTask(read: StepText, line: number): TaskDraft | undefined {
    const { number, words } = read;
    if (number === undefined || this.outline.inTask) return undefined;
    this.growing = undefined;
    if (/^T\d{2,}/.test(number)) this.traces.speckit++;
    else if (!isFullNumber(number)) this.traces.kiro++;
    else if (number.includes('.')) this.traces.openspec++;
    const made = this.outline.numberedTask(number, words.trim() || number, line);
    made.task.parallel = read.parallel;
    this.addCheckpointTask(made);
    return made;
  }

  private stepId(draft: TaskDraft, { number, words }: StepText, makesTask: boolean, line: number): string {
    if (number === undefined || !(makesTask || isFullNumber(number))) {
      return this.stepNames.take(`${draft.task.id}/${slug(withoutRemark(words)) || 'step'}`);
    }
    const key = number.toLowerCase();
    if (!this.stepNumbers.has(key)) this.stepNumbers.set(key, draft.task.id);
    else if (!makesTask) this.reports.duplicateNumber(number, line);
    return this.stepNames.take(number);
  }

  private addGate(text: string, line: number): void {
    const draft = this.openBox?.draft ?? this.outline.last;
    if (saysAfterTask(text)) this.gateLines.push({ taskId: undefined, text, line });
    else if (draft) this.gateLines.push({ taskId: draft.task.id, text, line });
  }

  private addCheckpointTask({ task }: TaskDraft): void {
    if (!/^checkpoint\b/i.test(task.title)) return;
    const text = task.title.replace(/^checkpoint\s*[-:.\u2013\u2014]*\s*/i, '');
    this.gateLines.push({ taskId: task.id, text: text || task.title, line: task.line });
  }

  /** Keeps a text that may speak of dependencies; which do is looked up once for the whole file. */
  private addStatement(text: string, line: number, column: number, taskId: string | undefined): void {
    if (this.speaksOfDependencies(line)) this.statements.push({ text, line, column, taskId, isList: false });
  }

  private speaksOfDependencies(line: number): boolean {
    const lines = (this.dependencyLines ??= linesWith(this.blocks, /depend/gi));
    while (this.nextDependency < lines.length && (lines[this.nextDependency] ?? 0) < line) this.nextDependency++;
    return lines[this.nextDependency] === line;
  }

  private dependencyLines: readonly number[] | undefined;
  private nextDependency = 0;
}

function describeTask(task: TaskDraft['task'], { name, value }: FieldText, line: number): void {
  if (isEstimateField(name)) task.estimate ??= readEstimate(value, line);
  if (/^deliverables?$/i.test(name)) task.deliverable ??= withoutLeadingMark(value);
}

function saysAfterTask(text: string): boolean {
  return /^a/i.test(text) && /^after\s+(?:completing\s+)?(?:task|phase)s?\s+[\w.*-]+\s*[:\u2013\u2014-]/i.test(text);
}

/** Lines in which a pattern occurs, ascending. */
function linesWith({ source, starts, lineCount }: Blocks, pattern: RegExp): readonly number[] {
  const lines: number[] = [];
  let line = 0;
  for (const { index } of source.matchAll(pattern)) {
    while (line + 1 < lineCount && (starts[line + 1] ?? 0) <= index) line++;
    if (lines.at(-1) !== line) lines.push(line);
  }
  return lines;
}
