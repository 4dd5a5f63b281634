import { cancelled, done, failed, needsPerson, type Outcome } from '../outcome';
import { changeId } from '../report/changeId';
import { decisionParts, decisionSection, partTitles, type DecisionPart } from '../report/decision';
import { readSection, writeSection } from '../report/managedSection';
import { optionsOf, resultsDocumentOf } from '../report/planOptions';
import { rebuildDocuments } from '../report/rebuild';
import { readResults } from '../report/results';
import { resultsOrder } from '../report/sections/section';
import { rankedModels, rankText } from '../review/matrixDocument';
import type { Action, ActionContext } from './action';

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
    const file = link.arguments.file ?? resultsDocumentOf(context.plan, await changeId(context.paths));
    const outcome = await (part === 'approach' ? chooseApproach(file, context) : writePart(file, part, task.title, context));
    return outcome.kind === 'done' ? ((await followUp(context)) ?? outcome) : outcome;
  },
};

/** What repeats the decision elsewhere follows it; a hand edit there stays, and nobody is asked about it now. */
async function followUp(context: ActionContext): Promise<Outcome | undefined> {
  const rebuilt = await rebuildDocuments({ ...context, ask: { ...context.ask, confirm: async () => undefined } }, true);
  return rebuilt.ok || rebuilt.failure.code === 'evaluation-missing' ? undefined : failed(rebuilt.failure);
}

async function chooseApproach(file: string, context: ActionContext): Promise<Outcome> {
  const offered = optionsOf(context.plan);
  const before = await readSection(file, decisionSection('approach'), context);
  if (!before.ok) return failed(before.failure);
  let words: string | undefined;
  let remark: string | undefined;
  if (offered.length > 0) {
    const chosen = await context.ask.choose({
      title: 'Which approach do you choose?',
      placeholder: await standings(context),
      options: offered.map(({ letter, title, step }) => ({
        id: letter,
        label: `Option ${letter}: ${title}`,
        description: step.state === 'done' ? 'weighed' : 'not weighed yet',
        picked: before.value?.includes(`**Option ${letter}:`) ?? false,
      })),
    });
    const option = offered.find(({ letter }) => letter === chosen?.[0]);
    if (chosen && !option) return cancelled;
    words = option && `**Option ${option.letter}: ${option.title}**`;
    remark = option && `Option ${option.letter}`;
  } else {
    words = await context.ask.text({ title: 'Which approach do you choose?', prompt: await standings(context), value: before.value ?? '', multiline: true });
  }
  if (!words?.trim()) return needsPerson('Choose the approach; nothing is decided for you.');
  const written = await writeSection(file, decisionSection('approach'), words, context, { heading: partTitles.approach, order: resultsOrder, document: { title: 'Results' } });
  if (!written.ok) return failed(written.failure);
  return remark ? { kind: 'done', summary: `${remark} in ${file}`, remark } : done(`decision in ${file}`);
}

async function writePart(file: string, part: Exclude<DecisionPart, 'approach'>, title: string, context: ActionContext): Promise<Outcome> {
  const before = await readSection(file, decisionSection(part), context);
  if (!before.ok) return failed(before.failure);
  const heading = `### ${partTitles[part]}`;
  const own = before.value?.replace(`${heading}\n\n`, '');
  const text = await context.ask.text({
    title: `${title}: ${partTitles[part].toLowerCase()}`,
    prompt: prompts[part],
    value: own ?? (part === 'rationale' ? await standings(context) : ''),
    multiline: true,
  });
  if (!text?.trim()) return needsPerson(`Write the ${partTitles[part].toLowerCase()} of the decision.`);
  const earlier = decisionParts[decisionParts.indexOf(part) - 1] ?? 'approach';
  const behind = await lastWritten(file, earlier, context);
  const written = await writeSection(file, decisionSection(part), `${heading}\n\n${text.trim()}`, context, { ...(behind ? { after: behind } : {}), document: { title: 'Results' } });
  return written.ok ? done(`${partTitles[part].toLowerCase()} in ${file}`) : failed(written.failure);
}

const prompts: Readonly<Record<Exclude<DecisionPart, 'approach'>, string>> = {
  rationale: 'Why this option, on which figures?',
  next: 'What happens next, and who does it?',
  timeline: 'By when? What changes in the plan of the project?',
};

/** The nearest part before that is in the document, so that the parts stand in their order. */
async function lastWritten(file: string, part: DecisionPart, context: ActionContext): Promise<string | undefined> {
  for (let index = decisionParts.indexOf(part); index >= 0; index--) {
    const candidate = decisionSection(decisionParts[index] ?? 'approach');
    const read = await readSection(file, candidate, context);
    if (read.ok && read.value !== undefined) return candidate;
  }
  return undefined;
}

/** The ranking in one line, as a fact to decide on. */
async function standings(context: ActionContext): Promise<string> {
  const results = await readResults(context);
  if (!results.ok) return '';
  const ranked = rankedModels(results.value.summary).filter(({ rank }) => rank);
  return ranked.length === 0 ? 'Nothing is ranked yet.' : `Ranking: ${ranked.map((model) => `${rankText(model)} ${model.title}`).join('; ')}.`;
}
