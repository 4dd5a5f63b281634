import { hostname } from 'node:os';
import path from 'node:path';
import { linkPlan, linkStep } from '../actions/link';
import { processEnds } from '../actions/processEnds';
import type { Progress } from '../actions/action';
import { cancelled, failed, type Failure, type Outcome } from '../outcome';
import type { Plan, Step } from '../plan/plan';
import { stepAddress } from '../plan/address';
import type { PlanEdit } from '../plan/planStore';
import { WrittenFiles } from '../repository/writtenFiles';
import { GateBook } from './gateBook';
import { Journal } from './journal';
import { InterruptedRuns, type InterruptedRun } from './interruptedRuns';
import { outcomeEdits } from './outcomeEdits';
import { logOutcome } from './outcomeLog';
import { PausePoint } from './pausePoint';
import type { PlanRunner } from './planRunner';
import { runsElsewhere, stepGone } from './runFailures';
import { RunLog } from './runLog';
import { runTasks, type TaskResult } from './taskRun';
import { stepRunOf, type GateRun, type PastRun, type RunEvent, type RunSelection, type RunSummary, type StepRun } from './runState';
import { inScope, isComplete, selectTasks } from './selection';
import type { RunServices } from './services';
import { executeStep } from './stepExecution';
import { withTaskDownloads } from './taskDownloads';

/**
 * Runs the steps of one plan and owns what is known of their runs. The marks in the file stay the truth about what is
 * done; this class writes them through the plan store and tells listeners about everything else.
 */
export class Runner implements PlanRunner {
  private readonly runs = new Map<string, StepRun>();
  private readonly active = new Map<string, { readonly controller: AbortController; readonly outcome: Promise<Outcome> }>();
  /** Runs that go on, by their names in the journal. */
  private readonly stopping = new Map<string, AbortController>();
  private readonly pausing = new PausePoint();
  private readonly listeners = new Set<(event: RunEvent) => void>();
  private readonly journal: Journal;
  private readonly gates: GateBook;
  private readonly interrupted: InterruptedRuns;
  private readonly written: WrittenFiles;
  private loaded: Promise<void> | undefined;
  private elsewhere: readonly string[] = [];
  private watching: NodeJS.Timeout | undefined;
  /** The process ends: what is stopped now is interrupted, not cancelled. */
  private suspended = false;
  private settling: Promise<void> = Promise.resolve();

  constructor(private readonly services: RunServices) {
    this.journal = new Journal(path.join(services.paths.storage, 'journal.jsonl'));
    this.interrupted = new InterruptedRuns(this.journal);
    this.gates = new GateBook(this.journal, services, (gateId, run) => this.emit({ kind: 'gate', gateId, run }));
    this.written = new WrittenFiles(services.paths.storage);
  }

  get running(): boolean {
    return this.active.size > 0;
  }

  get paused(): boolean {
    return this.pausing.isPaused;
  }

  /** No further step begins, and what can rest without loss does; nothing that was made is lost. */
  pause(): void {
    this.pausing.pause();
    this.emit({ kind: 'plan' });
  }

  resume(): void {
    this.pausing.resume();
    this.emit({ kind: 'plan' });
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
    return this.gates.run(gateId);
  }

  onEvent(listener: (event: RunEvent) => void): { dispose(): void } {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  }

  pastRuns(stepId: string): Promise<readonly PastRun[]> {
    return this.journal.pastRuns(stepId);
  }

  async run(selection: RunSelection): Promise<RunSummary> {
    await this.load();
    const started = this.services.now().getTime();
    const controller = new AbortController();
    const runId = this.interrupted.newName();
    this.stopping.set(runId, controller);
    const beat = setInterval(() => void this.journal.touch(), 10_000).unref();
    try {
      const result = await this.runSelection(selection, runId, controller);
      const summary = { ...result, milliseconds: this.services.now().getTime() - started };
      this.emit({ kind: 'finished', summary });
      return summary;
    } finally {
      clearInterval(beat);
      this.stopping.delete(runId);
      if (!this.suspended) await this.interrupted.end(runId);
    }
  }

