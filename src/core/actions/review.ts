import { selectModels } from '../evaluation/modelSelector';
import type { Evaluation } from '../evaluation/evaluation';
import { done, fail, failed, needsPerson, ok, type Result } from '../outcome';
import { reviewProgress, type ReviewProgress } from '../review/progress';
import { readRatings } from '../review/ratingsFile';
import { ratedOutputs, ratingsPathOf, readReviewOutputs } from '../review/reviewSet';
import type { Action, ActionContext } from './action';

/** A person looks at the outputs and judges them; done when every one has what the step asks for. */
export const review: Action = {
  name: 'review',
  async run({ link }, context) {
    const evaluation = await context.evaluation();
    if (!evaluation.ok) return failed(evaluation.failure);
    const models = selectModels(evaluation.value, link.arguments.models ?? 'all');
    if (!models.ok) return failed(models.failure);
    const criterion = link.arguments.criterion === '' ? undefined : link.arguments.criterion;
    if (criterion !== undefined && !isAsked(criterion, evaluation.value)) return failed(unknownCriterion(criterion, evaluation.value));

    const task: Task = { evaluation: evaluation.value, modelIds: models.value.map(({ id }) => id), criterion, sample: link.arguments.sample === 'true' };
    const before = await progressOf(task, context);
    if (!before.ok) return failed(before.failure);
    if (isEnough(before.value, task)) return done(summary(before.value, task));

    context.progress({ message: `${before.value.text} ${verb(task)}`, completed: before.value.done, total: before.value.total, unit: 'items' });
    const looked = await context.ask.look({ kind: 'review', planPath: context.paths.plan, modelIds: task.modelIds, ...(criterion !== undefined && { criterion }) });
    if (context.signal.aborted) return { kind: 'cancelled' };
    const after = await progressOf(task, context);
    if (!after.ok) return failed(after.failure);
    if (after.value.done > before.value.done || looked !== undefined) context.wrote(ratingsPathOf(context.paths.planFolder));
    return isEnough(after.value, task) ? done(summary(after.value, task)) : needsPerson(`${after.value.text} outputs ${verb(task)}`);
  },
};

interface Task {
  readonly evaluation: Evaluation;
  readonly modelIds: readonly string[];
  readonly criterion: string | undefined;
  readonly sample: boolean;
}

const sampleSize = 5;

async function progressOf({ evaluation, modelIds, criterion }: Task, { paths }: ActionContext): Promise<Result<ReviewProgress>> {
  const outputs = await readReviewOutputs(paths.workspace, evaluation, modelIds);
  if (outputs.length === 0) {
    return fail({
      code: 'no-outputs',
      message: `There are no outputs of ${modelIds.join(', ')} in ${evaluation.results} to review.`,
      advice: 'Run the step that edits the pictures first.',
      short: 'no outputs',
    });
  }
  const file = await readRatings(ratingsPathOf(paths.planFolder));
  if (!file.ok) return file;
  return ok(reviewProgress(ratedOutputs(outputs, file.value), evaluation.criteria, criterion));
}

function isEnough({ done: count, complete }: ReviewProgress, { sample }: Task): boolean {
  return complete || (sample && count >= sampleSize);
}

function verb({ criterion }: Task): string {
  return criterion === undefined ? 'reviewed' : 'rated';
}

function summary({ done: count, total }: ReviewProgress, task: Task): string {
  return count === total ? `${total} outputs ${verb(task)}` : `${count} of ${total} outputs ${verb(task)}`;
}

function isAsked(criterion: string, { criteria }: Evaluation): boolean {
  return criterion === 'failureModes' || criteria.some(({ id }) => id === criterion);
}

function unknownCriterion(criterion: string, { criteria }: Evaluation) {
  return {
    code: 'unknown-criterion',
    message: `evaluation.json has no criterion "${criterion}"; it has ${criteria.map(({ id }) => id).join(', ') || 'none'}.`,
    advice: 'Add it to "criteria" in evaluation.json, or name one of these in the step.',
    short: 'which criterion?',
  };
}
