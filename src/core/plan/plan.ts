/** What a mark means. `deferred` (`-`, `~`) is neither open work nor done: a run passes over it. */
export type StepState = 'todo' | 'doing' | 'done' | 'failed' | 'deferred';

/** Which notation a file (mostly) follows; decides only what is ambiguous, such as what `-` in a box means. */
export type Dialect = 'evalmark' | 'openspec' | 'speckit' | 'kiro' | 'plain';

/** A half-open range of UTF-16 code units within one 0-based line. */
export interface LineRange {
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

export interface Plan {
  readonly title: string | undefined;
  readonly dialect: Dialect;
  readonly phases: readonly Phase[];
  /** All tasks in file order; the same objects as in the phases. */
  readonly tasks: readonly Task[];
  /** All steps in file order; the same objects as in the tasks. */
  readonly steps: readonly Step[];
  readonly dependencies: readonly DependencyRule[];
  readonly gates: readonly Gate[];
  readonly legend: Legend | undefined;
  /** What may run side by side, from `**Parallelizable**`: "Model downloads (…)". */
  readonly parallelizable: string | undefined;
  /** Tasks or phases in the order of `**Critical Path**`, as written. */
  readonly criticalPath: string | undefined;
  /** Fields outside of tasks, in file order: the change's own `**Status**`, `**Phase 1 Progress**`, … */
  readonly fields?: readonly Field[];
  readonly diagnostics: readonly PlanDiagnostic[];
  readonly counts: PlanCounts;
}

export interface PlanCounts {
  readonly phases: number;
  readonly tasks: number;
  readonly steps: number;
  readonly done: number;
  readonly doing: number;
  readonly failed: number;
}

export interface Phase {
  /** `1`, or a slug of the heading when it has no number. */
  readonly id: string;
  readonly title: string;
  /** 0-based line of the heading, or of the first task where there is none. */
  readonly line: number;
  /** First line that no longer belongs to it. */
  readonly endLine: number;
  readonly tasks: readonly Task[];
}

export interface Task {
  /** `2.4`, `T012`, or heading path and title; unique in the plan. */
  readonly id: string;
  readonly title: string;
  readonly phaseId: string;
  readonly line: number;
  readonly endLine: number;
  readonly fields: readonly Field[];
  readonly estimate: Estimate | undefined;
  /** Text of `**Deliverable**:` without its mark. */
  readonly deliverable: string | undefined;
  readonly blocks: readonly ShellBlock[];
  readonly steps: readonly Step[];
  /** Plain paragraphs and bullets under the task that are no steps, trimmed, with their lines. */
  readonly notes: readonly Note[];
  readonly parallel: boolean;
}

/** A `**Name**: value` line. */
export interface Field {
  readonly name: string;
  readonly value: string;
  readonly line: number;
}

export interface Estimate {
  readonly minimumMinutes: number;
  readonly maximumMinutes: number;
  readonly text: string;
  readonly line: number;
}

/** A fenced block in bash, sh, shell, zsh, console or powershell. */
export interface ShellBlock {
  readonly language: string;
  /** 0-based line of the first command line (after the fence). */
  readonly line: number;
  readonly lines: readonly string[];
  /** `<model-name>` and the like, in order of appearance, without the angle brackets. */
  readonly placeholders: readonly string[];
  /** The sentence before the fence when it ends in a colon: "For each selected LoRA:". */
  readonly introduction: string | undefined;
}

export interface Note {
  readonly text: string;
  readonly line: number;
}

export interface Step {
  /** Unique in the plan and stable when lines are inserted above: task id, then ordinal-independent slug of the text. */
  readonly id: string;
  readonly taskId: string;
  readonly phaseId: string;
  /** Position among the task's steps, from 0. */
  readonly ordinal: number;
  /** As written behind the box, without an evalmark comment at its end, trailing blanks trimmed. */
  readonly text: string;
  readonly state: StepState;
  /** The character(s) between the brackets. */
  readonly mark: string;
  /** Where the mark stands. */
  readonly markRange: LineRange;
  /** 0-based. */
  readonly line: number;
  /** Nesting among steps, from 0. */
  readonly level: number;
  readonly parentId: string | undefined;
  /** Plain bullets and paragraphs nested under the box. */
  readonly details: readonly Note[];
  readonly optional: boolean;
  readonly parallel: boolean;
  /** `<!-- evalmark: ACTION key=value … -->` at the end of the line. */
  readonly override: LinkOverride | undefined;
}

export interface LinkOverride {
  readonly action: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly range: LineRange;
}

/** `before` must be done before `after` starts; both are task ids, wildcards already expanded. */
export interface DependencyRule {
  /** As written: "Task 3.x depends on Task 2.x". */
  readonly text: string;
  readonly line: number;
  readonly after: readonly string[];
  readonly before: readonly string[];
}

export interface Gate {
  /** Stable: `gate:1.3`, a second one after the same task `gate:1.3:2`. */
  readonly id: string;
  /** Stops after this task. */
  readonly afterTaskId: string;
  readonly text: string;
  readonly line: number;
}

/** The "Mark tasks as:" list: which characters this file uses for what. */
export interface Legend {
  readonly line: number;
  readonly endLine: number;
  readonly marks: Readonly<Partial<Record<StepState, string>>>;
}

export interface PlanDiagnostic {
  readonly severity: 'error' | 'warning' | 'information';
  /** kebab-case: `fence-never-closed`, `dependency-cycle`, `unknown-mark`. */
  readonly code: string;
  readonly message: string;
  readonly range: LineRange;
}
