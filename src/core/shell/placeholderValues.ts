import path from 'node:path';
import type { ActionContext } from '../actions/action';
import type { Evaluation, ModelEntry } from '../evaluation/evaluation';
import { readSurvey } from '../hub/surveyFile';
import { listPictures } from '../images/listPictures';
import type { PlaceholderLookup } from './placeholders';

/**
 * What the plan's placeholders stand for: the selected candidates of the survey, else the models of the evaluation;
 * its base model; its pictures.
 */
export async function placeholderValues(context: ActionContext): Promise<PlaceholderLookup> {
  const survey = await readSurvey(context.paths.planFolder);
  const selected = survey.ok ? survey.value.candidates.filter((candidate) => candidate.selected).map(({ repository }) => repository) : [];
  const read = await context.evaluation();
  const evaluation = read.ok ? read.value : undefined;
  const models = selected.length > 0 ? selected : modelsOf(evaluation?.models ?? []);
  const base = survey.ok && survey.value.base !== undefined ? survey.value.base : evaluation?.models[0]?.base;
  const pictures = evaluation ? await picturesOf(evaluation, context.paths.workspace) : [];
  return (name) => {
    const values = valuesOf(name.toLowerCase(), { models, base, pictures });
    return values.length > 0 ? values : undefined;
  };
}

interface Known {
  readonly models: readonly string[];
  readonly base: string | undefined;
  readonly pictures: readonly string[];
}

function valuesOf(name: string, { models, base, pictures }: Known): readonly string[] {
  if (/token|key|password|secret|user|path|folder|dir|output|prompt/.test(name)) return [];
  if (/base/.test(name)) return base === undefined ? [] : [base];
  if (/picture|image|photo/.test(name)) return pictures;
  return /model|lora|adapter|repo|checkpoint|candidate|^name$|^id$/.test(name) ? models : [];
}

/** The LoRAs, where there are some; else every model but the one that the others are compared with. */
function modelsOf(entries: readonly ModelEntry[]): readonly string[] {
  const loras = entries.flatMap(({ loras: own = [] }) => own.map(({ repository }) => repository));
  if (loras.length > 0) return [...new Set(loras)];
  const others = entries.filter(({ id, category }) => id !== 'base' && category !== 'base');
  return [...new Set((others.length > 0 ? others : entries).map(({ base }) => base))];
}

async function picturesOf({ pictures }: Evaluation, workspace: string): Promise<readonly string[]> {
  const files = pictures.files ?? (await listPictures(path.resolve(workspace, pictures.folder))).map((file) => path.basename(file));
  return files.map((file) => path.posix.join(pictures.folder, file));
}
