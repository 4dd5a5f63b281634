import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Ask, ChooseQuestion, PlanPaths } from '../core/actions/action';
import { readEvaluation } from '../core/evaluation/evaluationFile';
import { readGenerations } from '../core/evaluation/generations';
import { fail, ok, type Result } from '../core/outcome';
import { appendRating } from '../core/review/ratingsFile';
import type { Rating } from '../core/review/rating';

/** A person's answers, prepared in a file, so that a whole plan can run unattended and repeatably. */
export interface Answers {
  /** Answers checkpoints and questions. */
  readonly agree?: boolean;
  /** Pushing is asked for by itself, because it leaves the machine. */
  readonly push?: boolean;
  /** The first entry whose `title` occurs in the question (ignoring case) answers it; `pick` holds labels or ids, by their beginning. */
  readonly choose?: readonly { readonly title: string; readonly pick: readonly string[] }[];
  readonly text?: readonly { readonly title: string; readonly answer: string }[];
  readonly review?: {
    readonly rater: string;
    /** The first entry whose `model` and `edit` (id or kind) fit rates a generation. */
    readonly ratings: readonly { readonly model?: string; readonly edit?: string; readonly answers: Rating['answers']; readonly failureModes?: readonly string[] }[];
  };
}

export async function answersAsk(file: string, { yes, paths }: { readonly yes: boolean; readonly paths: PlanPaths }): Promise<Result<Ask>> {
  let answers: Answers;
  try {
    answers = JSON.parse(await readFile(file, 'utf8')) as Answers;
  } catch (error) {
    return fail({
      code: 'answers-file',
      message: `The answers in ${file} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
      advice: 'Give a JSON file such as the answers.json of the sample.',
    });
  }
  return ok({
    choose: async (question) => chosen(question, answers),
    confirm: async ({ kind, agree }) => {
      if (kind === 'danger') return /push/i.test(agree) && answers.push === true ? true : undefined;
      return yes || answers.agree === true ? true : undefined;
    },
    text: async ({ title, prompt, password }) => (password ? undefined : answers.text?.find((entry) => fits(entry.title, `${title} ${prompt ?? ''}`))?.answer),
    files: async () => undefined,
    look: async (what) => {
      if (what.kind === 'review') return rate(answers, paths, what.modelIds);
      return true;
    },
  });
}

function chosen({ title, options, many }: ChooseQuestion, { choose }: Answers): readonly string[] | undefined {
  const entry = choose?.find((candidate) => fits(candidate.title, title));
  if (!entry) {
    const picked = options.filter((option) => option.picked).map(({ id }) => id);
    return picked.length > 0 ? picked : undefined;
  }
  const ids = entry.pick.flatMap((wanted) => {
    const found = options.find(({ id, label }) => id === wanted || label.toLowerCase().startsWith(wanted.toLowerCase()));
    return found ? [found.id] : [];
  });
  if (ids.length === 0) return undefined;
  return many ? ids : ids.slice(0, 1);
}

function fits(part: string, whole: string): boolean {
  return whole.toLowerCase().includes(part.toLowerCase());
}

/** Rates what is not yet rated as the file says, under the file's own rater name. */
async function rate({ review }: Answers, paths: PlanPaths, modelIds: readonly string[] | undefined): Promise<boolean | undefined> {
  if (!review) return undefined;
  const evaluation = await readEvaluation(path.join(paths.planFolder, 'evaluation.json'));
  if (!evaluation.ok) return undefined;
  const generations = await readGenerations(path.join(paths.workspace, evaluation.value.results));
  for (const { generation } of generations) {
    if (modelIds && !modelIds.includes(generation.modelId)) continue;
    const entry = review.ratings.find(
      ({ model, edit }) => (model === undefined || model === generation.modelId) && (edit === undefined || edit === generation.edit.kind || edit === generation.edit.id),
    );
    if (!entry) continue;
    await appendRating(path.join(paths.planFolder, 'ratings.jsonl'), {
      version: 1,
      at: new Date().toISOString(),
      rater: review.rater,
      sessionId: 'answers-file',
      generationId: generation.id,
      outputSha256: generation.output.sha256,
      answers: entry.answers,
      ...(entry.failureModes ? { failureModes: entry.failureModes } : {}),
      // The file names models, so nobody was blind.
      unblinded: true,
    });
  }
  return true;
}
