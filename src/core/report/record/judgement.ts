import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { PlanPaths } from '../../actions/action';
import { ok, type Result } from '../../outcome';
import type { Plan } from '../../plan/plan';
import { answersIn } from '../answers';
import { changeId } from '../changeId';
import { decisionParts, decisionSection, ownWords } from '../decision';
import { readSection } from '../managedSection';
import { judgementSection, optionsOf, questionsOf, resultsDocumentOf } from '../planOptions';
import type { ResultsRecord } from './resultsRecord';

export type Judgement = Pick<ResultsRecord, 'options' | 'decision'>;

/**
 * What people wrote about options and the decision. The results document is where they write and correct it, so it has
 * the say; where it is gone altogether, what was recorded stays.
 */
export async function readJudgement(plan: Plan, { paths }: { readonly paths: PlanPaths }, former: Judgement | undefined): Promise<Result<Judgement>> {
  const file = resultsDocumentOf(plan, await changeId(paths));
  const exists = await stat(path.join(paths.workspace, file)).then(
    (found) => found.isFile(),
    () => false,
  );
  if (!exists) return ok({ options: former?.options ?? {}, decision: former?.decision ?? {} });
  const options: [string, ReturnType<typeof answersIn>][] = [];
  for (const option of optionsOf(plan)) {
    const read = await readSection(file, judgementSection(option.letter), { paths });
    if (!read.ok) return read;
    const answers = answersIn(read.value ?? '', questionsOf(option.step)).filter(({ text }) => text !== '');
    if (answers.length > 0) options.push([option.letter, answers]);
  }
  const decision: [string, string][] = [];
  for (const part of decisionParts) {
    const read = await readSection(file, decisionSection(part), { paths });
    if (!read.ok) return read;
    const words = ownWords(part, read.value ?? '');
    if (words !== '') decision.push([part, words]);
  }
  return ok({ options: Object.fromEntries(options), decision: Object.fromEntries(decision) });
}
