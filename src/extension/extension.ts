import path from 'node:path';
import { l10n, commands, window, workspace, type ExtensionContext, type LogOutputChannel } from 'vscode';
import type { Step } from '../core/plan/plan';
import { AnswerDocuments } from './ask/answerDocuments';
import { Attention } from './ask/attention';
import { CompareTexts } from './ask/compareTexts';
import { EditorAsk } from './ask/editorAsk';
import { QuestionDesk, type WaitingQuestion } from './ask/questionDesk';
import { calledOn } from './commands/calledOn';
import { CommitCommands } from './commands/commitCommands';
import { commandId } from './commands/commandId';
import { DecideCommands } from './commands/decideCommands';
import { pauseDownloads } from './commands/pauseDownloads';
import { registerCommands, type CommandHandlers } from './commands/registerCommands';
import { RunCommands } from './commands/runCommands';
import { StartCommands } from './commands/startCommands';
import { StepCommands } from './commands/stepCommands';
import { DeviceWatch } from './environment/deviceWatch';
import { EngineRuntime } from './environment/engineRuntime';
import { clearEngineCache, engineCacheFolder } from './environment/engineCache';
import { Environment } from './environment/environment';
import { EnvironmentTree } from './environment/environmentTree';
import { applyFilter, chooseFilter } from './filter';
import { Lifetime } from './lifetime';
import { editorPanels } from './panels/editorPanels';
import { followRenames } from './plans/followRenames';
import { PlanHost } from './plans/planHost';
import { PlanServices } from './plans/planServices';
import { RunRecovery } from './plans/runRecovery';
import { PlanSet } from './plans/planSet';
import { StatusBar } from './statusBar';
import { needsPerson } from './status/needsPerson';
import { PlanTerminals } from './terminal/planTerminal';
import { ContextKeys } from './contextKeys';
import { CodeLenses } from './text/codeLenses';
import { Completions } from './text/completions';
import { Problems } from './text/problems';
import { QuickFixes } from './text/quickFixes';
import { StepHover } from './text/stepHover';
import { PlanTree } from './tree/planTree';
import { RunLogs } from './runLogs';
import { RunsTree } from './tree/runsTree';
import { Timeline } from './tree/timeline';

/** Evalmark in the editor: makes every part and hands it what it needs. */
export class Extension {
  private readonly lifetime = new Lifetime();
  private readonly log: LogOutputChannel = this.lifetime.add(window.createOutputChannel('Evalmark', { log: true }));
  private readonly attention = new Attention();
  private readonly desk = new QuestionDesk(this.attention, (question) => this.announce(question));
  private readonly services: PlanServices;
  private readonly terminals = this.lifetime.add(new PlanTerminals());
  private readonly plans: PlanSet;
  private readonly runtime: EngineRuntime;
  private readonly environment: Environment;
  private readonly tree: PlanTree;
  private readonly runs: RunsTree;
  private readonly timeline: Timeline;
  private readonly logs: RunLogs;
  private readonly recovery: RunRecovery;
  private readonly environmentTree: EnvironmentTree;
  private readonly ready: Promise<void>;

  private readonly panels: ReturnType<typeof editorPanels>;
  private readonly answers: AnswerDocuments;

