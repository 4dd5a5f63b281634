import { isWithoutEvaluation } from '../evaluation/evaluationFile';
import { cancelled, done, failed, needsPerson, type Outcome } from '../outcome';
import { changeId } from '../report/changeId';
import { decisionParts, decisionSection, ownWords, partPrompts, partTitles, type DecisionPart } from '../report/decision';
import { readSection } from '../report/managedSection';
import { optionsOf, resultsDocumentOf, type PlanOption } from '../report/planOptions';
import { rebuildDocuments } from '../report/rebuild';
import { readResults } from '../report/results';
import { factsLine } from '../report/sections/optionFacts';
import { approachWords, writeDecisionPart } from '../report/writeDecision';
import type { Action, ActionContext } from './action';
import { revealFirst } from './revealFirst';

/** Takes down a decision that a person makes: which option, why, what next, and by when. Nothing is decided for them. */
export const decide: Action = {
  name: 'decide',
  async run({ link, task }, context) {
    const part = decisionParts.find((candidate) => candidate === link.arguments.part);
    if (!part) {
      return failed({
        code: 'no-decision-part',
        message: 'The step does not say which part of the decision it is.',
        advice: `Link it with part=${decisionParts.join(', part=')}.`,
        short: 'which part?',
      });
    }
    const stopped = await revealFirst(context);
    if (stopped) return stopped;
    const file = link.arguments.file ?? resultsDocumentOf(context.plan, await changeId(context.paths));
    const outcome = await (part === 'approach' ? chooseApproach(file, context) : writePart(file, part, task.title, context));
    return outcome.kind === 'done' ? ((await followUp(context)) ?? outcome) : outcome;
  },
};

/** What repeats the decision elsewhere follows it; a hand edit there stays, and nobody is asked about it now. */
async function followUp(context: ActionContext): Promise<Outcome | undefined> {
  const rebuilt = await rebuildDocuments({ ...context, ask: { ...context.ask, confirm: async () => undefined } }, true);
  return rebuilt.ok || isWithoutEvaluation(rebuilt.failure) ? undefined : failed(rebuilt.failure);
}

async function chooseApproach(file: string, context: ActionContext): Promise<Outcome> {
  const offered = optionsOf(context.plan);
  const before = await readSection(file, decisionSection('approach'), context);
  if (!before.ok) return failed(before.failure);
  let words: string | undefined;
  let remark: string | undefined;
  if (offered.length > 0) {
    const chosen = context.ask.said?.parts.approach?.toUpperCase() ?? (await chooseOption(offered, before.value, context));
    const option = offered.find(({ letter }) => letter === chosen);
    if (chosen !== undefined && !option) return cancelled;
    words = option && approachWords(context.plan, option.letter);
    remark = option && `Option ${option.letter}`;
  } else {
    words = context.ask.said?.parts.approach ?? (await context.ask.text({ title: 'Which approach do you choose?', prompt: await standings(context), value: before.value ?? '', multiline: true }));
  }
  if (!words?.trim()) return needsPerson('Choose the approach; nothing is decided for you.');
  const written = await writeDecisionPart(file, 'approach', words, context);
  if (!written.ok) return failed(written.failure);
  return remark ? { kind: 'done', summary: `${remark} in ${file}`, remark } : done(`decision in ${file}`);
}

/** The letter of one of the options; `undefined` where nobody chooses. */
async function chooseOption(offered: readonly PlanOption[], before: string | undefined, context: ActionContext): Promise<string | undefined> {
  const chosen = await context.ask.choose({
    title: 'Which approach do you choose?',
    placeholder: await standings(context),
    options: offered.map(({ letter, title, step }) => ({
      id: letter,
      label: `Option ${letter}: ${title}`,
      description: step.state === 'done' ? 'weighed' : 'not weighed yet',
      picked: before?.includes(`**Option ${letter}:`) ?? false,
    })),
  });
  return chosen && (chosen[0] ?? '');
}

async function writePart(file: string, part: Exclude<DecisionPart, 'approach'>, title: string, context: ActionContext): Promise<Outcome> {
  const before = await readSection(file, decisionSection(part), context);
  if (!before.ok) return failed(before.failure);
  const own = before.value === undefined ? undefined : ownWords(part, before.value);
  const text =
    context.ask.said?.parts[part] ??
    (await context.ask.text({
      title: `${title}: ${partTitles[part].toLowerCase()}`,
      prompt: partPrompts[part],
      value: own ?? (part === 'rationale' ? await standings(context) : ''),
      multiline: true,
    }));
  if (!text?.trim()) return needsPerson(`Write the ${partTitles[part].toLowerCase()} of the decision.`);
  const written = await writeDecisionPart(file, part, text, context);
  return written.ok ? done(`${partTitles[part].toLowerCase()} in ${file}`) : failed(written.failure);
}

/** Figures to decide on, as facts: the ranking, who meets the limits, and what no model does well. */
async function standings(context: ActionContext): Promise<string> {
  const results = await readResults(context);
  return results.ok ? factsLine(results.value) : '';
}
