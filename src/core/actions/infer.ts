import { matrixPart, type MatrixPart } from '../evaluation/matrixPart';
import { errorNote, updateRunNotes, type RunNote } from '../evaluation/runNotes';
import type { ExecutionResult } from '../execution/executor';
import { executorOf } from '../execution/executorOf';
import { cancelled, done, failed, type Outcome } from '../outcome';
import type { Action, ActionContext } from './action';

/** Edits the pictures with the models that the step names; what an earlier run made is kept. */
export const infer: Action = {
  name: 'infer',
  async run({ link, step }, context) {
    const matrix = await matrixPart(link.arguments.models ?? 'all', context);
    if (!matrix.ok) return failed(matrix.failure);
    const execution = await executorOf(matrix.value.evaluation.executor).run({ matrix: matrix.value, stepId: step.id, context });
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

function outcomeOf({ made, kept, failed: broken, skipped, missing, cancelled: stopped }: ExecutionResult): Outcome {
  if (stopped) return cancelled;
  const there = made.length + kept.length;
  const summary = `${there} outputs${kept.length > 0 ? `, ${kept.length} of them from before` : ''}`;
  const [first] = broken;
  const [absent] = missing;
  if (!first && !absent) return done(summary);
  const firstFailure = first?.failure ?? absent?.failure;
  if (!firstFailure) return done(summary);
  if (broken.length + missing.length === 1 && skipped.length === 0 && there === 0) return failed(firstFailure);
  const counts = [
    ...(broken.length > 0 ? [`${broken.length} of ${there + broken.length + skipped.length} edits failed`] : []),
    ...(skipped.length > 0 ? [`${skipped.length} were not tried for the same reason`] : []),
    ...(missing.length > 0 ? [`${missing.map(({ id }) => id).join(', ')} could not be run`] : []),
  ];
  return failed({
    code: first ? (there === 0 ? first.failure.code : 'edits-failed') : (absent?.failure.code ?? 'edits-failed'),
    message: `${counts.join('; ')}. ${first ? `${first.planned.id}: ` : `${absent?.id ?? ''}: `}${firstFailure.message}`,
    advice: `${firstFailure.advice} What was made is kept.`,
    short: broken.length > 0 ? `${broken.length} edits failed` : 'not downloaded',
    detail: [
      ...broken.map(({ planned, failure }) => `${planned.id}: ${failure.message}${failure.detail ? `\n${failure.detail}` : ''}`),
      ...missing.map(({ id, failure }) => `${id}: ${failure.message} ${failure.advice}`),
    ].join('\n'),
  });
}