  /** Names of the runs below, at little cost. */
  async interruptedNames(): Promise<readonly string[]> {
    await this.load();
    return this.interrupted.names((runId) => this.stopping.has(runId));
  }

  /** What a person asked for in a process that is gone; empty when every run came to its end. */
  async interruptedRuns(): Promise<readonly InterruptedRun[]> {
    if ((await this.interruptedNames()).length === 0) return [];
    const plan = await this.currentPlan();
    return plan ? this.interrupted.list(plan, (runId) => this.stopping.has(runId)) : [];
  }

  /** Goes on with an interrupted run: with its interrupted steps first, then with what was still queued. */
  async continueRun(run: InterruptedRun): Promise<RunSummary> {
    await this.interrupted.end(run.runId);
    return this.run(run.rest);
  }

  /**
   * Stops everything because the process ends. The steps and runs stay open in the journal, so that the next process can go on
   * with them; that much is written before this function returns its promise, which resolves when all has stopped.
   */
  async suspend(): Promise<void> {
    clearTimeout(this.watching);
    if (this.suspended) return;
    this.suspended = true;
    const at = this.at();
    const steps = [...this.active.keys()].map((stepId) => ({ kind: 'interrupted', at, stepId }) as const);
    const runs = [...this.stopping.keys()].map((runId) => ({ kind: 'left', at, runId }) as const);
    this.journal.appendNow([...steps, ...runs]);
    for (const controller of this.stopping.values()) controller.abort(processEnds);
    await Promise.all([...this.active.values()].map(({ outcome }) => outcome));
  }

  /** The step's text changed while nothing ran: what is known of its runs is known of the same step under its new name. */
  async renamed(from: string, to: string): Promise<void> {
    const run = this.runs.get(from);
    if (!run || this.active.has(from) || this.runs.has(to)) return;
    this.runs.delete(from);
    this.runs.set(to, run);
    await this.journal.append({ kind: 'renamed', at: this.at(), from, to });
    this.emit({ kind: 'plan' });
  }

  async cancel(selection: RunSelection): Promise<void> {
    const plan = await this.currentPlan();
    if (selection.kind === 'plan') for (const controller of this.stopping.values()) controller.abort();
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
    if (plan) await this.interrupted.endThoseOf(stepIds, plan, (runId) => this.stopping.has(runId));
    for (const step of steps) {
      await this.journal.append({ kind: 'reset', at: this.at(), stepId: step.id });
      this.setRun(step.id, undefined);
    }
    await this.edit(steps.map((step) => ({ kind: 'mark', step: stepAddress(step), state: 'todo' })), new Set(steps.map(({ taskId }) => taskId)));
  }

