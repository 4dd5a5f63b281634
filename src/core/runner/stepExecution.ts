import path from 'node:path';
import type { ActionArguments, ActionContext, Link, LinkedStep, Logger, Progress } from '../actions/action';
import { loadAction } from '../actions/registry';
import { ensureEvaluation } from '../evaluation/evaluationFile';
import { cancelled, failed, needsPerson, type Outcome } from '../outcome';
import type { Plan } from '../plan/plan';
import type { WrittenFiles } from '../repository/writtenFiles';
import type { RunServices } from './services';

export interface StepExecution {
  readonly plan: Plan;
  readonly linked: LinkedStep;
  readonly signal: AbortSignal;
  readonly written: WrittenFiles;
  /** What this run alone says, beside the log of everything. */
  readonly log: Logger;
  progress(report: Progress): void;
  mayGoOn(): Promise<void>;
}

/** Runs the action behind a step. Never throws: an exception is a bug of ours and comes back as a failure that says so. */
export async function executeStep(execution: StepExecution, services: RunServices): Promise<Outcome> {
  const chosen = await chooseTarget(execution.linked, services);
  if ('kind' in chosen) return chosen;
  const linked = { ...execution.linked, link: chosen };
  try {
    const action = await (services.loadAction ?? loadAction)(chosen.action);
    const outcome = await action.run(linked, contextOf(execution, services));
    return execution.signal.aborted && outcome.kind !== 'done' ? cancelled : outcome;
  } catch (error) {
    if (execution.signal.aborted) return cancelled;
    return failed({
      code: 'internal-error',
      message: `Evalmark itself failed: ${error instanceof Error ? error.message : String(error)}`,
      advice: 'Nothing was ticked. Run the step again; if it fails again, report it with the log.',
      short: 'internal error',
      ...(error instanceof Error && error.stack ? { detail: error.stack } : {}),
    });
  }
}

/** A link with several equally good targets is never guessed: a person chooses, or the step fails naming them. */
async function chooseTarget({ link, step }: LinkedStep, { ask }: RunServices): Promise<Link | Outcome> {
  if (link.candidates.length === 0) return link;
  const options = link.candidates.map((candidate, index) => ({ id: String(index), label: labelOf(candidate) }));
  const answer = await ask.choose({ title: `Which one does "${step.text}" mean?`, options });
  const candidate = link.candidates[Number(answer?.[0] ?? -1)];
  if (candidate) return { ...link, arguments: { ...link.arguments, ...candidate }, candidates: [] };
  if (answer) return cancelled;
  return needsPerson(`${link.reason}: ${options.map(({ label }) => label).join(', ')}. Write one of them into the step.`);
}

function labelOf(args: ActionArguments): string {
  return Object.values(args).join(' ');
}

function contextOf({ plan, signal, written, log: own, progress, mayGoOn, linked }: StepExecution, services: RunServices): ActionContext {
  const { paths, log, ask, shell, now } = services;
  const wrote = (file: string) => void written.add(file);
  return {
    plan,
    paths,
    signal,
    ask,
    shell,
    now,
    settings: services.settings(),
    log: both(own, {
      debug: (message) => log.debug(`${linked.task.id} ${message}`),
      info: (message) => log.info(`${linked.task.id} ${message}`),
      warn: (message) => log.warn(`${linked.task.id} ${message}`),
      error: (message) => log.error(`${linked.task.id} ${message}`),
    }),
    progress,
    mayGoOn,
    hub: () => services.hub(),
    inference: (device) => services.inference(device),
    ...(services.ownCommand && { ownCommand: services.ownCommand }),
    evaluation: () => ensureEvaluation({ plan, workspace: paths.workspace, file: path.join(paths.planFolder, 'evaluation.json'), wrote }),
    wrote,
    ...(services.keepToken && { keepToken: (token: string) => services.keepToken?.(token) ?? Promise.resolve() }),
  };
}

function both(one: Logger, other: Logger): Logger {
  const level = (name: keyof Logger) => (message: string) => {
    one[name](message);
    other[name](message);
  };
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}
