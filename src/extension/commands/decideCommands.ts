import path from 'node:path';
import { l10n, window, type LogOutputChannel } from 'vscode';
import { readEvaluation } from '../../core/evaluation/evaluationFile';
import { fail, ok, type Result } from '../../core/outcome';
import type { Plan } from '../../core/plan/plan';
import type { GivenDecision } from '../../core/report/givenDecision';
import { WrittenFiles } from '../../core/repository/writtenFiles';
import type { RunSummary } from '../../core/runner/runState';
import type { EditorAsk } from '../ask/editorAsk';
import type { PlanHost } from '../plans/planHost';
import type { PlanServices } from '../plans/planServices';
import type { PlanSet } from '../plans/planSet';
import { mayRun } from './trust';

/** What takes a decision down, once a person has said it in the panel. */
export class DecideCommands {
  constructor(
    private readonly plans: PlanSet,
    private readonly services: Pick<PlanServices, 'whileSaid'>,
    private readonly ask: EditorAsk,
    private readonly log: LogOutputChannel,
  ) {}

  /** The steps of the plan that take down a decision, one question after the other. */
  stepsOf(host: PlanHost): readonly string[] {
    const ids = host.plan?.steps.filter(({ id }) => host.status?.links.get(id)?.action === 'decide').map(({ id }) => id) ?? [];
    if (ids.length === 0) void window.showInformationMessage(l10n.t('This plan has no step that makes a decision. Add a task “Make Decision” with the box “- [ ] Select optimal approach based on data”.'));
    return ids;
  }

  async write(planPath: string, given: GivenDecision, plan: Plan): Promise<Result<void>> {
    const host = this.plans.all.find(({ paths }) => paths.plan === planPath);
    if (!host || !(await mayRun())) return fail({ code: 'not-run', message: l10n.t('Nothing was written.'), advice: l10n.t('Your draft is still here.') });
    const { paths } = host;
    // Documents are written when somebody decides; most windows never load what writes them.
    const [{ decisionWork }, { writeGivenDecision }] = await Promise.all([import('../../core/report/givenDecision'), import('../../core/report/writeGivenDecision')]);
    const work = decisionWork(plan, given);
    const written = new WrittenFiles(paths.storage);
    const noted: Promise<void>[] = [];
    const context = {
      plan, paths, log: this.log, ask: this.ask.for({ plan: paths.plan }),
      wrote: (file: string) => void noted.push(written.add(file)),
      evaluation: () => readEvaluation(path.join(paths.planFolder, 'evaluation.json')),
    };
    const direct = await writeGivenDecision(work, given, context);
    await Promise.all(noted);
    if (!direct.ok || work.steps.length === 0) return direct;
    const ids = work.steps.map(({ id }) => id);
    const summary = await this.services.whileSaid(paths.plan, given, () => host.runner.run({ kind: 'steps', ids }));
    return outcomeOf(summary, host, ids);
  }
}

function outcomeOf({ failed, cancelled, needsPerson, blocked, waitingFor }: RunSummary, host: PlanHost, ids: readonly string[]): Result<void> {
  if (failed + cancelled + needsPerson + blocked === 0) return ok(undefined);
  for (const id of ids) {
    const run = host.runner.stepRun(id);
    if (run?.kind === 'failed') return fail(run.failure);
  }
  return fail({ code: 'not-all-written', message: l10n.t('Not all of it was written{0}.', waitingFor === undefined ? '' : `: ${waitingFor}`), advice: l10n.t('What is missing is still in your draft.') });
}