  private async runSelection(selection: RunSelection, runId: string, controller: AbortController): Promise<Omit<RunSummary, 'milliseconds'>> {
    const counted = { done: 0, failed: 0, cancelled: 0, needsPerson: 0, blocked: 0, waitingFor: undefined as string | undefined };
    const plan = await this.currentPlan();
    if (!plan) return counted;
    const selected = selectTasks(plan, linkPlan(plan), selection);
    const wanted = selected.flatMap(({ steps }) => steps.map(({ id }) => id));
    if (wanted.length === 0) return counted;
    await this.interrupted.endThoseOf(wanted, plan, (other) => this.stopping.has(other));
    await this.interrupted.begin(runId, selection);
    for (const step of selected.flatMap(({ steps }) => steps)) {
      if (!this.active.has(step.id)) this.setRun(step.id, { kind: 'queued' });
    }
    await runTasks({
      selected,
      selection,
      signal: controller.signal,
      ask: this.services.ask,
      currentPlan: async () => (await this.currentPlan()) ?? plan,
      concurrency: this.services.policy().concurrency,
      mayGoOn: () => this.pausing.pass(controller.signal),
      isQueued: (stepId) => this.runs.get(stepId)?.kind === 'queued',
      isAgreed: (gateId) => this.gates.run(gateId).kind === 'agreed',
      runStep: (stepId, signal) => this.runStep(stepId, signal),
      agree: (gate) => this.gates.ask(gate),
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
    const stop = () => controller.abort(signal.reason);
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
    const log = new RunLog(this.services.paths.storage, stepId, since);
    this.setRun(stepId, { kind: 'running', since, progress: {} });
    await this.journal.append({ kind: 'started', at: since, stepId, process: { pid: process.pid, host: hostname() }, log: log.name });
    const marked = await this.edit([{ kind: 'mark', step: stepAddress(step), state: 'doing' }], new Set([task.id]));
    if (marked) return this.finish(stepId, step, began, failed(marked));
    const link = linkStep(plan, task, step);
    this.services.log.info(`${task.id} ${link.action}: ${step.text}`);
    log.info(`${task.id} ${link.action}: ${step.text}`);
    const outcome = signal.aborted
      ? cancelled
      : await executeStep(
          {
            plan,
            linked: { step, task, phase, link: withTaskDownloads(link, task, plan) },
            signal,
            log,
            written: this.written,
            progress: (progress) => this.reportProgress(stepId, since, progress),
            mayGoOn: () => this.pausing.pass(signal),
          },
          this.services,
        );
    await log.end(outcome);
    return this.finish(stepId, step, began, outcome);
  }

  /** Mark first, then journal, then the tree: what is shown as done is done on disk. */
  private async finish(stepId: string, step: Step | undefined, began: number, outcome: Outcome): Promise<Outcome> {
    const milliseconds = Date.now() - began;
    let known = outcome;
    // Its shell may have been ended under it, which looks like a failure.
    if (this.suspended && outcome.kind !== 'done') {
      this.setRun(stepId, { kind: 'interrupted', since: new Date(began).toISOString() });
      return cancelled;
    }
    if (step) {
      const failure = await this.edit(outcomeEdits(step, outcome), new Set([step.taskId]), outcome);
      if (failure && outcome.kind === 'done') known = failed(failure);
      if (outcome.kind === 'done' || outcome.kind === 'failed') await this.written.add(this.services.paths.plan);
    }
    const at = this.at();
    await this.journal.append({ kind: 'finished', at, stepId, milliseconds, outcome: known });
    this.setRun(stepId, stepRunOf(known, at, milliseconds));
    logOutcome(this.services.log, stepId, known, milliseconds);
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
    // Documents and git are not needed to show a plan.
    const { settleTask } = await import('./settle');
    await settleTask({ plan, task, taskComplete: isComplete(task), phaseComplete, failures: this.failuresOf(plan) }, this.written, this.services);
    this.emit({ kind: 'plan' });
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
    for (const [id, run] of state.steps) if (!this.active.has(id)) this.runs.set(id, run);
    this.gates.load(state.agreedGates);
    for (const id of this.elsewhere) if (!state.elsewhere.has(id) && !state.steps.has(id)) this.runs.delete(id);
    this.elsewhere = [...state.elsewhere.keys()];
    for (const id of this.elsewhere) this.runs.set(id, { kind: 'running', since: this.at(), progress: { message: 'in another window' } });
    this.emit({ kind: 'plan' });
    // What another process runs is looked at until it is over, or its process is gone.
    if (state.elsewhere.size > 0 && !this.suspended) this.watching = setTimeout(() => void this.readJournal(), 1_000).unref();
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

  private setRun(stepId: string, run: StepRun | undefined): void {
    if (run) this.runs.set(stepId, run);
    else this.runs.delete(stepId);
    this.emit(run ? { kind: 'step', stepId, run } : { kind: 'plan' });
  }

  private emit(event: RunEvent): void {
    for (const listener of this.listeners) listener(event);
  }

  private at(): string {
    return this.services.now().toISOString();
  }
}
