import path from 'node:path';
import type { ExtensionContext, LogOutputChannel, Uri } from 'vscode';
import type { Action, ActionName, PlanPaths } from '../../core/actions/action';
import { loadAction } from '../../core/actions/registry';
import { connectHub } from '../../core/hub/connect';
import { SampleHub } from '../../core/hub/sampleHub';
import { ok } from '../../core/outcome';
import type { GivenDecision } from '../../core/report/givenDecision';
import type { RunServices } from '../../core/runner/services';
import { PtySession } from '../../core/shell/ptySession';
import { Engines } from '../../engine/engines';
import type { EditorAsk } from '../ask/editorAsk';
import type { EngineRuntime } from '../environment/engineRuntime';
import { engineCacheFolder } from '../environment/engineCache';
import { readSettings } from '../settings';
import { EditorPlanStore } from './editorPlanStore';
import { planPaths } from './planPaths';

export const tokenSecret = 'evalmark.hub.token';

/** What the runs of all plans share: the engines, one sample Hub, one person; and what each plan has for itself. */
export class PlanServices {
  private readonly engines: Engines;
  private readonly sampleHub: SampleHub;
  /** By plan, while the steps that take it down run. */
  private readonly said = new Map<string, GivenDecision>();

  constructor(
    private readonly context: ExtensionContext,
    private readonly log: LogOutputChannel,
    private readonly ask: EditorAsk,
    runtime: EngineRuntime,
  ) {
    this.engines = new Engines(runtime.entry, log, {
      cacheFolder: engineCacheFolder(context),
      previewSteps: () => readSettings().previewSteps,
      program: () => runtime.program(),
    });
    runtime.onSettings(() => this.engines.renew());
    this.sampleHub = new SampleHub(context.asAbsolutePath('dist/sample.mjs'));
  }

  forPlan(uri: Uri): { readonly services: RunServices; readonly shell: PtySession } {
    const paths = planPaths(this.context, uri);
    const ask = this.ask.for({ plan: paths.plan });
    const shell = new PtySession({ folder: paths.workspace, log: this.log, program: () => readSettings(uri).shell });
    const services: RunServices = {
      store: new EditorPlanStore(uri, () => readSettings(uri).extendedMarks),
      paths,
      log: this.log,
      ask,
      shell,
      now: () => new Date(),
      settings: () => readSettings(uri).run,
      policy: () => readSettings(uri).policy,
      hub: () => this.hub(paths, uri),
      inference: async (device) => ok(this.engines.of(device)),
      ownCommand: [process.execPath, this.context.asAbsolutePath('dist/cli.mjs')],
      loadAction: (name) => this.loadAction(name, paths.plan),
    };
    return { services, shell };
  }

  /** What a panel of the plan needs beside its files. */
  forPanel(uri: Uri): Pick<RunServices, 'hub' | 'store'> {
    return { hub: () => this.hub(planPaths(this.context, uri), uri), store: new EditorPlanStore(uri, () => readSettings(uri).extendedMarks) };
  }

  /** While this works, steps of the plan find what the person said of the decision, and ask nothing. */
  async whileSaid<Value>(plan: string, said: GivenDecision, work: () => Promise<Value>): Promise<Value> {
    this.said.set(plan, said);
    try {
      return await work();
    } finally {
      this.said.delete(plan);
    }
  }

  /** The next edit starts the engine anew. */
  renewEngine(): void {
    this.engines.renew();
  }

  async dispose(): Promise<void> {
    this.sampleHub.dispose();
    await this.engines.dispose();
  }

  private async hub(paths: PlanPaths, uri: Uri) {
    const { hubEndpoint, cacheFolder } = readSettings(uri);
    return connectHub({
      evaluationFile: path.join(paths.planFolder, 'evaluation.json'),
      storage: paths.storage,
      endpoint: hubEndpoint,
      cacheFolder,
      token: await this.context.secrets.get(tokenSecret),
      environment: process.env,
      sampleEndpoint: () => this.sampleHub.endpoint(),
    });
  }

  /** Questions of a running step carry the step, so that the tree shows which one waits, and end with it. */
  private async loadAction(name: ActionName, plan: string): Promise<Action> {
    const action = await loadAction(name);
    const keepToken = async (token: string) => this.context.secrets.store(tokenSecret, token);
    return {
      name,
      run: (linked, context) => action.run(linked, { ...context, keepToken, ask: this.ask.for({ plan, stepId: linked.step.id, signal: context.signal, said: this.said.get(plan) }) }),
    };
  }
}
