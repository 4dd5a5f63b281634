import { linkPlan } from '../actions/link';
import type { ActionName, Ask } from '../actions/action';
import { cancelled, type Outcome } from '../outcome';
import type { Gate, Plan, Step } from '../plan/plan';
import { dependencyStanding, standingOf, type TaskProgress } from './schedule';
import type { RunSelection } from './runState';
import type { SelectedTask } from './selection';

export interface TaskRun {
  readonly selected: readonly SelectedTask[];
  readonly selection: RunSelection;
  readonly signal: AbortSignal;
  readonly ask: Ask;
  /** Tasks that may run side by side; as many as the plan allows when left out. */
  readonly concurrency: number | undefined;
  currentPlan(): Promise<Plan>;
  /** Resolves at once, or when a paused run goes on. */
  mayGoOn(): Promise<void>;
  /** False once a person took the step out of the queue. */
  isQueued(stepId: string): boolean;
  isAgreed(gateId: string): boolean;
  runStep(stepId: string, signal: AbortSignal): Promise<Outcome>;
  agree(gate: Gate): Promise<boolean>;
  block(stepId: string, by: string, reason: string): void;
  count(outcome: Outcome): void;
  waitFor(reason: string): void;
  ended(result: TaskResult): Promise<void>;
}

export interface TaskResult {
  readonly taskId: string;
  readonly phaseId: string;
}

/**
 * Runs the selected tasks: in the order of the file, those set aside beside the ones that follow, each only when the
 * plan's rules allow it. A task that fails blocks what needs it; everything independent goes on.
 */
export async function runTasks(run: TaskRun): Promise<void> {
  const progress = new Map<string, TaskProgress>();
  const running = new Map<string, Promise<void>>();
  const refused = new Set<string>();
  const waiting = new Set(run.selected);
  const gatesApply = run.selection.kind === 'plan' || run.selection.kind === 'phase';

  while (waiting.size > 0 && !run.signal.aborted) {
    const plan = await run.currentPlan();
    const settled = await startWhatCan(plan);
    if (running.size > 0) await Promise.race(running.values());
    else if (!settled) {
      for (const selected of waiting) blockAll(run, selected.steps, selected.task.id, 'waits for a task that waits for it');
      waiting.clear();
    }
  }
  await Promise.all(running.values());

  /** Starts or blocks every task whose standing is decided; false when nothing moved. */
  async function startWhatCan(plan: Plan): Promise<boolean> {
    let moved = false;
    for (const selected of [...waiting]) {
      const standing = standingOf(selected, {
        plan,
        selected: run.selected,
        progress,
        agreed: gatesApply ? (gate) => run.isAgreed(gate.id) : undefined,
      });
      if (standing.kind === 'wait') continue;
      if (standing.kind === 'gate') {
        if (running.size > 0) continue;
        moved = true;
        if (!refused.has(standing.gate.id) && (await run.agree(standing.gate))) continue;
        refused.add(standing.gate.id);
        run.waitFor(standing.gate.text);
        end(selected, 'ended');
        blockAll(run, selected.steps, standing.gate.id, `waits at the checkpoint: ${standing.gate.text}`);
        continue;
      }
      if (standing.kind === 'ready' && running.size >= (run.concurrency ?? Infinity)) continue;
      moved = true;
      if (standing.kind === 'blocked' && !(await goesAhead(run, selected, standing.reason))) {
        end(selected, 'ended');
        blockAll(run, selected.steps, standing.by, standing.reason);
        continue;
      }
      start(selected);
    }
    return moved;
  }

  function start(selected: SelectedTask): void {
    waiting.delete(selected);
    progress.set(selected.task.id, 'running');
    const work = runSteps(run, selected).then(async (result) => {
      await run.ended({ taskId: selected.task.id, phaseId: selected.task.phaseId });
      progress.set(selected.task.id, result);
      running.delete(selected.task.id);
    });
    running.set(selected.task.id, work);
  }

  function end(selected: SelectedTask, result: TaskProgress): void {
    waiting.delete(selected);
    progress.set(selected.task.id, result);
  }
}

/** A person who named the very task or step may run it although what it needs is not done; a whole run may not. */
async function goesAhead(run: TaskRun, { task }: SelectedTask, reason: string): Promise<boolean> {
  if (run.selection.kind !== 'task' && run.selection.kind !== 'steps') return false;
  const plan = await run.currentPlan();
  const standing = dependencyStanding(task, { plan, selected: [], progress: new Map() });
  if (standing.kind !== 'blocked') return false;
  const answer = await run.ask.confirm({
    title: `Task ${task.id} ${reason}.`,
    detail: 'What it builds on may be missing.',
    agree: 'Run All the Same',
    kind: 'question',
  });
  if (answer === undefined) run.waitFor(`Task ${task.id} ${reason}`);
  return answer === true;
}

/** The steps of one task, in order; after a failure only those that do not build on it. */
async function runSteps(run: TaskRun, { task, steps }: SelectedTask): Promise<TaskProgress> {
  const links = linkPlan(await run.currentPlan());
  const actionOf = (step: Step): ActionName => links.get(step.id)?.action ?? 'manual';
  const stopped: Step[] = [];
  let shellFailed = false;
  for (const step of steps) {
    await run.mayGoOn();
    if (run.signal.aborted) break;
    if (!run.isQueued(step.id) && run.selection.kind !== 'steps') continue;
    const before = stopped.find((earlier) => !independent(actionOf(earlier), actionOf(step)));
    if (before && run.selection.kind !== 'steps') {
      blockAll(run, [step], before.id, `comes after "${before.text}"`);
      continue;
    }
    const outcome = await run.runStep(step.id, run.signal).catch(() => cancelled);
    run.count(outcome);
    if (outcome.kind === 'done') continue;
    stopped.push(step);
    const action = actionOf(step);
    if (outcome.kind === 'failed' && (action === 'shell' || action === 'check')) shellFailed = true;
  }
  return shellFailed && task.steps.length > 0 ? 'shellFailed' : 'ended';
}

/** Steps of one task that do not build on each other: each card, each download, each section stands for itself. */
function independent(earlier: ActionName, later: ActionName): boolean {
  return (earlier === later && standAlone.has(later)) || alwaysUseful.has(later);
}

const standAlone: ReadonlySet<ActionName> = new Set<ActionName>(['card', 'relevance', 'download', 'infer', 'document', 'options', 'review', 'directories', 'analyze', 'pictures.check']);

/** Notes about errors are wanted most when something failed. */
const alwaysUseful: ReadonlySet<ActionName> = new Set<ActionName>(['infer.notes']);

function blockAll(run: TaskRun, steps: readonly Step[], by: string, reason: string): void {
  for (const step of steps) run.block(step.id, by, reason);
}
