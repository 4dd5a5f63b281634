import { fail, ok, type Failure, type Result } from '../outcome';
import { findStep } from './address';
import { editField, editFields, type FieldChange } from './fieldEdits';
import { marksToWrite, meaningOf, type WrittenMarks } from './marks';
import { editNote } from './noteEdits';
import type { Plan, Step, StepState, Task } from './plan';
import type { PlanEdit, PlanSnapshot, PlanTextEdit } from './planStore';
import { taskProgress, tasksProgress, type StateOf } from './progress';
import { statusValue } from './statusWords';
import { editStep, oneLine, type StepChange } from './stepEdits';
import { TextEdits, TextLines } from './textLines';

export interface WriteOptions {
  /** Write `→` and `✗` also in files that so far use only `x` and blanks; otherwise such boxes are left empty. */
  readonly writeExtendedMarks?: boolean;
  /** The plan as the caller last knew it: tells a step that moved from its twin elsewhere. */
  readonly previous?: Plan;
}

/**
 * The replacements that edits come to, in the order of the text, not overlapping, each within one line. All or nothing: a
 * step or task that cannot be found for certain is a failure and nothing is to be written.
 */
export function planTextEdits(snapshot: PlanSnapshot, edits: readonly PlanEdit[], options: WriteOptions = {}): Result<readonly PlanTextEdit[]> {
  const work = plannedWork(snapshot, edits, options);
  return work.ok ? ok(work.value.edits) : work;
}

export interface PlannedWork {
  readonly edits: readonly PlanTextEdit[];
  /** The new marks when nothing but marks changes. */
  readonly marks: ReadonlyMap<Step, string> | undefined;
}

/** As `planTextEdits`, and says when marks are all that changes, so that the new plan needs no parsing. */
export function plannedWork(snapshot: PlanSnapshot, edits: readonly PlanEdit[], options: WriteOptions): Result<PlannedWork> {
  const noText = snapshot.plan.diagnostics.find(({ code }) => code === 'binary' || code === 'utf-16');
  if (noText) return fail({ code: 'plan-not-text', message: 'This plan is no UTF-8 text and cannot be written.', advice: 'Save it as UTF-8.', short: 'no text' });
  const writer = new PlanWriter(snapshot, options);
  for (const edit of edits) {
    const failure = writer.add(edit);
    if (failure) return fail(failure);
  }
  return ok(writer.finish());
}

class PlanWriter {
  private readonly plan: Plan;
  private readonly steps = new Map<Step, StepChange>();
  private readonly fields = new Map<Task, FieldChange[]>();
  private readonly notes: Extract<PlanEdit, { kind: 'note' }>[] = [];
  private readonly reasons = new Map<string, string | undefined>();
  private readonly written = new TextEdits();
  private lines: TextLines | undefined;
  private marks: WrittenMarks | undefined;
  /** Lines whose mark has no meaning. */
  private unknownMarks: ReadonlySet<number> | undefined;
  private tasks: ReadonlyMap<string, Task> | undefined;

  constructor(
    private readonly snapshot: PlanSnapshot,
    private readonly options: WriteOptions,
  ) {
    this.plan = snapshot.plan;
  }

  /** Takes an edit in; a failure when what it speaks of is not there. */
  add(edit: PlanEdit): Failure | undefined {
    switch (edit.kind) {
      case 'mark':
      case 'remark':
      case 'link': {
        const found = findStep(this.plan, edit.step, this.options.previous);
        if (!found.ok) return found.failure;
        this.steps.set(found.value, { ...this.steps.get(found.value), ...this.changeOf(edit, found.value) });
        return undefined;
      }
      case 'field': {
        const task = this.task(edit.taskId);
        if (!task) return taskGone(edit.taskId);
        this.addField(task, { name: oneLine(edit.name).replace(/[*:]/g, ''), value: (old) => fieldValue(old, oneLine(edit.value)), always: true });
        return undefined;
      }
      case 'note':
        if (!this.task(edit.taskId)) return taskGone(edit.taskId);
        this.notes.push(edit);
        return undefined;
      case 'statusLines':
        for (const id of edit.taskIds) this.reasons.set(id, Object.hasOwn(edit.reasons, id) ? edit.reasons[id] : this.reasons.get(id));
        return undefined;
    }
  }

