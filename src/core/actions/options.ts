import { isWithoutEvaluation } from '../evaluation/evaluationFile';
import { done, failed, needsPerson, type Outcome } from '../outcome';
import { answersIn, answersMarkdown, type Answer } from '../report/answers';
import { changeId, resultsTitle } from '../report/changeId';
import { readSection, writeSection } from '../report/managedSection';
import { judgementSection, optionHeading, optionSection, optionsOf, questionsOf, resultsDocumentOf } from '../report/planOptions';
import { recordResults } from '../report/results';
import { optionFacts } from '../report/sections/optionFacts';
import { resultsOrder } from '../report/sections/section';
import type { Action, ActionContext, LinkedStep } from './action';
import { revealFirst } from './revealFirst';

/**
 * Weighs one strategic option: facts from the data are filled in, the plan's own questions are put to the person, and
 * both are kept in the results document. Judgement is never invented.
 */
export const options: Action = {
  name: 'options',
  async run(linked, context) {
    const letter = (linked.link.arguments.option ?? '').toUpperCase();
    if (!/^[A-Z]$/.test(letter)) {
      return failed({ code: 'no-option', message: 'The step names no option.', advice: 'Begin it with "Option A", or link it with option=A.', short: 'no option' });
    }
    const file = linked.link.arguments.file ?? resultsDocumentOf(context.plan, await changeId(context.paths));
    const stopped = (await revealFirst(context)) ?? (await writeFacts(file, letter, context));
    return stopped ?? askQuestions(file, letter, linked, context);
  },
};

async function writeFacts(file: string, letter: string, context: ActionContext): Promise<Outcome | undefined> {
  const results = await recordResults(context);
  const title = optionsOf(context.plan).find((option) => option.letter === letter)?.title ?? '';
  const facts = results.ok ? optionFacts(results.value, title) : `**Facts**: none yet. ${results.failure.message}`;
  const written = await writeSection(file, optionSection(letter), facts, context, {
    order: resultsOrder,
    heading: optionHeading({ letter, title }),
    document: { title: await resultsTitle(context.plan, context.paths) },
  });
  return written.ok ? undefined : failed(written.failure);
}

async function askQuestions(file: string, letter: string, { step }: LinkedStep, context: ActionContext): Promise<Outcome> {
  const name = judgementSection(letter);
  const read = await readSection(file, name, context);
  if (!read.ok) return failed(read.failure);
  const questions = questionsOf(step);
  const answers: Answer[] = [...answersIn(read.value ?? '', questions)];
  const title = step.text.replace(/\*\*/g, '');
  for (const [index, question] of questions.entries()) {
    const before = answers.find((answer) => answer.question === question)?.text ?? '';
    const said = context.ask.said?.answers[letter]?.find((answer) => answer.question === question)?.text;
    const text = said ?? (await context.ask.text({ title: `${title} (${index + 1} of ${questions.length})`, prompt: question, value: before, multiline: true }));
    if (text === undefined) return needsPerson(`Option ${letter}: ${question}`);
    const rest = answers.filter((answer) => answer.question !== question);
    answers.splice(0, answers.length, ...questions.flatMap((one) => (one === question ? [{ question, text }] : rest.filter((answer) => answer.question === one))));
    const written = await writeSection(file, name, answersMarkdown(answers), context, { after: optionSection(letter), document: { title: await resultsTitle(context.plan, context.paths) } });
    if (!written.ok) return failed(written.failure);
  }
  const open = questions.filter((question) => !answers.some((answer) => answer.question === question && answer.text.trim() !== ''));
  if (open.length > 0) return needsPerson(`Option ${letter}: ${open.length} of ${questions.length} questions are not answered.`);
  // What was just written belongs into the record, too.
  const recorded = await recordResults(context);
  return recorded.ok || isWithoutEvaluation(recorded.failure) ? done(`option ${letter} in ${file}`) : failed(recorded.failure);
}
