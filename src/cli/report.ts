import path from 'node:path';
import { readEvaluation } from '../core/evaluation/evaluationFile';
import type { Logger } from '../core/actions/action';
import { checkDocuments, rebuildDocuments, type RebuildContext, type SectionStanding } from '../core/report/rebuild';
import type { Plan } from '../core/plan/plan';
import { WrittenFiles } from '../core/repository/writtenFiles';
import type { CliArguments } from './arguments';
import { pathsOf } from './compose';
import { openPlan, reportFailure } from './openPlan';
import { terminalAsk } from './terminalAsk';

/**
 * `evalmark report PLAN`: makes the documents again from `results.json` and `ratings.jsonl`. With `--check` nothing is
 * written, and what is stale or missing ends it with code 1.
 */
export async function report(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const context = reportContext(args, opened.plan);
  const made = await (args.check ? checkDocuments(context) : rebuildDocuments(context));
  await context.settled();
  if (!made.ok) {
    reportFailure(made.failure, args.json);
    return 1;
  }
  if (args.json) process.stdout.write(`${JSON.stringify(made.value, undefined, 2)}\n`);
  else process.stdout.write(args.check ? checkText(made.value) : rebuildText(made.value));
  return args.check && made.value.some(isBehind) ? 1 : 0;
}

/** What writing documents needs of the outside world. */
export function reportContext(args: CliArguments, plan: Plan): RebuildContext & { settled(): Promise<void> } {
  const paths = pathsOf(args);
  const written = new WrittenFiles(paths.storage);
  const noted: Promise<void>[] = [];
  const wrote = (file: string) => void noted.push(written.add(file));
  const say = (message: string): void => {
    if (!args.json) process.stderr.write(`${message}\n`);
  };
  const log: Logger = { debug() {}, info: say, warn: say, error: say };
  return {
    plan,
    paths,
    log,
    ask: terminalAsk({ yes: args.yes }),
    wrote,
    evaluation: () => readEvaluation(path.join(paths.planFolder, 'evaluation.json')),
    settled: async () => {
      await Promise.all(noted);
    },
  };
}

function checkText(standings: readonly SectionStanding[]): string {
  const behind = standings.filter(isBehind).map((one) => `${one.standing}  ${nameOf(one)}`);
  const edited = standings.filter(({ standing }) => standing === 'edited').map((one) => `edited by hand  ${nameOf(one)}`);
  const end = behind.length === 0 ? 'Every document agrees with the data.' : 'Run "evalmark report" to bring them in line.';
  return [...behind, ...edited, end, ''].join('\n');
}

function rebuildText(standings: readonly SectionStanding[]): string {
  const changed = standings.filter(isBehind).map((one) => `written  ${nameOf(one)}`);
  const edited = standings.filter(({ standing }) => standing === 'edited').map((one) => `edited by hand  ${nameOf(one)}`);
  return [...changed, ...edited, changed.length === 0 ? 'Every document agreed with the data.' : `${changed.length} of ${standings.length} sections written.`, ''].join('\n');
}

function isBehind({ standing }: SectionStanding): boolean {
  return standing === 'stale' || standing === 'missing';
}

function nameOf({ file, section }: SectionStanding): string {
  return section === undefined ? file : `${file}, section ${section}`;
}
