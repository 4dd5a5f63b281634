import type { Link } from '../../core/actions/action';
import type { Gate, Phase, Plan, Step, StepState, Task } from '../../core/plan/plan';
import { dependencyStanding } from '../../core/runner/schedule';
import type { GateRun, StepRun } from '../../core/runner/runState';

/** What a row shows, from the most urgent to the least. */
export const rowStates = ['failed', 'needsPerson', 'doing', 'queued', 'interrupted', 'blocked', 'todo', 'deferred', 'done'] as const;
export type RowState = (typeof rowStates)[number];

export interface StepStatus {
  readonly state: RowState;
  readonly run: StepRun | undefined;
  /** What it asks the person right now. */
  readonly question: string | undefined;
}

/** Of a task, a phase or the whole plan. */
export interface GroupStatus {
  readonly state: RowState;
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly running: number;
  readonly queued: number;
  readonly needsPerson: number;
  /** "2.1" or "Phase 2". */
  readonly blockedBy: string | undefined;
  /** Of what runs now, where an action knows it. */
  readonly secondsLeft: number | undefined;
}

/** The plan's marks and what is known of their runs, put together; computed anew whenever either changed. */
export interface PlanStatus {
  readonly plan: Plan;
  readonly links: ReadonlyMap<string, Link>;
  readonly steps: ReadonlyMap<string, StepStatus>;
  readonly tasks: ReadonlyMap<string, GroupStatus>;
  readonly phases: ReadonlyMap<string, GroupStatus>;
  readonly gates: ReadonlyMap<string, GateRun>;
  readonly whole: GroupStatus;
  /** What "continue" would run first. */
  readonly next: Step | undefined;
}

export interface RunsOfPlan {
  stepRun(stepId: string): StepRun | undefined;
  gateRun(gateId: string): GateRun;
  /** What a running step asks, while it waits for the answer. */
  question(stepId: string): string | undefined;
}

export function planStatus(plan: Plan, links: ReadonlyMap<string, Link>, runs: RunsOfPlan): PlanStatus {
  const steps = new Map<string, StepStatus>();
  for (const step of plan.steps) {
    const run = runs.stepRun(step.id);
    const question = run?.kind === 'running' ? runs.question(step.id) : undefined;
    steps.set(step.id, { state: question === undefined ? stepState(step, run, plan) : 'needsPerson', run, question });
  }
  const tasks = new Map(plan.tasks.map((task) => [task.id, taskStatus(plan, task, steps)]));
  const gates = new Map(plan.gates.map((gate) => [gate.id, runs.gateRun(gate.id)]));
  const phases = new Map(plan.phases.map((phase) => [phase.id, phaseStatus(phase, tasks, waitingGates(plan.gates, gates, phase))]));
  return { plan, links, steps, tasks, phases, gates, whole: combine([...phases.values()]), next: nextStep(plan, steps, tasks) };
}

/** The file's mark says what is done; a run adds what a mark cannot say. */
export function stepState(step: Pick<Step, 'state'>, run: StepRun | undefined, plan: Pick<Plan, 'legend' | 'dialect'>): RowState {
  if (run?.kind === 'running') return 'doing';
  if (run?.kind === 'queued') return 'queued';
  if (step.state === 'done' || step.state === 'deferred') return step.state;
  if (run?.kind === 'needsPerson' || run?.kind === 'interrupted') return run.kind;
  if (step.state === 'failed' || step.state === 'doing') return step.state;
  if (run?.kind === 'blocked') return 'blocked';
  // Where the file has a mark for failures, an empty box means that a person forgave the last one.
  if (run?.kind === 'failed' && !hasMark(plan, 'failed')) return 'failed';
  return 'todo';
}

function hasMark({ legend, dialect }: Pick<Plan, 'legend' | 'dialect'>, state: StepState): boolean {
  return legend ? legend.marks[state] !== undefined : dialect === 'evalmark';
}

function taskStatus(plan: Plan, task: Task, steps: ReadonlyMap<string, StepStatus>): GroupStatus {
  const own = task.steps.map(({ id }) => steps.get(id) ?? { state: 'todo' as const, run: undefined, question: undefined });
  const states = own.map(({ state }) => state);
  const blockedBy = isOpen(states) ? (blockingRule(plan, task) ?? blockingRun(plan, own)) : undefined;
  const idle = states.every((state) => state === 'todo' || state === 'done' || state === 'deferred' || state === 'blocked');
  return {
    state: blockedBy !== undefined && idle ? 'blocked' : mostUrgent(states),
    done: count(states, 'done'),
    total: states.length,
    failed: count(states, 'failed'),
    running: own.filter(({ run }) => run?.kind === 'running').length,
    queued: count(states, 'queued'),
    needsPerson: count(states, 'needsPerson'),
    blockedBy,
    secondsLeft: secondsLeftOf(own.map(({ run }) => (run?.kind === 'running' ? run.progress.secondsLeft : undefined))),
  };
}

