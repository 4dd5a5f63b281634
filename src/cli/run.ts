import { ok, type Failure } from '../core/outcome';
import { Runner } from '../core/runner/runner';
import type { Ask } from '../core/actions/action';
import type { RunSelection, RunSummary } from '../core/runner/runState';
import { answersAsk } from './answersAsk';
import type { CliArguments } from './arguments';
import { compose, pathsOf } from './compose';
import { openPlan, reportFailure, type OpenedPlan } from './openPlan';
import { humanOutput, jsonOutput, type RunOutput } from './runOutput';
import { PreviewFile } from './previewFile';
import { selectionOf } from './stepNames';
import { terminalAsk } from './terminalAsk';

/** `evalmark run PLAN [STEP…]`. Ctrl+C stops what runs, puts its marks back, and ends with code 1. */
export async function run(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const selection = selectionOf(opened.plan, args.steps);
  if (!selection.ok) return refused(selection.failure, args.json);
  const output = args.json ? jsonOutput() : humanOutput();
  const person = args.answers === undefined ? ok(terminalAsk({ yes: args.yes })) : await answersAsk(args.answers, { yes: args.yes, paths: pathsOf(args) });
  if (!person.ok) return refused(person.failure, args.json);

  return runSelection(args, opened, selection.value, person.value, output);
}

/** Runs it with this person to ask, and returns the exit code. */
export async function runSelection(args: CliArguments, { plan, store }: Extract<OpenedPlan, { ok: true }>, selection: RunSelection, person: Ask, output: RunOutput): Promise<number> {
  const composition = await compose(args, store, output.pausedFor(person), output.log, output.shell);
  const runner = new Runner(composition.services);
  await runner.load();
  runner.onEvent((event) => output.event(event, plan));
  const preview = args.preview === undefined ? undefined : new PreviewFile(args.preview, output.log.warn);
  if (preview) runner.onEvent((event) => preview.take(event));
  const stop = () => void runner.cancel({ kind: 'plan' });
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    const summary = await runner.run(selection);
    output.finished(summary);
    return exitCodeOf(summary);
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await composition.dispose();
    await preview?.done();
  }
}

function exitCodeOf({ failed, cancelled, needsPerson, waitingFor, blocked }: RunSummary): number {
  if (failed > 0 || cancelled > 0) return 1;
  if (needsPerson > 0 || waitingFor !== undefined) return 3;
  return blocked > 0 ? 1 : 0;
}

function refused(failure: Failure, json: boolean): number {
  reportFailure(failure, json);
  return 2;
}
