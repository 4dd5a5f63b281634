import type { Ask } from '../core/actions/action';
import { linkPlan } from '../core/actions/link';
import { isWithoutEvaluation } from '../core/evaluation/evaluationFile';
import { ok, type Failure, type Result } from '../core/outcome';
import type { Plan } from '../core/plan/plan';
import { changeId } from '../core/report/changeId';
import { decisionParts, type DecisionPart } from '../core/report/decision';
import { optionsOf, resultsDocumentOf } from '../core/report/planOptions';
import { rebuildDocuments } from '../core/report/rebuild';
import { updateStatus } from '../core/report/status';
import { approachWords, writeDecisionPart } from '../core/report/writeDecision';
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
  const given = decisionParts.filter((part) => args.decision[part] !== undefined);
  const steps = given.flatMap((part) => stepsFor(plan, part));
  const direct = given.filter((part) => stepsFor(plan, part).length === 0);
  const written = await writeDirectly(args, plan, direct);
  if (!written.ok) {
    reportFailure(written.failure, args.json);
    return 1;
  }
  if (steps.length === 0) return 0;
  return runSelection(args, opened, { kind: 'steps', ids: steps }, decidingAsk(args), args.json ? jsonOutput() : humanOutput());
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

function stepsFor(plan: Plan, part: DecisionPart): readonly string[] {
  const links = linkPlan(plan);
  return plan.steps.filter(({ id }) => links.get(id)?.action === 'decide' && links.get(id)?.arguments.part === part).map(({ id }) => id);
}

/** The person has said all of it on the command line; only a hand edit in the way is asked about. */
function decidingAsk({ decision, yes }: CliArguments): Ask {
  const terminal = terminalAsk({ yes });
  return {
    ...terminal,
    choose: async (question) => {
      const letter = decision.approach?.toUpperCase();
      return question.options.some(({ id }) => id === letter) && letter !== undefined ? [letter] : terminal.choose(question);
    },
    confirm: async (question) => (question.kind === 'danger' ? terminal.confirm(question) : true),
    text: async (question) => {
      const part = decisionParts.find((candidate) => question.title.toLowerCase().endsWith(`: ${partWords[candidate]}`));
      return part === undefined ? (decision.approach ?? terminal.text(question)) : decision[part];
    },
  };
}

/** How the questions of the steps end. */
const partWords: Readonly<Record<DecisionPart, string>> = { approach: 'approach', rationale: 'rationale', next: 'next steps', timeline: 'timeline' };

async function writeDirectly(args: CliArguments, plan: Plan, parts: readonly DecisionPart[]): Promise<Result<void>> {
  if (parts.length === 0) return ok(undefined);
  const context = reportContext(args, plan);
  const file = resultsDocumentOf(plan, await changeId(context.paths));
  for (const part of parts) {
    const words = args.decision[part] ?? '';
    const written = await writeDecisionPart(file, part, part === 'approach' ? (approachWords(plan, words) ?? words) : words, context);
    if (!written.ok) return written;
    if (!args.json) process.stdout.write(`${part === 'approach' ? 'decision' : partWords[part]} in ${file}\n`);
  }
  const rebuilt = await rebuildDocuments(context, true);
  if (!rebuilt.ok && !isWithoutEvaluation(rebuilt.failure)) return rebuilt;
  const status = await updateStatus({ ...context });
  await context.settled();
  return status.ok ? ok(undefined) : status;
}