function phaseStatus(phase: Phase, tasks: ReadonlyMap<string, GroupStatus>, waiting: number): GroupStatus {
  const status = combine(phase.tasks.flatMap(({ id }) => tasks.get(id) ?? []));
  if (waiting === 0) return status;
  return { ...status, needsPerson: status.needsPerson + waiting, state: status.state === 'failed' ? 'failed' : 'needsPerson' };
}

function combine(groups: readonly GroupStatus[]): GroupStatus {
  const open = groups.filter(({ state }) => state !== 'done' && state !== 'deferred');
  const blockers = new Set(open.map(({ blockedBy }) => blockedBy));
  const sum = (key: 'done' | 'total' | 'failed' | 'running' | 'queued' | 'needsPerson') => groups.reduce((total, group) => total + group[key], 0);
  return {
    state: mostUrgent(groups.filter(({ total }) => total > 0).map(({ state }) => state)),
    done: sum('done'),
    total: sum('total'),
    failed: sum('failed'),
    running: sum('running'),
    queued: sum('queued'),
    needsPerson: sum('needsPerson'),
    blockedBy: blockers.size === 1 ? [...blockers][0] : undefined,
    secondsLeft: secondsLeftOf(groups.map(({ secondsLeft }) => secondsLeft)),
  };
}

/** A parent shows its most urgent child; it is blocked only when nothing in it can go on. */
function mostUrgent(states: readonly RowState[]): RowState {
  if (states.length === 0) return 'todo';
  const open = states.filter((state) => state !== 'done' && state !== 'deferred');
  const canGoOn = open.some((state) => state !== 'blocked');
  const counted = canGoOn ? open.filter((state) => state !== 'blocked') : states;
  return rowStates.find((state) => counted.includes(state)) ?? 'todo';
}

function blockingRule(plan: Plan, task: Task): string | undefined {
  const standing = dependencyStanding(task, { plan, selected: [], progress: new Map() });
  if (standing.kind !== 'blocked') return undefined;
  const rule = plan.dependencies.find(({ after, before }) => after.includes(task.id) && before.includes(standing.by));
  const phases = new Set(rule?.before.map((id) => phaseOf(plan, id)));
  const phase = [...phases][0];
  return rule && rule.before.length > 1 && phases.size === 1 && phase !== undefined && phase !== task.phaseId ? `Phase ${phase}` : standing.by;
}

function blockingRun(plan: Plan, steps: readonly StepStatus[]): string | undefined {
  for (const { state, run } of steps) {
    if (state === 'blocked' && run?.kind === 'blocked' && plan.tasks.some(({ id }) => id === run.by)) return run.by;
  }
  return undefined;
}

function nextStep(plan: Plan, steps: ReadonlyMap<string, StepStatus>, tasks: ReadonlyMap<string, GroupStatus>): Step | undefined {
  for (const task of plan.tasks) {
    if (tasks.get(task.id)?.blockedBy !== undefined) continue;
    const step = task.steps.find(({ id }) => isRunnable(steps.get(id)?.state));
    if (step) return step;
  }
  return undefined;
}

export function isRunnable(state: RowState | undefined): boolean {
  return state === 'todo' || state === 'failed' || state === 'interrupted';
}

function waitingGates(all: readonly Gate[], runs: ReadonlyMap<string, GateRun>, phase: Phase): number {
  return all.filter(({ id, afterTaskId }) => runs.get(id)?.kind === 'waiting' && phase.tasks.some((task) => task.id === afterTaskId)).length;
}

function phaseOf(plan: Plan, taskId: string): string | undefined {
  return plan.tasks.find(({ id }) => id === taskId)?.phaseId;
}

function isOpen(states: readonly RowState[]): boolean {
  return states.some((state) => state !== 'done' && state !== 'deferred');
}

function count(states: readonly RowState[], wanted: RowState): number {
  return states.filter((state) => state === wanted).length;
}

function secondsLeftOf(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}