  constructor(private readonly context: ExtensionContext) {
    this.panels = this.lifetime.add(editorPanels(context, this.log, (uri) => this.services.forPanel(uri), {
      writeAnalysis: (plan) => void runCommands.writeAnalysis(plan),
      writeDecision: (plan, ...said) => decisions.write(plan, ...said),
    }));
    this.answers = this.lifetime.add(new AnswerDocuments(path.join((context.storageUri ?? context.globalStorageUri).fsPath, 'answers')));
    const ask = new EditorAsk(this.desk, this.answers, this.panels, this.lifetime.add(new CompareTexts()), { plan: '' });
    this.runtime = this.lifetime.add(new EngineRuntime(context));
    this.services = this.lifetime.add(new PlanServices(context, this.log, ask, this.runtime));
    this.plans = this.lifetime.add(new PlanSet((uri) => this.openHost(uri)));
    this.lifetime.add(followRenames(context, this.plans));
    this.environment = this.lifetime.add(new Environment(context.secrets, this.runtime));
    const runCommands = new RunCommands(this.plans, this.desk, this.log);
    const decisions = new DecideCommands(this.plans, this.services, ask, this.log);
    const commits = this.lifetime.add(new CommitCommands(ask, this.log));
    this.tree = this.lifetime.add(
      new PlanTree(
        this.plans,
        () => needsPerson(this.plans.all, this.desk),
        (steps) => {
          this.attention.notice();
          void runCommands.markSteps('done', steps.filter(({ done }) => done));
          void runCommands.markSteps('todo', steps.filter(({ done }) => !done));
        },
      ),
    );
    const device = this.lifetime.add(new DeviceWatch(this.plans));
    this.runs = this.lifetime.add(new RunsTree(this.plans, device));
    this.timeline = this.lifetime.add(new Timeline(this.plans));
    this.logs = this.lifetime.add(new RunLogs(this.plans));
    this.recovery = this.lifetime.add(new RunRecovery(this.plans, () => this.isLookedAt(), this.log));
    this.environmentTree = this.lifetime.add(new EnvironmentTree(this.environment));
    this.lifetime.add(this.tree.view.onDidChangeSelection(({ selection: [row] }) => this.showRunsOf(row?.kind === 'step' ? row.host.step(row.id) : undefined, row?.host)));
    this.lifetime.add(this.runs.view.onDidChangeSelection(({ selection: [row] }) => this.showRunsOf(row?.kind === 'run' ? row.step : undefined, row?.kind === 'run' ? row.host : undefined)));
    this.lifetime.add(new StatusBar(this.plans, this.desk, this.environment));
    this.lifetime.add(new CodeLenses(this.plans));
    this.lifetime.add(new StepHover(this.plans));
    this.lifetime.add(new Completions(this.plans));
    this.lifetime.add(new Problems(this.plans));
    this.lifetime.add(new QuickFixes(this.plans));
    this.lifetime.add(this.desk.onChange(() => this.questionsChanged()));
    this.lifetime.add(new ContextKeys(this.plans));
    this.lifetime.add(workspace.onDidGrantWorkspaceTrust(() => this.tree.refresh()));
    for (const registration of registerCommands(this.handlers(runCommands, commits, decisions), this.attention, this.log)) this.lifetime.add(registration);
    this.ready = this.start();
  }

  /** Resolves when the workspace was searched and its plans are read. */
  isReady(): Promise<void> {
    return this.ready;
  }

  /** Stops all runs because the window closes; the journal tells the next window that they are to go on. */
  async stop(): Promise<void> {
    await Promise.all(this.plans.all.map(({ runner }) => runner.suspend()));
  }

  dispose(): void {
    // The editor disposes of an extension before it waits for its end.
    void this.stop();
    this.lifetime.dispose();
  }

  private async start(): Promise<void> {
    await this.plans.find();
    await commands.executeCommand('setContext', 'evalmark.searched', true);
    if (this.plans.all.length > 0) void this.environment.check();
  }

  private openHost(uri: Parameters<ConstructorParameters<typeof PlanSet>[0]>[0]): PlanHost {
    const { services, shell } = this.services.forPlan(uri);
    this.terminals.watch(shell);
    const { plan } = services.paths;
    return new PlanHost(uri, shell, services, (stepId) => this.desk.waiting.find((question) => question.plan === plan && question.stepId === stepId)?.title);
  }

  private questionsChanged(): void {
    for (const host of this.plans.all) host.questionsChanged();
  }

  /** Only when nobody looks at Evalmark: the tree, its badge and the status bar say it otherwise. */
  private announce({ title }: WaitingQuestion): void {
    if (this.isLookedAt()) return;
    const answer = 'Answer';
    void window.showInformationMessage(l10n.t('Evalmark needs you: {0}', title), answer).then((chosen) => {
      if (chosen === answer) void commands.executeCommand(commandId.answer);
    });
  }

  private showRunsOf(step: Step | undefined, host: PlanHost | undefined): void {
    if (step && host) this.timeline.show(host, step);
  }

  private isLookedAt(): boolean {
    return this.tree.view.visible || this.runs.view.visible;
  }

