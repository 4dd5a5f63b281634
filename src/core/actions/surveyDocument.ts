import path from 'node:path';
import { kept } from '../hub/candidates';
import { readSurvey } from '../hub/surveyFile';
import { done, failed } from '../outcome';
import { writeSection } from '../report/managedSection';
import type { Action } from './action';
import { candidatesText, surveyDocumentPath } from './surveyDocumentText';

/** Writes the candidates into a document, in a section that Evalmark keeps. */
export const surveyDocument: Action = {
  name: 'survey.document',
  async run({ link }, context) {
    const survey = await readSurvey(context.paths.planFolder);
    if (!survey.ok) return failed(survey.failure);
    const file = surveyDocumentPath(link.arguments.file ?? 'model-survey.md', context.paths);
    const written = await writeSection(file, 'candidates', candidatesText(survey.value), context, { heading: 'Candidates', document: { title: 'Model survey' } });
    if (!written.ok) return failed(written.failure);
    if (written.value === 'kept') return done(`${path.basename(file)} keeps its own list`);
    return done(`${kept(survey.value).length} candidates in ${path.basename(file)}`);
  },
};