  finish(): PlannedWork {
    for (const [step, change] of this.steps) editStep(step, change, () => this.textLines, this.written);
    this.addStatus();
    for (const [task, changes] of this.fields) editFields(this.plan, task, changes, this.textLines, this.written);
    for (const { taskId, name, lines } of this.notes) {
      const task = this.task(taskId);
      if (task) editNote(task, name, lines, this.textLines, this.written);
    }
    const onlyMarks = this.lines === undefined;
    return { edits: this.written.all, marks: onlyMarks ? this.newMarks() : undefined };
  }

  private changeOf(edit: Extract<PlanEdit, { kind: 'mark' | 'remark' | 'link' }>, step: Step): StepChange {
    if (edit.kind === 'remark') return { remark: edit.text };
    if (edit.kind === 'link') return { link: edit.action === undefined ? null : { action: edit.action, arguments: edit.arguments } };
    return { mark: step.state === edit.state && !this.isUnknown(step) ? step.mark : this.markFor(edit.state) };
  }

  private isUnknown({ line }: Step): boolean {
    this.unknownMarks ??= new Set(this.plan.diagnostics.flatMap(({ code, range }) => (code === 'unknown-mark' ? [range.line] : [])));
    return this.unknownMarks.has(line);
  }

  private markFor(state: StepState): string {
    const { steps, dialect, legend } = this.plan;
    this.marks ??= marksToWrite(steps, dialect, legend, this.options.writeExtendedMarks ?? false);
    const { marks } = this;
    return marks[state] ?? marks.todo;
  }

  private addStatus(): void {
    const tasks = [...this.reasons.keys()].flatMap((id) => this.task(id) ?? []);
    if (tasks.length === 0) return;
    for (const task of tasks) {
      const reason = this.reasons.get(task.id);
      const progress = taskProgress(task, this.stateOf, reason === undefined ? undefined : oneLine(reason));
      if (progress.total > 0) this.addField(task, { name: 'Status', value: (old) => statusValue(old, progress), always: false });
    }
    const firstPhase = this.plan.phases[0]?.line ?? 0;
    for (const { name, line } of this.plan.fields ?? []) {
      const phaseId = /^phase\s+(\S+)\s+progress$/i.exec(name)?.[1];
      if (phaseId !== undefined && tasks.some((task) => task.phaseId === phaseId)) {
        this.editProgress(line, this.plan.tasks.filter((task) => task.phaseId === phaseId));
      } else if (/^status$/i.test(name) && line < firstPhase) this.editProgress(line, this.plan.tasks);
    }
  }

  private editProgress(line: number, tasks: readonly Task[]): void {
    editField(line, (old) => statusValue(old, tasksProgress(tasks, this.stateOf)), this.textLines, this.written);
  }

  private readonly stateOf: StateOf = (step) => {
    const mark = this.steps.get(step)?.mark;
    return mark === undefined || mark === step.mark ? step.state : (this.meanings.get(mark) ?? meaningOf(mark, this.plan.dialect, undefined) ?? 'todo');
  };

  private get meanings(): ReadonlyMap<string, StepState> {
    return new Map(Object.entries(this.plan.legend?.marks ?? {}).map(([state, mark]) => [mark, state as StepState]));
  }

  private addField(task: Task, change: FieldChange): void {
    const earlier = (this.fields.get(task) ?? []).filter(({ name }) => name.toLowerCase() !== change.name.toLowerCase());
    this.fields.set(task, [...earlier, change]);
  }

  private newMarks(): ReadonlyMap<Step, string> {
    return new Map([...this.steps].flatMap(([step, { mark }]) => (mark === undefined || mark === step.mark ? [] : [[step, mark] as const])));
  }

  private task(id: string): Task | undefined {
    this.tasks ??= new Map(this.plan.tasks.map((task) => [task.id, task]));
    return this.tasks.get(id);
  }

  private get textLines(): TextLines {
    this.lines ??= new TextLines(this.snapshot.text);
    return this.lines;
  }
}

/** A remark behind ` - ` is the person's and stays. */
function fieldValue(old: string | undefined, value: string): string {
  if (old === undefined || old === '') return value;
  const remark = old.indexOf(' - ');
  if (remark < 0 || value.includes(' - ') || old.startsWith(value)) return old.startsWith(`${value} - `) ? old : value;
  return `${value}${old.slice(remark)}`;
}

function taskGone(id: string): Failure {
  return {
    code: 'task-gone',
    message: `The task ${id} is no longer in the plan.`,
    advice: 'Look at the plan; nothing was written to it.',
    short: 'task is gone',
  };
}