  private handlers(run: RunCommands, commits: CommitCommands, decisions: DecideCommands): CommandHandlers {
    const step = new StepCommands(this.plans, this.tree, this.timeline, this.logs, this.log);
    const target = (args: readonly unknown[]): readonly unknown[] => calledOn(args, this.tree, this.plans);
    const start = new StartCommands(this.context, this.plans, this.log);
    const withPlan = (act: (host: PlanHost) => unknown) => async (...args: readonly unknown[]): Promise<void> => {
      const host = await step.pick(...args);
      if (host) await act(host);
    };
    return {
      'evalmark.openPlan': () => start.openPlan(),
      'evalmark.newPlan': () => start.newPlan(),
      'evalmark.openSample': () => start.openSample(),
      'evalmark.learnPlans': () => start.learnPlans(),
      'evalmark.getCuda': async () => {
        const { CudaCommand } = await import('./commands/cudaCommand');
        await new CudaCommand(this.runtime, this.environment, this.log, () => this.services.renewEngine()).get();
      },
      'evalmark.enterToken': () => start.enterToken(),
      'evalmark.forgetToken': () => start.forgetToken(),
      'evalmark.decide': withPlan((host) => this.panels.decide(host.paths.plan)),
      'evalmark.decideByQuestions': withPlan((host) => run.runSteps(host, decisions.stepsOf(host))),
      'evalmark.previewCommit': withPlan((host) => commits.preview(host)),
      'evalmark.undoCommit': withPlan((host) => commits.undo(host)),
      'evalmark.askAboutCommits': withPlan((host) => commits.askAgain(host)),
      'evalmark.refresh': () => this.plans.find(),
      'evalmark.filter': () => chooseFilter(this.tree),
      'evalmark.clearFilter': () => applyFilter(this.tree, undefined),
      'evalmark.continuePlan': (...args) => run.continuePlan(...args),
      'evalmark.run': (...args) => run.run(...target(args)),
      'evalmark.runTask': (...args) => run.run(...target(args)),
      'evalmark.runPhase': (...args) => run.run(...target(args)),
      'evalmark.runPlan': (...args) => run.run(...target(args)),
      'evalmark.runAgain': (...args) => run.run(...target(args)),
      'evalmark.resume': (...args) => run.run(...target(args)),
      'evalmark.runFromHere': (...args) => run.runFromHere(...target(args)),
      'evalmark.stop': (...args) => run.stop(...target(args)),
      'evalmark.stopAll': () => run.stopAll(),
      'evalmark.reset': (...args) => run.reset(...target(args)),
      'evalmark.markDone': (...args) => run.mark('done', target(args)),
      'evalmark.markFailed': (...args) => run.mark('failed', target(args)),
      'evalmark.markTodo': (...args) => run.mark('todo', target(args)),
      'evalmark.answer': (...args) => run.answer(...args),
      'evalmark.useText': () => this.answers.use(),
      'evalmark.leaveText': () => this.answers.leave(),
      'evalmark.reveal': (...args) => step.reveal(...args),
      'evalmark.revealInTree': () => step.revealInTree(),
      'evalmark.changeAction': (...args) => step.changeAction(...target(args)),
      'evalmark.showLog': (...args) => step.showLog(...target(args)),
      'evalmark.showOutput': () => step.showOutput(),
      'evalmark.showTimeline': (...args) => step.showTimeline(...target(args)),
      'evalmark.showRunLog': (row) => step.showRunLog(row),
      'evalmark.expandAll': () => this.tree.expandAll(),
      'evalmark.openInTerminal': (...args) => step.openInTerminal(...target(args)),
      'evalmark.copyCommand': (...args) => step.copyCommand(...target(args)),
      'evalmark.openModelCard': (...args) => step.openModelCard(...args),
      'evalmark.showTerminal': async (...args) => {
        const host = await step.pick(...args);
        if (host) this.terminals.show(host);
      },
      'evalmark.resetShell': async (...args) => {
        const host = await step.pick(...args);
        if (host) await this.terminals.reset(host);
      },
      'evalmark.compare': async (...args) => {
        const host = await step.pick(...args);
        if (host) await this.panels.review({ kind: 'review', planPath: host.paths.plan }, new AbortController().signal);
      },
      'evalmark.matrix': async (...args) => {
        const host = await step.pick(...args);
        if (host) await this.panels.matrix(host.paths.plan);
      },
      'evalmark.openSettings': (setting) => commands.executeCommand('workbench.action.openSettings', typeof setting === 'string' ? setting : '@ext:evalmark.evalmark'),
      'evalmark.clearHistory': () => this.runs.clearHistory(),
      'evalmark.openSurvey': async (...args) => {
        const host = await step.pick(...args);
        if (host) await this.panels.survey({ kind: 'survey', planPath: host.paths.plan, page: 'list' }, new AbortController().signal);
      },
      'evalmark.pauseRuns': () => run.pause(true),
      'evalmark.resumeRuns': () => run.pause(false),
      'evalmark.continueInterrupted': () => this.recovery.continueAll(),
      'evalmark.sourcePictures': async (...args) => {
        const host = await step.pick(...args);
        if (host) await this.panels.sourcePictures(host.paths.plan);
      },
      'evalmark.pauseDownloads': () => pauseDownloads(true),
      'evalmark.resumeDownloads': () => pauseDownloads(false),
      'evalmark.clearEngineCache': () => clearEngineCache(engineCacheFolder(this.context)),
      'evalmark.checkEnvironment': () => this.environmentTree.focus(),
    };
  }
}
