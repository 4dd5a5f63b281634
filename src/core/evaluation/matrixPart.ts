import path from 'node:path';
import type { ActionContext } from '../actions/action';
import { listPictures } from '../images/listPictures';
import { fail, ok, type Result } from '../outcome';
import type { Evaluation, ModelEntry } from './evaluation';
import { selectModels } from './modelSelector';
import { runMatrix, type PlannedGeneration } from './runMatrix';
import { insideWorkspace } from './workspacePath';

/** What a step's selector of models asks for, with the folders it is about. */
export interface MatrixPart {
  readonly evaluation: Evaluation;
  readonly models: readonly ModelEntry[];
  /** Absolute. */
  readonly pictureFolder: string;
  readonly resultsFolder: string;
  readonly planned: readonly PlannedGeneration[];
}

export async function matrixPart(selector: string, context: Pick<ActionContext, 'evaluation' | 'paths'>): Promise<Result<MatrixPart>> {
  const read = await context.evaluation();
  if (!read.ok) return read;
  const evaluation = read.value;
  const models = selectModels(evaluation, selector);
  if (!models.ok) return models;
  const pictureFolder = await insideWorkspace(context.paths.workspace, evaluation.pictures.folder);
  if (!pictureFolder.ok) return pictureFolder;
  const resultsFolder = await insideWorkspace(context.paths.workspace, evaluation.results);
  if (!resultsFolder.ok) return resultsFolder;
  const pictures = await namesOf(evaluation, pictureFolder.value);
  if (!pictures.ok) return pictures;
  const planned = runMatrix(evaluation, models.value, pictures.value);
  if (planned.length === 0) {
    return fail({ code: 'no-edits', message: 'evaluation.json asks for no edits of these models.', advice: 'Add entries to "edits" in evaluation.json.', short: 'no edits' });
  }
  return ok({ evaluation, models: models.value, pictureFolder: pictureFolder.value, resultsFolder: resultsFolder.value, planned });
}

/** Pictures that the evaluation names, whether they are there or not; else all that lie in the folder. */
async function namesOf({ pictures }: Evaluation, folder: string): Promise<Result<readonly string[]>> {
  if (pictures.files) {
    const away = pictures.files.find((file) => path.basename(file) !== file || file.startsWith('.'));
    if (away !== undefined) {
      return fail({ code: 'outside-workspace', message: `"${away}" is no name of a picture inside ${pictures.folder}.`, advice: 'Name files without folders under "pictures" in evaluation.json.', short: 'outside folder' });
    }
    return ok(pictures.files);
  }
  const found = (await listPictures(folder)).map((file) => path.basename(file));
  if (found.length > 0) return ok(found);
  return fail({
    code: 'no-pictures',
    message: `There are no pictures in ${pictures.folder}.`,
    advice: 'Run the step that copies the source pictures there, or name another folder in evaluation.json.',
    short: 'no pictures',
  });
}
