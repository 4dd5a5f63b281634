import { matrixPart, type MatrixPart } from '../evaluation/matrixPart';
import { errorNote, updateRunNotes, type RunNote } from '../evaluation/runNotes';
import type { ExecutionResult } from '../execution/executor';
import { executorOf } from '../execution/executorOf';
import { cancelled, done, failed, type Failure, type Outcome } from '../outcome';
import type { Action, ActionContext } from './action';

/** Edits the pictures with the models that the step names; what an earlier run made is kept. */
export const infer: Action = {
  name: 'infer',
  async run({ link }, context) {
    const matrix = await matrixPart(link.arguments.models ?? 'all', context);
    if (!matrix.ok) return failed(matrix.failure);
    const execution = await executorOf(matrix.value.evaluation.executor).run({ matrix: matrix.value, context });
    if (execution.kind === 'outcome') return execution.outcome;
    await keepNotes(matrix.value, execution.result, context);
    return outcomeOf(execution.result);
  },
};

async function keepNotes({ models }: MatrixPart, { made, kept, failed: broken, missing }: ExecutionResult, { paths, now, log }: ActionContext): Promise<void> {
  const added: readonly RunNote[] = [
    ...missing.map(({ id, failure }) => errorNote(failure, id, undefined, now())),
    ...broken.map(({ planned, failure }) => errorNote(failure, planned.model.id, planned.id, now())),
  ];
  for (const { generationId, modelId, message } of added) log.error(`${generationId ?? modelId}: ${message}`);
  const found = models.map(({ id }) => id).filter((id) => missing.every((model) => model.id !== id));
  await updateRunNotes(paths.storage, { added, settled: [...made, ...kept, ...found] });
}

function outcomeOf(result: ExecutionResult): Outcome {
  const { made, kept, failed: broken, skipped, missing, cancelled: stopped } = result;
  if (stopped) return cancelled;
  const there = made.length + kept.length;
  const first = firstFailureOf(result);
  if (!first) return done(`${there} outputs${kept.length > 0 ? `, ${kept.length} of them from before` : ''}`);
  if (broken.length + missing.length === 1 && skipped.length === 0 && there === 0) return failed(first.failure);
  const counts = [
    ...(broken.length > 0 ? [`${broken.length} of ${there + broken.length + skipped.length} edits failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} were not tried for the same reason`] : []),
    ...(missing.length > 0 ? [`${missing.map(({ id }) => id).join(', ')} could not be run`] : []),
  ];
  return failed({
    code: broken.length > 0 && there > 0 ? 'edits-failed' : first.failure.code,
    message: `${counts.join('; ')}. ${first.id}: ${first.failure.message}`,
    advice: `${first.failure.advice} What was made is kept.`,
    short: broken.length > 0 ? `${broken.length} edits failed` : 'not downloaded',
    detail: [
      ...broken.map(({ planned, failure }) => `${planned.id}: ${failure.message}${failure.detail ? `\n${failure.detail}` : ''}`),
      ...missing.map(({ id, failure }) => `${id}: ${failure.message} ${failure.advice}`),
    ].join('\n'),
  });
}

/** Of an edit, else of a model that could not be run at all; undefined when nothing failed. */
function firstFailureOf({ failed: [broken], missing: [absent] }: ExecutionResult): { readonly id: string; readonly failure: Failure } | undefined {
  return broken ? { id: broken.planned.id, failure: broken.failure } : absent;
}
