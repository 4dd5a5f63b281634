import { matrixPart, type MatrixPart } from '../evaluation/matrixPart';
import { runMatrixPart, type MatrixProgress, type MatrixResult } from '../evaluation/matrixRun';
import { resolveModel, type ResolvedModel } from '../evaluation/resolveModel';
import { errorNote, updateRunNotes, type RunNote } from '../evaluation/runNotes';
import { cancelled, done, failed, type Failure, type Outcome } from '../outcome';
import type { Action, ActionContext, Progress } from './action';

/** Edits the pictures with the models that the step names; what an earlier run made is kept. */
export const infer: Action = {
  name: 'infer',
  async run({ link }, context) {
    const part = await matrixPart(link.arguments.models ?? 'all', context);
    if (!part.ok) return failed(part.failure);
    const engine = await context.inference();
    if (!engine.ok) return failed(engine.failure);
    const { models, missing } = await resolveAll(part.value, context);
    const preview = new LastPreview();
    const result = await runMatrixPart({
      ...part.value,
      planned: part.value.planned.filter(({ model }) => models.has(model.id)),
      models,
      engine: engine.value,
      signal: context.signal,
      now: context.now,
      wrote: context.wrote,
      progress: (report) => context.progress({ ...spoken(report), ...preview.of(report) }),
      ...(context.mayGoOn && { mayGoOn: context.mayGoOn }),
    });
    await keepNotes(part.value, result, missing, context);
    return outcomeOf(result, missing);
  },
};

/** The last picture of the edit that is being made: it stays until the next one, though not every report has one. */
class LastPreview {
  private last: { readonly id: string; readonly picture: Uint8Array } | undefined;

  of({ current, stage: { preview } }: MatrixProgress): Pick<Progress, 'picture'> {
    if (preview) this.last = { id: current.id, picture: preview };
    return this.last?.id === current.id ? { picture: this.last.picture } : {};
  }
}

interface MissingModel {
  readonly id: string;
  readonly failure: Failure;
}

/** A model without files does not keep the others from running. */
async function resolveAll({ models }: MatrixPart, { paths, plan, hub }: ActionContext): Promise<{ readonly models: ReadonlyMap<string, ResolvedModel>; readonly missing: readonly MissingModel[] }> {
  const resolved = new Map<string, ResolvedModel>();
  const missing: MissingModel[] = [];
  for (const entry of models) {
    const found = await resolveModel(entry, { workspace: paths.workspace, plan, hub });
    if (found.ok) resolved.set(entry.id, found.value);
    else missing.push({ id: entry.id, failure: found.failure });
  }
  return { models: resolved, missing };
}

function spoken({ current, stage, completed, total, speed, secondsLeft, used }: MatrixProgress): Progress {
  return {
    message: `${current.model.id}: ${current.picture}, ${current.edit.id} (${stageText(stage)})`,
    completed,
    total,
    unit: 'items',
    ...(speed === undefined ? {} : { speed }),
    ...(secondsLeft === undefined ? {} : { secondsLeft }),
    ...used,
  };
}

function stageText({ stage, step = 0, steps = 1 }: MatrixProgress['stage']): string {
  const counted = steps > 1;
  switch (stage) {
    case 'starting':
      return 'starting the engine';
    case 'loading':
      return counted ? `packing the weights, once: ${step} of ${steps}` : 'loading the model';
    case 'encoding':
      return counted ? `reading prompts ahead ${step + 1}/${steps}` : 'reading prompt and pictures';
    case 'sampling':
      return counted ? `editing ${step}/${steps}` : 'editing';
    case 'decoding':
      return 'finishing';
    case 'saving':
      return 'saving';
  }
}

async function keepNotes({ models }: MatrixPart, result: MatrixResult, missing: readonly MissingModel[], { paths, now, log }: ActionContext): Promise<void> {
  const added: readonly RunNote[] = [
    ...missing.map(({ id, failure }) => errorNote(failure, id, undefined, now())),
    ...result.failed.map(({ planned, failure }) => errorNote(failure, planned.model.id, planned.id, now())),
  ];
  for (const { generationId, modelId, message } of added) log.error(`${generationId ?? modelId}: ${message}`);
  const found = models.map(({ id }) => id).filter((id) => missing.every((model) => model.id !== id));
  await updateRunNotes(paths.storage, { added, settled: [...result.made, ...result.kept, ...found] });
}

function outcomeOf({ made, kept, failed: broken, skipped, cancelled: stopped }: MatrixResult, missing: readonly MissingModel[]): Outcome {
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
