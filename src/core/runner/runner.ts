import { hostname } from 'node:os';
import path from 'node:path';
import { linkPlan, linkStep } from '../actions/link';
import type { Link, Progress } from '../actions/action';
import { cancelled, failed, type Failure, type Outcome } from '../outcome';
import type { Plan, Step, Task } from '../plan/plan';
import { stepAddress } from '../plan/address';
import type { PlanEdit } from '../plan/planStore';
import { WrittenFiles } from '../repository/writtenFiles';
import { Journal } from './journal';
import type { PlanRunner } from './planRunner';
import { runTasks, type TaskResult } from './taskRun';
import { stepRunOf, type GateRun, type RunEvent, type RunSelection, type RunSummary, type StepRun } from './runState';
import { inScope, isComplete, selectTasks } from './selection';
import type { RunServices } from './services';
import { executeStep } from './stepExecution';
import { settleTask } from './settle';

/**
 * Runs the steps of one plan and owns what is known of their runs. The marks in the file stay the truth about what is
 * done; this class writes them through the plan store and tells listeners about everything else.
 */
export class Runner implements PlanRunner {
  private readonly runs = new Map<string, StepRun>();
  private readonly gates = new Map<string, GateRun>();
  private readonly active = new Map<string, { readonly controller: AbortController; readonly outcome: Promise<Outcome> }>();
  private readonly stopping = new Set<AbortController>();
  private readonly listeners = new Set<(event: RunEvent) => void>();
  private readonly journal: Journal;
  private readonly written: WrittenFiles;
  private loaded: Promise<void> | undefined;
  private settling: Promise<void> = Promise.resolve();

  constructor(private readonly services: RunServices) {
    this.journal = new Journal(path.join(services.paths.storage, 'journal.jsonl'));
    this.written = new WrittenFiles(services.paths.storage);
  }

  get running(): boolean {
    return this.active.size > 0;
  }

  /** Reads the journal: failures of earlier runs, agreed gates, and runs that died with their process. */
  load(): Promise<void> {
    this.loaded ??= this.readJournal();
    return this.loaded;
  }

  stepRun(stepId: string): StepRun | undefined {
    return this.runs.get(stepId);
  }

  gateRun(gateId: string): GateRun {
    return this.gates.get(gateId) ?? { kind: 'open' };
  }

