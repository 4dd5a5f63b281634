import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { EventEmitter, type Event, type Uri } from 'vscode';
import { linkPlan } from '../../core/actions/link';
import type { Link, PlanPaths } from '../../core/actions/action';
import type { Failure } from '../../core/outcome';
import { stepsByParent } from '../../core/plan/nesting';
import type { Phase, Plan, Step, Task } from '../../core/plan/plan';
import type { PlanStore } from '../../core/plan/planStore';
import { Runner } from '../../core/runner/runner';
import type { RunServices } from '../../core/runner/services';
import type { PtySession } from '../../core/shell/ptySession';
import { Lifetime } from '../lifetime';
import { planStatus, type PlanStatus } from '../status/planStatus';
import { renamedStep } from './renamedStep';

/** What changed: everything, or only how far one running step is. */
export type PlanChange = { readonly kind: 'plan' } | { readonly kind: 'progress'; readonly stepId: string };

/** One plan of the workspace: its text, its links, its runner and its shell, and what all of them amount to. */
export class PlanHost {
  readonly runner: Runner;
  readonly store: PlanStore;
  readonly paths: PlanPaths;
  private readonly lifetime = new Lifetime();
  private readonly changed = new EventEmitter<PlanChange>();
  private read: ReadPlan | undefined;
  private unreadable: Failure | undefined;
  private computed: PlanStatus | undefined;
  private reading: Promise<void> | undefined;
  private stale = false;

  constructor(
    readonly uri: Uri,
    readonly shell: PtySession,
    services: RunServices,
    /** What the step that runs waits for a person to say, if it does. */
    private readonly question: (stepId: string) => string | undefined,
  ) {
    this.store = services.store;
    this.paths = services.paths;
    this.runner = new Runner(services);
    this.lifetime.add(this.changed);
    this.lifetime.add(shell);
    this.lifetime.add(
      this.runner.onEvent((event) => {
        const before = event.kind === 'step' ? this.computed?.steps.get(event.stepId)?.run?.kind : undefined;
        this.computed = undefined;
        if (event.kind === 'plan') void this.refresh();
        else if (event.kind === 'step' && event.run.kind === 'running' && before === 'running') this.changed.fire({ kind: 'progress', stepId: event.stepId });
        else this.changed.fire({ kind: 'plan' });
      }),
    );
  }

  get onDidChange(): Event<PlanChange> {
    return this.changed.event;
  }

  /** The folder's name, which is also the change's; the workspace's own where the plan lies at its root. */
  get name(): string {
    return path.basename(this.paths.planFolder);
  }

  get plan(): Plan | undefined {
    return this.read?.plan;
  }

  /** Why the plan could not be read, if so. */
  get failure(): Failure | undefined {
    return this.unreadable;
  }

  get status(): PlanStatus | undefined {
    if (!this.read) return undefined;
    this.computed ??= planStatus(this.read.plan, this.read.links, {
      stepRun: (id) => this.runner.stepRun(id),
      gateRun: (id) => this.runner.gateRun(id),
      question: this.question,
    });
    return this.computed;
  }

  step(id: string): Step | undefined {
    return this.read?.steps.get(id);
  }

  task(id: string): Task | undefined {
    return this.read?.tasks.get(id);
  }

  phase(id: string): Phase | undefined {
    return this.read?.plan.phases.find((phase) => phase.id === id);
  }

  /** Steps nested under another step. */
  stepsUnder(id: string): readonly Step[] {
    return this.read?.children.get(id) ?? [];
  }

  /** Reads the plan anew; calls that arrive meanwhile share one more reading. */
  refresh(): Promise<void> {
    if (this.reading) {
      this.stale = true;
      return this.reading;
    }
    this.reading = this.readUntilFresh().finally(() => {
      this.reading = undefined;
    });
    return this.reading;
  }

  /** A question was put or answered: what waits for a person looks different. */
  questionsChanged(): void {
    this.computed = undefined;
    this.changed.fire({ kind: 'plan' });
  }

  dispose(): void {
    void this.runner.suspend();
    this.lifetime.dispose();
  }

  private async readUntilFresh(): Promise<void> {
    await this.runner.load();
    do {
      this.stale = false;
      const snapshot = await this.store.read();
      this.unreadable = snapshot.ok ? undefined : snapshot.failure;
      const before = this.read?.plan;
      // Other extensions and the editor's own questions get their turn between reading and linking.
      await breathe();
      this.read = snapshot.ok ? indexed(snapshot.value.plan) : undefined;
      await breathe();
      this.computed = undefined;
      const renamed = before && this.read && renamedStep(before, this.read.plan);
      if (renamed) await this.runner.renamed(renamed.from, renamed.to);
    } while (this.stale);
    this.changed.fire({ kind: 'plan' });
  }
}

interface ReadPlan {
  readonly plan: Plan;
  readonly links: ReadonlyMap<string, Link>;
  readonly steps: ReadonlyMap<string, Step>;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly children: ReadonlyMap<string, readonly Step[]>;
}

function indexed(plan: Plan): ReadPlan {
  return {
    plan,
    links: linkPlan(plan),
    steps: new Map(plan.steps.map((step) => [step.id, step])),
    tasks: new Map(plan.tasks.map((task) => [task.id, task])),
    children: stepsByParent(plan.steps),
  };
}
