import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, type Failure, type Result } from '../outcome';
import type { Plan } from '../plan/plan';
import { replaceFile } from '../report/replaceFile';
import type { Evaluation } from './evaluation';
import { readSurvey } from '../hub/surveyFile';
import type { CandidateModel } from './addModel';
import { checkEvaluation } from './evaluationCheck';
import { createEvaluation } from './evaluationFromPlan';
import { orderKeys, styleOf } from './jsonStyle';
import { parseJson } from './parseJson';

export { addModel, modelOfCandidate } from './addModel';
export { createEvaluation } from './evaluationFromPlan';

/** Reads and checks `evaluation.json`. Unknown keys stay in the value, so that writing it back loses nothing. */
export async function readEvaluation(file: string): Promise<Result<Evaluation>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return fail(unreadable(file, error as NodeJS.ErrnoException));
  }
  const parsed = parseJson(text);
  if (!parsed.ok) {
    return fail({
      code: 'evaluation-invalid',
      message: `${path.basename(file)} is not valid JSON: ${parsed.failure}.`,
      advice: 'Correct it in the editor; the first error is underlined.',
      short: 'invalid JSON',
    });
  }
  const problems = checkEvaluation(parsed.value);
  const [first, ...others] = problems;
  if (first === undefined) return ok(parsed.value as Evaluation);
  return fail({
    code: 'evaluation-invalid',
    message: `${path.basename(file)}: ${first}${others.length > 0 ? ` (and ${others.length} more)` : ''}.`,
    advice: 'Correct it in the editor, then run the step again.',
    short: 'evaluation.json',
    detail: problems.join('\n'),
  });
}

/** Writes atomically; keys keep the order, and the text the indentation and line ends, that the file had before. */
export async function writeEvaluation(file: string, evaluation: Evaluation): Promise<Result<void>> {
  const problems = checkEvaluation(evaluation);
  if (problems.length > 0) throw new Error(`An invalid evaluation was to be written: ${problems.join('; ')}`);
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const style = styleOf(before);
  const former = before === undefined ? undefined : parseJson(before);
  const ordered = former?.ok ? orderKeys(evaluation, former.value) : evaluation;
  const text = JSON.stringify(ordered, undefined, style.indent).replaceAll('\n', style.lineEnd) + style.end;
  return text === before ? ok(undefined) : replaceFile(file, text);
}

export interface EnsureEvaluation {
  readonly plan: Plan;
  readonly workspace: string;
  /** Absolute path of `evaluation.json`. */
  readonly file: string;
  wrote(file: string): void;
}

/** Reads `evaluation.json`; where there is none, derives one from the plan and writes it. */
export async function ensureEvaluation({ plan, workspace, file, wrote }: EnsureEvaluation): Promise<Result<Evaluation>> {
  const read = await readEvaluation(file);
  if (read.ok || read.failure.code !== 'evaluation-missing') return read;
  const folder = path.basename(path.resolve(path.dirname(file)) === path.resolve(workspace) ? workspace : path.dirname(file));
  const made = createEvaluation(plan, await selection(path.dirname(file)), undefined, folder);
  if (!made.ok) return made;
  const written = await writeEvaluation(file, made.value);
  if (!written.ok) return written;
  wrote(file);
  return made;
}

/** What the survey chose; nothing when there was no survey. The commit is pinned when a model is downloaded. */
async function selection(planFolder: string): Promise<{ readonly selected: readonly CandidateModel[] } | undefined> {
  const survey = await readSurvey(planFolder);
  if (!survey.ok) return undefined;
  const selected = survey.value.candidates.filter((candidate) => candidate.selected);
  return { selected: selected.map(({ repository, category }) => ({ repository, ...(category === undefined ? {} : { category }) })) };
}

function unreadable(file: string, error: NodeJS.ErrnoException): Failure {
  const name = path.basename(file);
  if (error.code === 'ENOENT') {
    return { code: 'evaluation-missing', message: `There is no ${name} beside the plan.`, advice: 'Run a step that needs it, or write it by hand.', short: 'no evaluation' };
  }
  return { code: 'evaluation-unreadable', message: `${name} cannot be read (${error.code ?? error.message}).`, advice: 'Check that it is a file that you may read.', short: 'unreadable' };
}

/** Whether a plan simply has no evaluation, and none can be made of its words: a decision can be written down all the same. */
export function isWithoutEvaluation({ code }: Failure): boolean {
  return code === 'evaluation-missing' || code === 'no-base-model';
}