  onEvent(listener: (event: RunEvent) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  async run(selection: RunSelection): Promise<RunSummary> {
    await this.load();
    const started = this.services.now().getTime();
    const controller = new AbortController();
    this.stopping.add(controller);
    try {
      const result = await this.runSelection(selection, controller);
      const summary = { ...result, milliseconds: this.services.now().getTime() - started };
      this.emit({ kind: 'finished', summary });
      return summary;
    } finally {
      this.stopping.delete(controller);
    }
  }

  async cancel(selection: RunSelection): Promise<void> {
    const plan = await this.currentPlan();
    if (selection.kind === 'plan') for (const controller of this.stopping) controller.abort();
    const stopped: Promise<Outcome>[] = [];
    for (const [stepId, { controller, outcome }] of this.active) {
      const step = plan?.steps.find(({ id }) => id === stepId);
      if (step && !inScope(step, selection)) continue;
      controller.abort();
      stopped.push(outcome);
    }
    for (const step of plan?.steps ?? []) {
      if (this.runs.get(step.id)?.kind === 'queued' && inScope(step, selection)) this.setRun(step.id, undefined);
    }
    await Promise.all(stopped);
  }

  async reset(stepIds: readonly string[]): Promise<void> {
    await this.load();
    const plan = await this.currentPlan();
    const steps = plan?.steps.filter(({ id }) => stepIds.includes(id)) ?? [];
    for (const step of steps) {
      await this.journal.append({ kind: 'reset', at: this.at(), stepId: step.id });
      this.setRun(step.id, undefined);
    }
    await this.edit(steps.map((step) => ({ kind: 'mark', step: stepAddress(step), state: 'todo' })), new Set(steps.map(({ taskId }) => taskId)));
  }

  private async runSelection(selection: RunSelection, controller: AbortController): Promise<Omit<RunSummary, 'milliseconds'>> {
    const counted = { done: 0, failed: 0, cancelled: 0, needsPerson: 0, blocked: 0, waitingFor: undefined as string | undefined };
    const plan = await this.currentPlan();
    if (!plan) return counted;
    const selected = selectTasks(plan, linkPlan(plan), selection);
    for (const step of selected.flatMap(({ steps }) => steps)) {
      if (!this.active.has(step.id)) this.setRun(step.id, { kind: 'queued' });
    }
    await runTasks({
      selected,
      selection,
      signal: controller.signal,
      ask: this.services.ask,
      currentPlan: async () => (await this.currentPlan()) ?? plan,
      isQueued: (stepId) => this.runs.get(stepId)?.kind === 'queued',
      isAgreed: (gateId) => this.gates.get(gateId)?.kind === 'agreed',
      runStep: (stepId, signal) => this.runStep(stepId, signal),
      agree: (gate) => this.askGate(gate.id, gate.text, gate.afterTaskId),
      block: (stepId, by, reason) => {
        counted.blocked += 1;
        this.setRun(stepId, { kind: 'blocked', by, reason });
      },
      count: (outcome) => {
        counted[outcome.kind] += 1;
        if (outcome.kind === 'needsPerson') counted.waitingFor ??= outcome.reason;
      },
      waitFor: (reason) => {
        counted.waitingFor ??= reason;
      },
      ended: (result) => this.taskEnded(result),
    });
    for (const step of selected.flatMap(({ steps }) => steps)) {
      if (this.runs.get(step.id)?.kind === 'queued') this.setRun(step.id, undefined);
    }
    return counted;
  }

  /** A step runs once at a time: a second selection that holds it waits for the same outcome. */
  private runStep(stepId: string, signal: AbortSignal): Promise<Outcome> {
    const already = this.active.get(stepId);
    if (already) return already.outcome;
    const controller = new AbortController();
    const stop = () => controller.abort();
    signal.addEventListener('abort', stop, { once: true });
    const outcome = this.startStep(stepId, controller.signal).finally(() => {
      signal.removeEventListener('abort', stop);
      this.active.delete(stepId);
    });
    this.active.set(stepId, { controller, outcome });
    return outcome;
  }

  private async startStep(stepId: string, signal: AbortSignal): Promise<Outcome> {
    const elsewhere = (await this.journal.read(() => false)).elsewhere.get(stepId);
    if (elsewhere) {
      return this.finish(stepId, undefined, Date.now(), failed(runsElsewhere(elsewhere.pid)));
    }
    const plan = await this.currentPlan();
    const step = plan?.steps.find(({ id }) => id === stepId);
    const task = plan?.tasks.find(({ id }) => id === step?.taskId);
    const phase = plan?.phases.find(({ id }) => id === step?.phaseId);
    if (!plan || !step || !task || !phase) return this.finish(stepId, undefined, Date.now(), failed(stepGone));
    const began = Date.now();
    const since = this.at();
    this.setRun(stepId, { kind: 'running', since, progress: {} });
    await this.journal.append({ kind: 'started', at: since, stepId, process: { pid: process.pid, host: hostname() } });
    const marked = await this.edit([{ kind: 'mark', step: stepAddress(step), state: 'doing' }], new Set([task.id]));
    if (marked) return this.finish(stepId, step, began, failed(marked));
    const link = linkStep(plan, task, step);
    this.services.log.info(`${task.id} ${link.action}: ${step.text}`);
    const outcome = signal.aborted
      ? cancelled
      : await executeStep(
          {
            plan,
            linked: { step, task, phase, link: withRepositories(link, task, plan) },
            signal,
            written: this.written,
            progress: (progress) => this.reportProgress(stepId, since, progress),
          },
          this.services,
        );
    return this.finish(stepId, step, began, outcome);
  }

  /** Mark first, then journal, then the tree: what is shown as done is done on disk. */
  private async finish(stepId: string, step: Step | undefined, began: number, outcome: Outcome): Promise<Outcome> {
    const milliseconds = Date.now() - began;
    let known = outcome;
    if (step) {
      const failure = await this.edit(editsOf(step, outcome), new Set([step.taskId]), outcome);
      if (failure && outcome.kind === 'done') known = failed(failure);
      if (outcome.kind === 'done' || outcome.kind === 'failed') await this.written.add(this.services.paths.plan);
    }
    const at = this.at();
    await this.journal.append({ kind: 'finished', at, stepId, milliseconds, outcome: known });
    this.setRun(stepId, stepRunOf(known, at, milliseconds));
    this.logOutcome(stepId, known, milliseconds);
    return known;
  }

  /** Tasks may end at the same moment; STATUS.md and git take one after the other. */
  private taskEnded(result: TaskResult): Promise<void> {
    this.settling = this.settling.then(() => this.settle(result));
    return this.settling;
  }

  private async settle({ taskId, phaseId }: TaskResult): Promise<void> {
    const plan = await this.currentPlan();
    const task = plan?.tasks.find(({ id }) => id === taskId);
    if (!plan || !task) return;
    const phaseComplete = plan.phases.find(({ id }) => id === phaseId)?.tasks.every(isComplete) ?? false;
    await settleTask({ plan, task, taskComplete: isComplete(task), phaseComplete, failures: this.failuresOf(plan) }, this.written, this.services);
    this.emit({ kind: 'plan' });
  }

  private async askGate(gateId: string, text: string, afterTaskId: string): Promise<boolean> {
    this.setGate(gateId, { kind: 'waiting' });
    const answer = await this.services.ask.confirm({
      title: text,
      detail: `Checkpoint after Task ${afterTaskId}: nothing behind it runs before you agree.`,
      agree: 'Continue',
      kind: 'gate',
    });
    if (answer !== true) {
      this.setGate(gateId, { kind: 'open' });
      return false;
    }
    const at = this.at();
    await this.journal.append({ kind: 'agreed', at, gateId });
    this.setGate(gateId, { kind: 'agreed', at });
    return true;
  }

  /** Writes edits with the Status lines they entail; the failure, if any, is also in the log. */
  private async edit(edits: readonly PlanEdit[], taskIds: ReadonlySet<string>, outcome?: Outcome): Promise<Failure | undefined> {
    if (edits.length === 0) return undefined;
    const reasons = outcome?.kind === 'failed' ? Object.fromEntries([...taskIds].map((id) => [id, outcome.failure.short ?? outcome.failure.message])) : {};
    const result = await this.services.store.edit([...edits, { kind: 'statusLines', taskIds: [...taskIds], reasons }]);
    if (result.ok) {
      this.emit({ kind: 'plan' });
      return undefined;
    }
    this.services.log.error(`${result.failure.message} ${result.failure.advice}`);
    return result.failure;
  }

  private async readJournal(): Promise<void> {
    const state = await this.journal.read((id) => this.active.has(id));
    for (const [id, run] of state.steps) this.runs.set(id, run);
    for (const [id, at] of state.agreedGates) this.gates.set(id, { kind: 'agreed', at });
    this.emit({ kind: 'plan' });
  }

  private async currentPlan(): Promise<Plan | undefined> {
    const snapshot = await this.services.store.read();
    if (snapshot.ok) return snapshot.value.plan;
    this.services.log.error(`${snapshot.failure.message} ${snapshot.failure.advice}`);
    return undefined;
  }

  private failuresOf(plan: Plan): ReadonlyMap<string, Failure> {
    return new Map(
      plan.steps.flatMap((step) => {
        const run = this.runs.get(step.id);
        return run?.kind === 'failed' ? [[step.id, run.failure] as const] : [];
      }),
    );
  }

  private reportProgress(stepId: string, since: string, progress: Progress): void {
    if (this.active.has(stepId)) this.setRun(stepId, { kind: 'running', since, progress });
  }

  private logOutcome(stepId: string, outcome: Outcome, milliseconds: number): void {
    const { log } = this.services;
    const seconds = (milliseconds / 1000).toFixed(1);
    if (outcome.kind === 'failed') {
      log.error(`${stepId} failed after ${seconds} s: ${outcome.failure.message} ${outcome.failure.advice}${outcome.failure.detail ? `\n${outcome.failure.detail}` : ''}`);
    } else if (outcome.kind === 'needsPerson') log.warn(`${stepId} needs you: ${outcome.reason}`);
    else log.info(`${stepId} ${outcome.kind} after ${seconds} s${outcome.kind === 'done' && outcome.summary ? `: ${outcome.summary}` : ''}`);
  }

  private setRun(stepId: string, run: StepRun | undefined): void {
    if (run) this.runs.set(stepId, run);
    else this.runs.delete(stepId);
    this.emit(run ? { kind: 'step', stepId, run } : { kind: 'plan' });
  }

  private setGate(gateId: string, run: GateRun): void {
    this.gates.set(gateId, run);
    this.emit({ kind: 'gate', gateId, run });
  }

  private emit(event: RunEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private at(): string {
    return this.services.now().toISOString();
  }
}

const stepGone: Failure = {
  code: 'step-gone',
  message: 'The step is no longer in the plan.',
  advice: 'Look at the plan; if the text was changed, run the step under its new text.',
  short: 'step is gone',
};

function runsElsewhere(pid: number): Failure {
  return {
    code: 'runs-elsewhere',
    message: `Another window or terminal is running this step (process ${pid}).`,
    advice: 'Wait for it, or stop it there, then run again.',
    short: 'runs elsewhere',
  };
}

function editsOf(step: Step, outcome: Outcome): readonly PlanEdit[] {
  const address = stepAddress(step);
  switch (outcome.kind) {
    case 'done':
      return [
        { kind: 'mark', step: address, state: 'done' },
        ...(outcome.remark ? [{ kind: 'remark', step: address, text: outcome.remark } as const] : []),
        ...(outcome.note ? [{ kind: 'note', taskId: step.taskId, name: noteName(step.text), lines: outcome.note } as const] : []),
      ];
    case 'failed':
      return [{ kind: 'mark', step: address, state: 'failed' }];
    case 'cancelled':
    case 'needsPerson':
      return [{ kind: 'mark', step: address, state: step.state === 'doing' ? 'todo' : step.state }];
  }
}

/** "Note storage location (…)" keeps its note under `note-storage-location`, however often it runs. */
function noteName(text: string): string {
  return text.toLowerCase().match(/[a-z0-9]+/g)?.slice(0, 3).join('-') ?? 'note';
}

/** "Verify download complete" means what the task's other steps download. */
function withRepositories(link: Link, task: Task, plan: Plan): Link {
  if (link.action !== 'download.verify' && link.action !== 'download.note') return link;
  if (link.arguments.repositories) return link;
  const tasks = link.arguments.scope === 'all' ? plan.tasks : [task];
  const repositories = tasks.flatMap((other) =>
    other.steps.flatMap((step) => {
      const args = linkStep(plan, other, step);
      return args.action === 'download' && args.arguments.repository ? [args.arguments.repository] : [];
    }),
  );
  return repositories.length > 0 ? { ...link, arguments: { ...link.arguments, repositories: [...new Set(repositories)].join(',') } } : link;
}
