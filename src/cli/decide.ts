import type { Ask } from '../core/actions/action';
import type { Failure } from '../core/outcome';
import type { Plan } from '../core/plan/plan';
import { partTitles } from '../core/report/decision';
import { decisionWork, type GivenDecision } from '../core/report/givenDecision';
import { optionsOf } from '../core/report/planOptions';
import { approachWords } from '../core/report/writeDecision';
import { writeGivenDecision } from '../core/report/writeGivenDecision';
import type { CliArguments } from './arguments';
import { openPlan, reportFailure } from './openPlan';
import { reportContext } from './report';
import { humanOutput, jsonOutput } from './runOutput';
import { runSelection } from './run';
import { terminalAsk } from './terminalAsk';

/**
 * `evalmark decide PLAN --option A --rationale … --next …`: what a person decided, in their words. Steps of the plan that
 * ask for a part run with it and are ticked; a part that no step asks for is written all the same.
 */
export async function decide(args: CliArguments): Promise<number> {
  const opened = await openPlan(args);
  if (!opened.ok) return opened.exitCode;
  const { plan } = opened;
  const refused = unknownOption(plan, args.decision.approach);
  if (refused) {
    reportFailure(refused, args.json);
    return 2;
  }
  const given: GivenDecision = { parts: args.decision, answers: {} };
  const work = decisionWork(plan, given);
  const context = reportContext(args, plan);
  const written = await writeGivenDecision(work, given, context, (part, file) => {
    if (!args.json) process.stdout.write(`${part === 'approach' ? 'decision' : partTitles[part].toLowerCase()} in ${file}\n`);
  });
  await context.settled();
  if (!written.ok) {
    reportFailure(written.failure, args.json);
    return 1;
  }
  if (work.steps.length === 0) return 0;
  return runSelection(args, opened, { kind: 'steps', ids: work.steps.map(({ id }) => id) }, decidingAsk(args, given), args.json ? jsonOutput() : humanOutput());
}

function unknownOption(plan: Plan, letter: string | undefined): Failure | undefined {
  const offered = optionsOf(plan);
  if (letter === undefined || offered.length === 0 || approachWords(plan, letter)) return undefined;
  return {
    code: 'unknown-option',
    message: `The plan has no option "${letter}".`,
    advice: `It has ${offered.map((option) => `${option.letter} (${option.title})`).join(', ')}.`,
  };
}

/** The person has said all of it on the command line; only a hand edit in the way is asked about. */
function decidingAsk({ yes }: CliArguments, said: GivenDecision): Ask {
  const terminal = terminalAsk({ yes });
  return { ...terminal, said, confirm: async (question) => (question.kind === 'danger' ? terminal.confirm(question) : true) };
}
