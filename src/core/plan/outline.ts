import type { PlanHeading } from './headings';
import { slug, UniqueNames } from './identity';
import type { Field, Note, Phase, ShellBlock, Task } from './plan';

/** A plan's part while it is being read. */
export type Draft<Part> = { -readonly [Key in keyof Part]: Part[Key] extends readonly (infer Item)[] ? Item[] : Part[Key] };

export interface TaskDraft {
  readonly task: Draft<Task>;
  readonly number: string | undefined;
  /** The step that is the task itself, where a checkbox makes the task. */
  readonly isBox: boolean;
}

/** Lines under one heading before it is known whether they belong to a task. */
interface Content {
  readonly fields: Field[];
  readonly notes: Note[];
  readonly blocks: ShellBlock[];
}

interface Section extends Content {
  readonly heading: PlanHeading | undefined;
  phase: Draft<Phase> | undefined;
  /** The task whose steps stand right under this heading. */
  own: TaskDraft | undefined;
  /** The latest task that a numbered checkbox made. */
  numbered: TaskDraft | undefined;
}

/**
 * Puts tasks into phases while headings and boxes go by. Headings say what they are ("Phase 1", "Task 2.4"); another
 * heading becomes a phase when it is the outermost with boxes below it, else a task of that phase; the title becomes a
 * phase when there is nothing else.
 */
export class Outline {
  readonly phases: Draft<Phase>[] = [];
  readonly drafts: TaskDraft[] = [];
  /** Fields that belong to no task. */
  readonly fields: Field[] = [];
  private readonly sections: Section[] = [section(undefined)];
  private readonly phaseNames = new UniqueNames();
  private readonly taskNames = new UniqueNames();

  constructor(
    private readonly title: string | undefined,
    private readonly duplicate: (number: string, line: number) => void,
  ) {}

  open(heading: PlanHeading): void {
    this.closeTo(heading.level, heading.line);
    const opened = section(heading);
    const outer = this.sections.findLast(({ heading: other }) => other?.kind === 'task' || other?.kind === 'phase');
    this.sections.push(opened);
    if (heading.kind === 'phase') opened.phase = this.addPhase(heading.number ?? slug(heading.title), heading.title, heading.line);
    else if (heading.kind === 'task') opened.own = this.addTask(heading.number, heading.title, heading.line, opened, false);
    else if (outer?.heading?.kind === 'task') adopt(opened, outer);
  }

  /** The task that a step without a number of its own belongs to. */
  ownTask(line: number): TaskDraft {
    const here = this.here;
    here.own ??= this.addTask(here.heading?.number, this.titleOf(here), here.numbered ? line : (here.heading?.line ?? line), here, false);
    return here.own;
  }

  /** A task that a numbered checkbox makes; undefined where a heading has made the task already. */
  numberedTask(number: string, title: string, line: number): TaskDraft {
    const here = this.here;
    const content = { fields: [], notes: [], blocks: here.own || here.numbered ? [] : here.blocks.splice(0) };
    const draft = this.addTask(number, title, line, content, true);
    here.numbered = draft;
    return draft;
  }

  /** The task that lines outside of boxes belong to. */
  get current(): TaskDraft | undefined {
    return this.here.own;
  }

  /** Where fields and notes outside of boxes go. */
  get content(): Content {
    return this.here.own?.task ?? this.here;
  }

  /** Where a fence outside of boxes goes. */
  get blocks(): ShellBlock[] {
    const { own, numbered, blocks } = this.here;
    return (own ?? numbered)?.task.blocks ?? blocks;
  }

  /** Whether a heading further out has made the task. */
  get inTask(): boolean {
    const own = this.here.own;
    return own !== undefined && this.sections.some(({ heading, own: other }) => heading?.kind === 'task' && other === own);
  }

  /** The words of the innermost heading. */
  get headingText(): string {
    return this.here.heading?.text ?? '';
  }

  /** The latest task in the file. */
  get last(): TaskDraft | undefined {
    return this.drafts.at(-1);
  }

  close(endLine: number): void {
    this.closeTo(0, endLine);
  }

  private get here(): Section {
    return this.sections[this.sections.length - 1] ?? section(undefined);
  }

  /** A task is named after its heading, or after the phase where both are one. */
  private titleOf(here: Section): string {
    const phase = this.phaseOf(here);
    return phase === here.phase ? phase.title : (here.heading?.title ?? phase.title);
  }

  private phaseOf(here: Section): Draft<Phase> {
    const explicit = this.sections.findLast(({ heading }) => heading?.kind === 'phase')?.phase;
    if (explicit) return explicit;
    const outermost =
      this.sections.find(({ heading }) => heading?.kind === 'other') ?? this.sections.find(({ heading }) => heading?.kind === 'title') ?? this.sections[0] ?? here;
    const { heading } = outermost;
    outermost.phase ??= this.addPhase(
      heading?.number ?? (slug(heading?.title ?? this.title ?? '') || 'tasks'),
      heading?.title ?? this.title ?? 'Tasks',
      heading?.line ?? -1,
    );
    return outermost.phase;
  }

  private addPhase(name: string, title: string, line: number): Draft<Phase> {
    const phase: Draft<Phase> = { id: this.phaseNames.take(name || 'phase'), title, line, endLine: -1, tasks: [] };
    this.phases.push(phase);
    return phase;
  }

  private addTask(number: string | undefined, title: string, line: number, content: Content, isBox: boolean): TaskDraft {
    const here = this.here;
    const phase = this.phaseOf(here);
    if (phase.line < 0) phase.line = line;
    const ofPhase = phase === here.phase && !isBox && here.heading?.kind !== 'task';
    const name = ofPhase ? phase.id : (number ?? `${phase.id}/${slug(title) || 'task'}`);
    const id = this.taskNames.take(name);
    if (id !== name && number !== undefined) this.duplicate(number, line);
    const { fields, notes, blocks } = content;
    const task: Draft<Task> = {
      id,
      title,
      phaseId: phase.id,
      line,
      endLine: line + 1,
      fields,
      estimate: undefined,
      deliverable: undefined,
      blocks,
      steps: [],
      notes,
      parallel: false,
    };
    const draft = { task, number: number ?? (ofPhase && isNumber(phase.id) ? phase.id : undefined), isBox };
    phase.tasks.push(task);
    this.drafts.push(draft);
    return draft;
  }

  private closeTo(level: number, endLine: number): void {
    while (this.sections.length > 1 || level === 0) {
      const last = this.sections.at(-1);
      if (!last || (last.heading && last.heading.level < level)) return;
      this.sections.pop();
      if (last.phase) last.phase.endLine = endLine;
      if (!last.own) for (const field of last.fields) this.fields.push(field);
    }
  }
}

function section(heading: PlanHeading | undefined): Section {
  return { heading, phase: undefined, own: undefined, numbered: undefined, fields: [], notes: [], blocks: [] };
}

/** Headings below a task's own only divide it. */
function adopt(inner: Section, outer: Section): void {
  inner.own = outer.own;
}

function isNumber(text: string): boolean {
  return /^\d/.test(text);
}
