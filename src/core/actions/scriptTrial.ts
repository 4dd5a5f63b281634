import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Evaluation, ModelEntry } from '../evaluation/evaluation';
import { editRequest } from '../evaluation/editRequest';
import { matrixPart } from '../evaluation/matrixPart';
import { isBaseModel } from '../evaluation/modelSelector';
import { resolveModel } from '../evaluation/resolveModel';
import { cancelled, done, failed, type Outcome } from '../outcome';
import type { ActionContext } from './action';
import { lacking } from './scriptParts';

/**
 * Whether a script would run: its own `--check` in the plan's shell, where a virtual environment is active; where the
 * evaluation's models are single ONNX files, which diffusers cannot load, one edit on Evalmark's engine.
 */
export async function trialRun(file: string, source: string, context: ActionContext): Promise<Outcome> {
  const evaluation = await context.evaluation();
  if (!evaluation.ok) return failed(evaluation.failure);
  const wanted = /lora/i.test(path.basename(file)) ? 'loras' : 'base';
  const model = firstModel(evaluation.value, wanted);
  if (model && (model.file ?? model.base).endsWith('.onnx')) return oneEdit(model, wanted, context);
  return runCheck(file, source, context);
}

function firstModel(evaluation: Evaluation, wanted: 'base' | 'loras'): ModelEntry | undefined {
  return evaluation.models.find((model) => isBaseModel(model, evaluation) === (wanted === 'base'));
}

async function oneEdit(model: ModelEntry, selector: string, context: ActionContext): Promise<Outcome> {
  const part = await matrixPart(selector, context);
  if (!part.ok) return failed(part.failure);
  const planned = part.value.planned.find((one) => one.model.id === model.id);
  if (!planned) return failed({ code: 'no-edits', message: `evaluation.json asks for no edits of ${model.id}.`, advice: 'Add entries to "edits".', short: 'no edits' });
  const resolved = await resolveModel(model, { workspace: context.paths.workspace, plan: context.plan, hub: context.hub });
  if (!resolved.ok) return failed(resolved.failure);
  const engine = await context.inference();
  if (!engine.ok) return failed(engine.failure);
  const output = path.join(context.paths.storage, 'trial.png');
  const { sampler, engine: settings } = part.value.evaluation;
  const edited = await engine.value.edit(
    editRequest({ planned, model: resolved.value.local, sampler, engine: settings, pictures: [path.join(part.value.pictureFolder, planned.picture)], output }),
    { signal: context.signal, progress: ({ stage }) => context.progress({ message: `trial edit (${stage})` }) },
  );
  await rm(output, { force: true });
  if (context.signal.aborted) return cancelled;
  if (!edited.ok) return failed(edited.failure);
  return done(`one edit on Evalmark's own engine took ${edited.value.editSeconds.toFixed(1)} s: ${model.id} is a single ONNX file, which diffusers does not load`);
}

async function runCheck(file: string, source: string, context: ActionContext): Promise<Outcome> {
  if ((lacking(source, 'loading') ?? []).some(({ what }) => what === 'model loading')) {
    return failed({ code: 'script-lacks', message: `${file} loads no model, so there is nothing to try.`, advice: 'Finish the script, or move it away and run the step that creates it.', short: 'no model' });
  }
  if (!source.includes('--check')) {
    return failed({
      code: 'script-lacks-check',
      message: `${file} has no option --check, so it cannot be tried without running all of it.`,
      advice: 'Add one that says what is missing and exits with 0 or 1, or tick the step by hand after you tried it.',
      short: 'no --check',
    });
  }
  const result = await context.shell.run(`python ${quoted(file)} --check`, { signal: context.signal, output: (text) => context.progress({ message: text.trim().split('\n').at(-1) ?? '' }) });
  if (result.kind === 'cancelled') return cancelled;
  if (result.kind === 'ended') return failed({ code: 'shell-ended', message: `The shell ended: ${result.message}.`, advice: 'Run the step again.', short: 'shell ended', detail: result.output });
  if (result.exitCode === 0) return done('--check found nothing missing');
  const missing = result.output.split('\n').filter((line) => /^missing: /.test(line.trim())).map((line) => line.trim().slice(9));
  const noPython = result.exitCode === 127;
  return failed({
    code: noPython ? 'no-python' : 'script-not-ready',
    message: noPython ? 'There is no python in the plan’s shell.' : `${file} is not ready: ${missing.length > 0 ? missing.slice(0, 3).join('; ') : `--check ended with ${result.exitCode}`}.`,
    advice: noPython ? 'Activate the virtual environment of the plan, then run the step again.' : 'Install or provide what is missing, then run the step again.',
    short: noPython ? 'no python' : 'not ready',
    detail: result.output,
  });
}

/** For the shells that a plan runs in; a plan's own file names are not trusted. */
function quoted(file: string): string {
  return /^[\w./-]+$/.test(file) && !file.startsWith('-') ? file : `'${file.replaceAll("'", `'\\''`)}'`;
}
